/** @file `halocline/fluids`: the solvers. */
export * from '@halocline/fluids';
