/** @file A kernel's SPIR-V, held against what it was registered with before the driver sees it. */
import { reflect, ShaderError, type ReflectOptions, type ShaderReflection } from '@halocline/gpu';
import { didYouMean, listNames } from '../names.ts';
import { LAYOUT_CONSTANT, type KernelLayout } from './kernel-layout.ts';

/** Bytes of the push constant: the address of the pass block. */
const PUSH_BYTES = 8;

/** The entry point that a kernel starts at; throws ShaderError where the module is no kernel of this layout. */
export function checkModule(spirv: Uint32Array, layout: KernelLayout, entry: string | null): string {
  const refuse = (what: string): ShaderError =>
    new ShaderError(`Cannot register kernel "${layout.kernel}": ${what}`, undefined, { labels: [layout.kernel] });
  const read = (options: ReflectOptions): ShaderReflection => {
    try {
      return reflect(spirv, options);
    } catch (error) {
      const what = (error as Error).message.replace(/^Cannot read SPIR-V: /, '').replace(/;.*$/, '');
      throw refuse(`its SPIR-V is broken (${what}); compile it again`);
    }
  };
  const chosen = chooseEntry(read({}), entry, refuse);
  // What other entry points touch isn't this one's.
  const { bindings, pushConstants, specializations } = read({ entry: chosen, stage: 'compute' });
  if (bindings.length > 0) {
    const names = bindings.map(({ set, binding, name }) => `${set}.${binding}${name === '' ? '' : ` "${name}"`}`);
    throw refuse(
      `it has ${bindings.length === 1 ? 'binding' : 'bindings'} ${names.join(', ')}, and kernels reach fields by address; include the header, and name fields in inputs and outputs`,
    );
  }
  if (pushConstants !== null && pushConstants.byteLength > PUSH_BYTES) {
    throw refuse(
      `it has ${pushConstants.byteLength} bytes of push constants, and the engine pushes the ${PUSH_BYTES} of the header; take numbers from parameters`,
    );
  }
  const stamp = specializations.find(({ id }) => id === LAYOUT_CONSTANT);
  if (stamp !== undefined && stamp.value >>> 0 !== layout.stamp) {
    throw refuse(
      `it was compiled with the header of other inputs, outputs or parameters; take the text of kernelHeader("${layout.kernel}"), and compile it again`,
    );
  }
  return chosen;
}

function chooseEntry(module: ShaderReflection, entry: string | null, refuse: (what: string) => ShaderError): string {
  const names = module.entryPoints.filter(({ stage }) => stage === 'compute').map(({ name }) => name);
  if (names.length === 0) throw refuse('it has no entry point that computes; give a compute shader');
  if (entry === null) {
    if (names.length === 1) return names[0]!;
    if (names.includes('main')) return 'main';
    throw refuse(`it has the entry points ${listNames(names)}; say which with entry`);
  }
  if (names.includes(entry)) return entry;
  throw refuse(
    `it has no entry point "${entry}"${didYouMean(entry, names)}; ${names.length === 1 ? 'the only one is' : 'there are'} ${listNames(names)}`,
  );
}
