/** @file Numbers of bytes in words. */

/** `n` bytes in words: 512 B, 1.5 KiB, 3.2 MiB. */
export function formatBytes(byteLength: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [byteLength, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
