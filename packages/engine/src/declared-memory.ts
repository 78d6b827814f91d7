/**
 * @file The memory behind the names of a step's resources. The graph orders names; where a device checks what is recorded, it
 * also wants to know what passes reach by address.
 */
import type { NamedMemory } from '@halocline/gpu';
import { boundTables } from './bind-pass.ts';
import { scalarBytes } from './engine-kernels.ts';
import { fieldKey } from './declarations.ts';
import { COUNT_BYTES } from './member.ts';
import type { Program } from './program.ts';
import { reductionStages, stageOffset } from './reduction-plan.ts';
import type { Part } from './segments.ts';
import type { Scope } from './step-plan.ts';

type Memory = ReturnType<NamedMemory>;

/** Number of a scope among the arguments: 0 live, 1 + 2·loop body, 2 + 2·loop settle. */
export function scopeNumber(scope: Scope): number {
  const [kind, loop] = scope.split(' ') as [string, string | undefined];
  return kind === 'live' ? 0 : (kind === 'body' ? 1 : 2) + 2 * Number(loop);
}

/** What stands behind the names of a program's resources; nothing behind those whose parts are told apart nowhere. */
export function declaredMemory(program: Program): NamedMemory {
  const known = new Map<string, Memory>();
  return (name) => {
    let memory = known.get(name);
    if (memory === undefined) known.set(name, (memory = memoryOf(program, name)));
    return memory;
  };
}

function memoryOf(program: Program, name: string): Memory {
  const { member } = program.parts;
  const { args, status, uniforms } = program.buffers;
  if (name === 'counts' || name === 'args count') return [{ resource: member.counts }];
  if (name === 'status') return [{ resource: status }];
  if (name === 'uniforms') return [{ resource: uniforms }];
  const [kind, ...words] = name.split(' ');
  if (kind === 'args') {
    const byteLength = COUNT_BYTES * member.entryCount;
    return [{ resource: args, range: { byteOffset: scopeNumber(words.join(' ') as Scope) * byteLength, byteLength } }];
  }
  if (kind === 'scalar') {
    const { byteOffset, type } = program.parts.declarations.scalars.get(words[0]!)!;
    return [{ resource: member.scalars, range: { byteOffset, byteLength: scalarBytes(type) } }];
  }
  if (kind === 'groups') return [program.groups.memory(program.parts.compiled.get(words.join(' '))!)!];
  if (kind === 'partials') return stageMemory(program, words[0]!, 0);
  if (kind === 'scratch') return stageMemory(program, words[1]!, Number(words[0]) + 1);
  if (kind === 'tables') {
    const [part, ...stencil] = words as [Part, ...string[]];
    const tables = boundTables(program, program.parts.compiled.get(stencil.join(' '))!, part);
    return tables.map((resource) => ({ resource }));
  }
  if (kind === 'faults') return [program.faults.memory(program.parts.compiled.get(words.join(' '))!)];
  if (kind === 'debug') return [{ resource: program.parts.compiled.get(words.join(' '))!.debug! }];
  const copy = /^(.+):([01])$/u.exec(name);
  return copy === null ? [] : copyMemory(program, copy[1]!, Number(copy[2]));
}

/** What one stage of a reduction reads. */
function stageMemory(program: Program, scalar: string, stage: number): Memory {
  const { units, declarations, decomposition } = program.parts;
  const facts = units.flatMap(({ passes }) => passes.map((pass) => pass.facts));
  const found = facts.find(({ reductions }) => reductions.some((each) => each.scalar === scalar))!;
  const leaves = decomposition.domain.levels[found.level]!.leafCount;
  const bytes = scalarBytes(declarations.scalars.get(scalar)!.type);
  const buffer = program.partials.get(scalar)!;
  const first = bytes * stageOffset(leaves, stage);
  const last = stage === reductionStages(leaves).length ? buffer.byteLength : bytes * stageOffset(leaves, stage + 1);
  return [{ resource: buffer, range: { byteOffset: first, byteLength: last - first } }];
}

/** A component of a field in one of its copies, in each subdomain that the member has. */
function copyMemory(program: Program, name: string, copy: number): Memory {
  const { field, component } = program.componentOf(name);
  const stores = program.parts.member.subdomains.map((each) => each.existingField(fieldKey(field.name, field.level))!);
  return stores.map((store) => store.memory(component, copy));
}
