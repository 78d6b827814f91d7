/** @file The header of a kernel as a person asks for it. */
import { didYouMean, listNames } from '../names.ts';
import type { Runtime } from '../runtime.ts';
import { headerText } from './compile-text.ts';
import { layoutKernel } from './kernel-layout.ts';
import { isKernel } from './kernel-sources.ts';
import { languageOf, type KernelAccess } from './kernel-options.ts';

/** The header of a registered kernel, or of one that touches what is told, on level 0. */
export function kernelHeader(runtime: Runtime, kernel: string | KernelAccess, language?: 'glsl' | 'hlsl'): string {
  const { declarations, subdomains } = runtime;
  const options = { declarations, cut: subdomains.length > 1 };
  if (typeof kernel !== 'string') return headerText(layoutKernel('', 0, kernel, options), language ?? 'glsl');
  const kernels = declarations.stencils.values().filter(isKernel).toArray();
  const found = kernels.find(({ name }) => name === kernel);
  if (found === undefined) {
    const names = kernels.map(({ name }) => name);
    throw new TypeError(
      `Cannot print the header of kernel "${kernel}": there is none of that name${didYouMean(kernel, names)}; the kernels are ${listNames(names)}`,
    );
  }
  const own = languageOf(found.kernel) === 'hlsl' ? 'hlsl' : 'glsl';
  return headerText(layoutKernel(kernel, found.level, found.kernel, options), language ?? own);
}
