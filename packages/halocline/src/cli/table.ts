/** @file Text tables and numbers for people. */

/** Rows of cells, columns aligned; the first row is the heading where `heading` is set. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `${indent}${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd())
    .join('\n');
}

/** Bytes in binary units: `1.5 GiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const order = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** order;
  return `${order === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[order]}`;
}

/** A number, or a vector as `(x, y, z)`, with at most six significant digits. */
export function figure(value: number | bigint | readonly (number | bigint)[]): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (typeof value === 'bigint') return String(value);
  return value.length === 1 ? figure(value[0]!) : `(${value.map((part) => figure(part)).join(', ')})`;
}

/** A count with its noun: `1 step`, `2,000 steps`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
