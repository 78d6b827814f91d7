/**
 * @file From card to card by a Vulkan device group: each end's memory is seen by the group's device too, whose queue copies it on the
 * sender's card into the receiver's memory. For drivers that group cards; those of 2026 mostly give each a group of its own.
 */
import { DeviceGroup, listDeviceGroups, type Device, type Encoder, type Relay } from '@halocline/gpu';
import type { Channel, Endpoint, Transport } from './channel.ts';
import { Crossing, shareTimelines } from './crossing.ts';
import { OwnRelay } from './own-relay.ts';

/** Between cards of a group. */
export const group: Transport = {
  name: 'group',

  refusal(from: Device, to: Device): string | null {
    if (from.uuid === to.uuid) return 'they are one card, and need no group';
    const groups = listDeviceGroups();
    if (!groups.some((cards) => cards.includes(from.uuid) && cards.includes(to.uuid))) {
      return 'the driver puts them in no device group';
    }
    return from.raw.extensions.includes('VK_KHR_external_memory_fd')
      ? null
      : 'the driver gives memory no file descriptors (VK_KHR_external_memory_fd)';
  },

  open(from, to, { label, byteLength, turns }): Channel {
    using undo = new DisposableStack();
    const middle = undo.use(new Middle(from.device, to.device));
    const room = { label, byteLength: turns * byteLength };
    const out = middle.cards.share(from.device, room);
    undo.use(out.own);
    undo.use(out.seen);
    const into = middle.cards.share(to.device, room);
    undo.use(into.own);
    undo.use(into.seen);
    const away = undo.use(new Crossing(from, middle, { label, direct: shareTimelines(from, middle) }));
    const home = undo.use(new Crossing(middle, to, { label, direct: shareTimelines(middle, to) }));
    const copies = Array.from({ length: turns }, (_, turn) => {
      const at = turn * byteLength;
      const body = (encoder: Encoder): unknown => encoder.copy(out.seen, at, into.seen, at, byteLength);
      return undo.use(middle.device.record(label, body));
    });
    const groupDevice = middle.cards.indexOf(from.device);
    const owned = undo.move();
    return {
      out: out.own,
      in: into.own,
      moves: null,
      signals: () => (away.next(), away.departure),
      pass(point, turn) {
        const packed = away.sent === null ? away.relay(point) : away.arrival;
        home.next();
        const options = { wait: [packed], signal: home.departure, groupDevice };
        const copied = middle.device.compute.submit([copies[turn]!], options);
        return home.sent === null ? home.relay(copied) : home.arrival;
      },
      check() {
        away.check();
        home.check();
      },
      release() {
        away.release();
        home.release();
      },
      [Symbol.dispose]: () => owned.dispose(),
    };
  },
};

/** The group's end, between the two. */
class Middle implements Endpoint, Disposable {
  readonly cards: DeviceGroup;
  readonly device: Device;
  readonly pools: Endpoint['pools'];
  readonly #relay: OwnRelay;

  constructor(from: Device, to: Device) {
    this.cards = new DeviceGroup(from.uuid, to.uuid);
    this.device = this.cards.device;
    this.pools = { halos: this.device };
    this.#relay = new OwnRelay(this.device, `group of ${this.device.name}`);
    if (this.cards.reaches(from, to)) return;
    this[Symbol.dispose]();
    throw new Error(
      `Cannot copy in group of "${from.name}": its cards don't write each other's memory; use another transport`,
    );
  }

  get relay(): Relay {
    return this.#relay.now;
  }

  /** Closes the group behind what is being disposed. */
  [Symbol.dispose](): void {
    const close = async (): Promise<void> => {
      await this.#relay[Symbol.asyncDispose]();
      await this.cards[Symbol.asyncDispose]();
    };
    close().catch((error: unknown) => {
      queueMicrotask(() => {
        throw error;
      });
    });
  }
}
