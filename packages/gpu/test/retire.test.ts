import { expect, test } from 'vitest';
import { Driver } from '../src/device/driver.ts';

/** A driver without a device: retiring asks timelines alone. */
function bareDriver(): Driver {
  const commands = { handle: 1n, has: () => false };
  const given = { instance: {}, physicalDevice: 1n, commands, name: 'none', limits: {}, features: {}, named: false };
  return new Driver(given as unknown as ConstructorParameters<typeof Driver>[0]);
}

test('what is retired goes in its order, also where the device ends its work between two looks', () => {
  const driver = bareDriver();
  const gone: string[] = [];
  let reached = 0;
  const timeline = { last: 1, value: () => reached };
  driver.progress.push(timeline);
  driver.retire(() => gone.push('commands'));
  driver.retire(() => gone.push('their pool'));
  let looks = 0;
  timeline.value = () => (looks++ === 0 ? 0 : 1);
  driver.collect();
  expect(gone).toEqual([]);
  reached = 1;
  driver.collect();
  expect(gone).toEqual(['commands', 'their pool']);
});

test('what is retired while somebody holds it goes when the last lets go', () => {
  const driver = bareDriver();
  const gone: string[] = [];
  const [one, other] = [driver.hold(), driver.hold()];
  driver.retire(() => gone.push('buffer'));
  one();
  driver.collect();
  expect(gone).toEqual([]);
  other();
  expect(gone).toEqual(['buffer']);
  driver.retire(() => gone.push('image'));
  expect(gone).toEqual(['buffer', 'image']);
});
