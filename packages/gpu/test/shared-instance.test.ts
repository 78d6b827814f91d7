import type { VkInstance } from '@halocline/vulkan';
import { expect, test } from 'vitest';
import { acquireHandle, releaseHandle } from '../src/device/shared-instance.ts';

test('an instance is made for the first who asks and destroyed with the last', () => {
  const events: string[] = [];
  const create = () => {
    events.push('create');
    return 7n as VkInstance;
  };
  const destroy = (handle: bigint) => events.push(`destroy ${handle}`);
  expect([acquireHandle(create), acquireHandle(create)]).toEqual([7n, 7n]);
  releaseHandle(destroy);
  expect(events).toEqual(['create']);
  releaseHandle(destroy);
  acquireHandle(create);
  releaseHandle(destroy);
  expect(events).toEqual(['create', 'destroy 7', 'create', 'destroy 7']);
});

test('an instance that cannot be made leaves the next one free to try', () => {
  const fail = (): VkInstance => {
    throw new Error('no driver');
  };
  expect(() => acquireHandle(fail)).toThrow('no driver');
  expect(acquireHandle(() => 9n as VkInstance)).toBe(9n);
  releaseHandle(() => undefined);
});
