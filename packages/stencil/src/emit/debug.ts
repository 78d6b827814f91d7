/** @file What a stencil with `debug: true` does besides: it counts and records, in the buffer of `debug.ts`. Always in the loop shape. */
import { DEBUG_WORDS, PRINT_LIMIT, printedWords, RECORD_LIMIT } from '../debug.ts';
import type { Statement } from '../ir.ts';
import { isFloating, scalarOf } from '../ir.ts';
import { lowerExpression } from './expression.ts';
import { address, blockValue, tableWord } from './frame.ts';
import type { Frame, Lowering } from './frame.ts';
import { scalarOfValue } from './target.ts';
import type { Value } from './target.ts';

const BUFFER = { kind: 'debug' } as const;

function store(frame: Frame, index: Value, word: Value): void {
  const { target } = frame.lowering;
  target.store('u32', 1, address(frame, BUFFER), index, word);
}

/** A scalar as a word; a double as the float that it rounds to. */
function wordOf(lowering: Lowering, value: Value): Value {
  const { code, target } = lowering;
  const scalar = scalarOfValue(value);
  if (scalar === 'bool') return target.select(value, code.uint(1), code.uint(0));
  if (scalar === 'double') return target.bitcast('uint', code.asFloat(value));
  return scalar === 'uint' ? value : target.bitcast('uint', value);
}

/** The words of a value that is printed. */
function wordsOf({ code, target }: Lowering, value: Value): Value[] {
  return code
    .components(value)
    .flatMap((one) =>
      scalarOfValue(one) === 'double' ? code.components(target.keep(target.bitcast('uvec2', one), 'words')) : [one],
    );
}

/** Counts a read of place `n` of leaf `slot`, on the stencil's own level, where that voxel is not active. */
export function noteRead(frame: Frame, slot: Value, n: Value): void {
  const { code, target, outside } = frame.lowering;
  if (outside === null) return;
  const word = tableWord(frame, { kind: 'masks', level: 'same' }, code.add(code.left(slot, 4), code.right(n, 5)));
  const active = code.bit(word, code.mask(n, 31));
  target.set(outside, code.add(target.get(outside), target.select(active, code.uint(0), code.uint(1))));
}

/** Adds the thread's count to that of all. */
export function addOutside(frame: Frame): void {
  const { code, target, outside } = frame.lowering;
  if (outside === null) return;
  target.branch(code.differs(target.get(outside), 0), () => {
    target.atomicAdd(address(frame, BUFFER), code.uint(1), target.get(outside));
  });
}

/** Records a value that is not finite, component by component. */
export function checkWrite(frame: Frame, write: number, component: number, value: Value, coord: Value): void {
  const { code, target } = frame.lowering;
  if (!isFloating(scalarOf(value.type))) return;
  const parts = code.components(target.keep(value, 'checked'));
  parts.forEach((part, at) => {
    const bad = code.or(target.apply('isnan', part), target.apply('isinf', part));
    target.branch(bad, () => {
      const record = target.keep(target.atomicAdd(address(frame, BUFFER), code.uint(0), code.uint(1)), 'record');
      target.branch(target.apply('lt', record, code.uint(RECORD_LIMIT)), () => {
        const start = target.keep(code.add(code.left(record, 3), code.uint(DEBUG_WORDS.records)), 'start');
        const words = [
          code.uint(write),
          code.uint(component < 0 ? at : component),
          ...code.components(coord).map((one) => wordOf(frame.lowering, one)),
          blockValue(frame, 'uniforms', 8, 'uint', 'frame'),
          wordOf(frame.lowering, part),
        ];
        words.forEach((word, place) => store(frame, code.add(start, code.uint(place)), word));
      });
    });
  });
}

/** A `print` statement: the chosen voxel appends its number and the words of its values. */
export function print(frame: Frame, node: Extract<Statement, { op: 'print' }>): void {
  const { lowering } = frame;
  const { code, target } = lowering;
  const word = (at: number): Value => tableWord(frame, BUFFER, code.uint(DEBUG_WORDS.voxel + at));
  const here = code
    .components(frame.voxel!.coord!)
    .map((one, axis) => target.apply('eq', wordOf(lowering, one), word(axis)))
    .reduce((all, one) => code.and(all, one), code.differs(word(3), 0));
  target.branch(here, () => {
    const values = node.values.map((value) => target.keep(lowerExpression(frame, value), 'printed'));
    const length = 1 + values.reduce((sum, { type }) => sum + printedWords(type), 0);
    const start = target.keep(target.atomicAdd(address(frame, BUFFER), code.uint(2), code.uint(length)), 'start');
    target.branch(target.apply('le', start, code.uint(PRINT_LIMIT - length)), () => {
      const words = [code.uint(node.number), ...values.flatMap((value) => wordsOf(lowering, value))];
      words.forEach((one, at) =>
        store(frame, code.add(start, code.uint(DEBUG_WORDS.print + at)), wordOf(lowering, one)),
      );
    });
  });
}
