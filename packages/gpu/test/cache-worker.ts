/** A process that compiles shaders with the cache of its environment, and prints a digest of what it got. */
import { createHash } from 'node:crypto';
import { compileGlsl } from '../src/shader/compile.ts';

const hash = createHash('sha256');
for (let round = 0; round < 3; round++) {
  for (let number = 0; number < 12; number++) {
    const source = `layout(local_size_x = ${number + 1}) in; layout(binding = 0) buffer B { uint at[]; }; void main() { at[0] = ${number}; }`;
    hash.update(await compileGlsl(source, { label: `shader ${number}` }));
  }
}
process.stdout.write(hash.digest('hex'));
