/** @file A transport that all messages take while a test wants it. */

/** Until its end simulations are made with this transport between their devices. */
export function forceTransport(name: string): Disposable {
  process.env['HALOCLINE_TRANSPORT'] = name;
  return { [Symbol.dispose]: () => void delete process.env['HALOCLINE_TRANSPORT'] };
}
