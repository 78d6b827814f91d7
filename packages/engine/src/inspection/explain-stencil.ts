/**
 * @file A stencil, or a kernel of one's own, for people: its text, what the compiler understood, the bytes that it moves, what the
 * driver tells of its machine code, and the shader as GLSL.
 */
import type { Device, PipelineStatistic } from '@halocline/gpu';
import { bytesOf, emitGlsl, emitSpirv, formatIr, type FieldRead, type FieldWrite } from '@halocline/stencil';
import { beyondIn, placementOf, type CheckedStencil, type CompiledStencil } from '../compiler.ts';
import { languageOf } from '../kernel/kernel-options.ts';
import type { Runtime } from '../runtime.ts';
import { boundOf } from '../shapes/bound-of.ts';

/** Everything about one stencil or kernel of a compiled simulation. Makes a pipeline for the driver's statistics. */
export function explainStencil(runtime: Runtime, name: string): string {
  const { checked, declarations, device } = runtime;
  const found = checked.get(name);
  if (found === undefined)
    throw new TypeError(runtime.unknown('explain', 'stencil', name, declarations.stencils.keys()));
  const { file } = declarations.stencils.get(name)?.kernel ?? declarations.stencils.get(name)?.options ?? {};
  const from = file === undefined ? '' : `, from "${file}"`;
  const kind = found.kernel === null ? 'Stencil' : 'Kernel';
  const title = `${kind} "${name}" on level ${found.level}${from}`;
  const sections = found.kernel === null ? stencilSections(runtime, found) : kernelSections(runtime, found, device);
  return [title, '', ...sections].join('\n');
}

function stencilSections(runtime: Runtime, checked: CheckedStencil): string[] {
  const { backgrounds, declarations, decomposition, device, domain, program } = runtime;
  const stencil = checked.stencil!;
  const beyond = beyondIn(decomposition.count > 1, checked.beyondRadius);
  const level = domain.level(checked.level);
  const placement = placementOf(declarations, beyond, level, backgrounds.of(declarations, level));
  const { subgroupQuads: exchange, floats } = device.limits;
  const options = { exchange, floats, bound: boundOf(device) };
  const { spirv } = emitSpirv(stencil, placement, options);
  return [
    'Source',
    ...numbered(stencil.source),
    '',
    'What it means: fields with the offsets that are read, and the checked IR',
    ...indented(formatIr(stencil)),
    '',
    ...traffic(stencil.reads, stencil.writes),
    ...(checked.facts.copied === undefined
      ? []
      : [`Copied before it runs, for what kernels leave in inactive voxels: ${checked.facts.copied.join(', ')}`]),
    ...(program!.parts.compiled.has(checked.name)
      ? []
      : ['It runs within another: explain() tells with which it is fused']),
    ...machineCode(device, checked.name, { spirv, entry: 'main' }),
    '',
    'The shader, as GLSL',
    ...indented(emitGlsl(stencil, placement, options)),
  ];
}

function kernelSections({ program }: Runtime, { name, kernel }: CheckedStencil, device: Device): string[] {
  const run = (program!.parts.compiled.get(name) as CompiledStencil).kernel!;
  const { reads, writes, layout, facts } = kernel!;
  const groups = run.groups === null ? 'one workgroup for each two leaves' : `${run.groups.join(' × ')} workgroups`;
  const swaps = facts.writes.filter((write) => write.swaps).map(({ component }) => component);
  const numbers = layout.numbers.map((number) => `${number.type} ${number.name}`);
  return [
    ...(run.text === null ? ['Its text is not here: it came as SPIR-V'] : ['Source', ...numbered(run.text)]),
    '',
    `${languageOf(run.options).toUpperCase()}, entry point "${run.entry}", ${groups}`,
    ...(numbers.length === 0 ? [] : [`Parameters: ${numbers.join(', ')}`]),
    ...(swaps.length === 0 ? [] : [`Written into second copies: ${swaps.join(', ')}`]),
    ...(facts.copied === undefined
      ? []
      : [`Copied before it runs, which overwrites: true would spare: ${facts.copied.join(', ')}`]),
    ...traffic(reads, writes),
    ...machineCode(device, name, run),
    `What it includes is printed by kernelHeader("${name}")`,
  ];
}

/** Bytes that a voxel's components have, each field once however often it is read. */
function traffic(reads: readonly FieldRead[], writes: readonly FieldWrite[]): string[] {
  const names = (list: readonly (FieldRead | FieldWrite)[]): string => list.map(({ field }) => field).join(', ');
  const part = (verb: string, list: readonly (FieldRead | FieldWrite)[]): string =>
    list.length === 0 ? `none ${verb}` : `${bytesOf(list)} ${verb} (${names(list)})`;
  return [`Bytes a voxel: ${part('read', reads)}, ${part('written', writes)}`];
}

function machineCode(device: Device, label: string, { spirv, entry }: { spirv: Uint32Array; entry: string }): string[] {
  using pipeline = device.createPipeline({ label, spirv, entry, statistics: true });
  const { statistics } = pipeline;
  if (statistics === null || statistics.length === 0) {
    return [`Registers and spills: the driver of ${device.name} doesn't tell`];
  }
  return [`Machine code on ${device.name}: ${statistics.map(statisticText).join(', ')}`];
}

function statisticText({ name, value }: PipelineStatistic): string {
  return `${name} ${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`;
}

function numbered(text: string): string[] {
  const lines = text.replace(/^\n+|\s+$/g, '').split('\n');
  return lines.map((line, index) => `${String(index + 1).padStart(6)} | ${line}`.trimEnd());
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`));
}
