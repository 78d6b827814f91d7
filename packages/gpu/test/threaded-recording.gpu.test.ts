import { gpuTest } from '@halocline/testing';
import { expect } from 'vitest';
import { threadedSquares } from '../../../examples/threaded-recording.ts';

gpuTest('the example of threaded recording squares numbers', {}, async ({ device }) => {
  const squares = await threadedSquares(1024, { device: device.uuid, validation: device.validation });
  expect([squares[0], squares[255], squares[256], squares[1023]]).toEqual([0, 65_025, 65_536, 1_046_529]);
});
