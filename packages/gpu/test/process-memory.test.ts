import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { processMemory, setVariable } from '../src/device/process-memory.ts';

test.skipIf(process.platform === 'win32')(
  'memory of the process is one and the same for all who ask, and zeroed at first',
  () => {
    const name = `TEST${Math.floor(performance.now())}`;
    const first = new Int32Array(processMemory(name, 8)!);
    expect([...first]).toEqual([0, 0]);
    first[1] = 7;
    expect(new Int32Array(processMemory(name, 8)!)[1]).toBe(7);
    expect(new Int32Array(processMemory(`${name}B`, 8)!)[1]).toBe(0);
  },
);

test.skipIf(process.platform !== 'linux')('a variable that is set reaches children too', () => {
  setVariable(process.env, 'HALOCLINE_TEST_VARIABLE', 'here');
  expect(execFileSync('sh', ['-c', 'echo $HALOCLINE_TEST_VARIABLE']).toString()).toBe('here\n');
  delete process.env['HALOCLINE_TEST_VARIABLE'];
});
