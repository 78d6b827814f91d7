/** Compiling small texts in tests: one environment for all, and errors written with «marks» around what the caret shows. */

import { StencilError, compileStencil, formatIr, interpret } from '../src/index.ts';
import type { Environment, FieldType, ScalarType, Stencil, StencilSource, ValueType } from '../src/index.ts';

function mapOf<T>(entries: Record<string, T>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}

export const environment: Environment = {
  fields: mapOf<FieldType>({ density: 'float32', velocity: 'vec3', pressure: 'float32', flags: 'uint8', ids: 'int32' }),
  coarseFields: mapOf<FieldType>({ pressure: 'float32' }),
  fineFields: mapOf<FieldType>({ residual: 'float32' }),
  parameters: mapOf<ValueType>({ buoyancy: 'float', wind: 'vec3', steps: 'int', open: 'bool' }),
  scalars: mapOf<ScalarType>({ largest: 'float', count: 'int', done: 'bool' }),
};

/** A stencil of a text as the front end gives it, with density and velocity as inputs and density as output. */
export function compileText(code: string, declared: Partial<StencilSource> = {}): Stencil {
  const source = { name: 's', inputs: ['density', 'velocity'], outputs: ['density'], code, ...declared };
  return compileStencil(source, environment, { optimize: false });
}

/** The lines of the IR's body, each without the indent of the body. */
export function bodyOf(code: string, declared: Partial<StencilSource> = {}): string {
  const text = formatIr(compileText(code, declared));
  return text
    .slice(text.indexOf('\nbody\n') + '\nbody\n'.length)
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(2))
    .join('\n');
}

/** The whole message of the error that a text gives; marks are taken out, a write is added where there is none. */
export function errorOf(marked: string, declared: Partial<StencilSource> = {}): string {
  const plain = marked.replace(/[«»]/g, '');
  const code = plain.includes('WriteField') ? plain : `${plain}\nWriteField("density", idx, 0.0);`;
  try {
    compileText(code, declared);
  } catch (error) {
    if (error instanceof StencilError) return error.message;
    throw error;
  }
  return 'no error';
}

/** The whole message of a problem in a text of one line, whose marked part the caret shows. */
export function expectedError(marked: string, problem: string): string {
  const plain = marked.replace(/[«»]/g, '');
  const column = marked.indexOf('«');
  const length = Math.max(1, marked.indexOf('»') - column - 1);
  const caret = `${' '.repeat(column)}${'^'.repeat(length)}`;
  return `Cannot compile stencil "s": line 1, column ${column + 1}: ${problem}\n    1 | ${plain}\n      | ${caret}`;
}

/** What a text returns for the one voxel at the origin, `dt` ¼: the text is a function's body, before it stand others. */
export function resultOf(type: 'float' | 'vec2' | 'vec3' | 'vec4', body: string, functions: string = ''): number[] {
  const code = `${functions}\n${type} result() { ${body} }\nWriteField("made", idx, result());`;
  const stencil = compileStencil({ name: 's', inputs: [], outputs: ['made'], code }, environment);
  const masks = new Uint32Array(32);
  masks[16] = 1;
  const size = type === 'float' ? 1 : Number(type.at(-1));
  const made = Array.from({ length: size }, () => new Float32Array(1024));
  const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  interpret(stencil, {
    same: { leaves: [1], slotAt: () => 1, origin: () => [0, 0, 0], masks, fields: new Map() },
    outputs: new Map([['made', made]]),
    dt: 0.25,
    time: 0,
    frame: 0,
    voxelSize: 1,
    parameters: new Map([
      ['steps', [3]],
      ['open', [1]],
    ]),
    scalars: new Map(),
    indexToWorld: identity,
    worldToIndex: identity,
  });
  return made.map((values) => values[512]!);
}
