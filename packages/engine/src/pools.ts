/**
 * @file The memory of a member, in two pools that grow: one for fields, which may be laid together between steps, and one for
 * what travels between subdomains, which stays where it is.
 */
import { OutOfMemoryError, type Defragmentation, type Device, type MemoryPool } from '@halocline/gpu';

/** A member's pools. */
export class Pools implements Disposable {
  readonly fields: MemoryPool;
  readonly halos: MemoryPool;

  constructor(device: Device) {
    using undo = new DisposableStack();
    this.fields = undo.use(device.createPool({ label: 'fields', byteLength: 0, grows: true }));
    this.halos = device.createPool({ label: 'halos', byteLength: 0, grows: true });
    undo.move();
  }

  /** Lays the fields together: their addresses are others then. Waits for the device. */
  defragment(): Promise<Defragmentation> {
    return this.fields.defragment();
  }

  [Symbol.dispose](): void {
    this.fields[Symbol.dispose]();
    this.halos[Symbol.dispose]();
  }
}

/** Who works with the fields of pools. */
export interface FieldUser {
  /** Waits until nothing on its way uses them. */
  settled(): Promise<void>;
  /** Is told that they lie elsewhere. */
  moved(): void;
}

/** Runs a body that takes memory; where there is none, once more if laying the fields together moved any. */
export async function withRoom<T>(
  pools: Pick<Pools, 'defragment'>,
  user: FieldUser,
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    await user.settled();
    const { buffers } = await pools.defragment();
    if (buffers === 0) throw error;
    user.moved();
    return body();
  }
}
