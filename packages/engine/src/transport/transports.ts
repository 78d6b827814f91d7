/** @file All transports, and the one that the environment asks for. */
import type { Transport, TransportName } from './channel.ts';
import { cuda } from './cuda.ts';
import { group } from './group.ts';
import { sameDevice } from './same-device.ts';
import { shared } from './shared.ts';
import { staged } from './staged.ts';

/** Every transport; of equally fast ones the first is taken. */
export const TRANSPORTS: readonly Transport[] = Object.freeze([sameDevice, shared, cuda, group, staged]);

/** A transport by its name. */
export function transportOf(name: TransportName): Transport {
  return TRANSPORTS.find((each) => each.name === name)!;
}

/** The transport that HALOCLINE_TRANSPORT forces, or null. Throws TypeError for a name that there isn't. */
export function forcedTransport(env: Readonly<Record<string, string | undefined>> = process.env): TransportName | null {
  const asked = env['HALOCLINE_TRANSPORT'];
  if (asked === undefined || asked === '') return null;
  const found = TRANSPORTS.find(({ name }) => name === asked);
  if (found !== undefined) return found.name;
  const names = TRANSPORTS.map(({ name }) => name);
  throw new TypeError(
    `Cannot use transport "${asked}": HALOCLINE_TRANSPORT takes ${names.slice(0, -1).join(', ')} or ${names.at(-1)}; ` +
      'leave it out to have one chosen',
  );
}
