/**
 * @file `import … from 'halocline/stencil'`: stencils in plain TypeScript. `stencil({ inputs, outputs }, body)` makes one,
 * `addStencil(name, { body })` takes it, and the rest is what bodies call.
 */
export * from '@halocline/stencil/trace';
