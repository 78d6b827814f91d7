/** @file A second entry point for a module: what GLSL cannot say, and other languages can. */

/** Instructions that give no id. */
const WITHOUT_RESULT: ReadonlySet<number> = new Set([62, 63, 224, 246, 247, 249, 250, 251, 252, 253, 254, 255, 56]);
const OP = { entryPoint: 15, executionMode: 16, constant: 43, function: 54, functionEnd: 56, label: 248 };

/** The module with a copy of its entry function, named `name`, which has float `to` where the first has `from`. */
export function withTwin(words: Uint32Array, name: string, [from, to]: readonly [number, number]): Uint32Array {
  const instructions = split(words);
  const entry = instructions.find(([first]) => (first! & 0xffff) === OP.entryPoint)!;
  const main = entry[2]!;
  const begin = instructions.findIndex((each) => (each[0]! & 0xffff) === OP.function && each[2] === main);
  const end = instructions.findIndex((each, at) => at > begin && (each[0]! & 0xffff) === OP.functionEnd);
  const body = instructions.slice(begin, end + 1);
  let bound = words[3]!;
  const renamed = new Map<number, number>();
  for (const each of body) {
    const op = each[0]! & 0xffff;
    if (op === OP.label) renamed.set(each[1]!, bound++);
    else if (!WITHOUT_RESULT.has(op)) renamed.set(each[2]!, bound++);
  }
  const constant = instructions.find((each) => (each[0]! & 0xffff) === OP.constant && each[3] === bitsOf(from))!;
  const other = bound++;
  renamed.set(constant[2]!, other);
  const twin = body.map((each) => each.map((word, at) => (at === 0 ? word : (renamed.get(word) ?? word))));
  const text = [...new Uint32Array(new TextEncoder().encode(name.padEnd(4 * (1 + (name.length >> 2)), '\0')).buffer)];
  const [, model, , ...rest] = entry as [number, number, number, ...number[]];
  const interface_ = rest.slice(rest.findIndex((word) => word >>> 24 === 0) + 1);
  const second = [0, model, renamed.get(main)!, ...text, ...interface_];
  second[0] = (second.length << 16) | OP.entryPoint;
  const out: number[] = [];
  for (const each of instructions) {
    out.push(...each);
    const op = each[0]! & 0xffff;
    if (each === entry) out.push(...second);
    if (op === OP.executionMode && each[1] === main) out.push(each[0]!, renamed.get(main)!, ...each.slice(2));
    if (each === constant) out.push(each[0]!, each[1]!, other, bitsOf(to));
  }
  return Uint32Array.from([...words.slice(0, 3), bound, 0, ...out, ...twin.flat()]);
}

function split(words: Uint32Array): number[][] {
  const instructions: number[][] = [];
  for (let at = 5; at < words.length; at += words[at]! >>> 16) {
    instructions.push([...words.subarray(at, at + (words[at]! >>> 16))]);
  }
  return instructions;
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}
