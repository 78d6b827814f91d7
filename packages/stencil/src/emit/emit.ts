/**
 * @file From a checked stencil to what a device runs, and to what people read.
 */
import type { Stencil } from '../ir.ts';
import type { Placement, StencilShader } from './shader.ts';
import { GlslTarget } from './glsl-target.ts';
import { newLowering } from './frame.ts';
import { lowerStencil } from './kernel.ts';
import { shapeOf } from './shape.ts';
import type { Bound, Shape } from './shape.ts';
import { SpirvTarget } from './spirv-target.ts';
import type { FloatModes } from './spirv-module.ts';
import type { BufferAccess } from './spirv-target.ts';

/** What the device can't do; and, for tests, a shape other than the one that suits the stencil, and memory that validation layers see. */
export interface EmitOptions {
  /** What is asked for floats; nothing by default. */
  readonly floats?: FloatModes;
  /** Whether threads may exchange values: the device has subgroup operations on quads in compute shaders. Default true. */
  readonly exchange?: boolean;
  /** What stencils wait for on the device. Default its memory. */
  readonly bound?: Bound;
  readonly shape?: Shape;
  readonly access?: BufferAccess;
}

/** SPIR-V 1.5 of a stencil (entry point `main`), with what is pushed, and the order of its addresses there or in its pass block. */
export function emitSpirv(stencil: Stencil, placement: Placement, options: EmitOptions = {}): StencilShader {
  const target = new SpirvTarget(options.access, options.floats);
  let lowered!: ReturnType<typeof lowerStencil>;
  const spirv = target.finish(() => {
    lowered = lowerStencil(stencil, placement, target, options);
  });
  return { spirv, ...lowered };
}

/** The same shader as GLSL 4.60 text, with the same bindings. */
export function emitGlsl(stencil: Stencil, placement: Placement, options: EmitOptions = {}): string {
  const target = new GlslTarget();
  return target.finish(stencil.name, () => lowerStencil(stencil, placement, target, options).bindings);
}

/** The shape that the shader of a stencil has, where none is asked for. */
export function shapeOfStencil(
  stencil: Stencil,
  placement: Placement,
  { bound }: Pick<EmitOptions, 'bound'> = {},
): Shape {
  return shapeOf(newLowering(stencil, placement, new SpirvTarget()), bound);
}
