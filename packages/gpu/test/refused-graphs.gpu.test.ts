/** A graph of several submits of which one is refused: what ran is known, and nothing else. */
import * as V from '@halocline/vulkan';
import { vulkanTest } from '@halocline/testing';
import { expect } from 'vitest';
import { Graph, use } from '../src/index.ts';
import { failCall } from './changed-driver.ts';
import { openTwoQueues, watchSubmits } from './two-queues.ts';

for (const nth of [1, 2, 3]) {
  vulkanTest(`where submit ${nth} of a graph is refused, trackers know of those before it alone`, async () => {
    const said: string[] = [];
    const onValidation = ({ rule, message }: { rule?: string | undefined; message: string }): unknown =>
      said.push(`${rule}: ${/in pass "[^"]*"|let pass "[^"]*"/u.exec(message)?.[0]}`);
    for (const automatic of [true, false]) {
      await using device = openTwoQueues(automatic ? { autoBarriers: true } : { checks: true, onValidation });
      const submits = watchSubmits(device);
      // Holds what is submitted to the transfer queue, so that the host sees none of it done.
      using gate = device.createTimeline('gate');
      device.transfer.submit([], { wait: [{ timeline: gate, value: 1 }] });
      submits.length = 0;
      using x = device.createBuffer({ label: 'x', byteLength: 64 });
      using y = device.createBuffer({ label: 'y', byteLength: 64 });
      using z = device.createBuffer({ label: 'z', byteLength: 64 });
      const graph = new Graph();
      const [source, target] = ['transfer-source', 'transfer-target'] as const;
      graph
        .pass({ name: 'fill', writes: [use(x, target)], record: (encoder) => void encoder.fill(x, 0, 64, 5) })
        .pass({
          name: 'away',
          queue: 'transfer',
          reads: [x],
          writes: [y],
          record: (encoder) => void encoder.copy(x, 0, y, 0, 64),
        })
        .pass({
          name: 'back',
          reads: [use(y, source)],
          writes: [use(z, target)],
          record: (encoder) => void encoder.copy(y, 0, z, 0, 64),
        });
      using plan = graph.compile();
      {
        using call = failCall(device, 'vkQueueSubmit2', nth, V.VK_ERROR_OUT_OF_HOST_MEMORY);
        await expect(async () => plan.execute({ device })).rejects.toThrow('Cannot submit to queue');
        expect(call.came).toBe(true);
      }
      const made = ['compute 1', 'transfer 2 behind compute 1'].slice(0, nth - 1);
      expect(submits).toEqual(made);
      using read = device.record('read', (encoder) => encoder.copy(y, 0, z, 0, 64));
      device.compute.submit([read]);
      const waits = automatic && nth === 3 ? ' behind transfer 2' : '';
      expect(submits.slice(made.length)).toEqual([`compute ${nth === 1 ? 1 : 2}${waits}`]);
      gate.signal(1);
      await device.idle();
      if (!automatic) {
        expect(said).toEqual([`${nth === 3 ? 'missing-wait' : 'read-before-write'}: let pass "read"`]);
        continue;
      }
      await plan.execute({ device });
      expect([...new Uint32Array((await device.staging.download(z)).buffer)]).toEqual(
        Array.from({ length: 16 }, () => 5),
      );
    }
  });
}
