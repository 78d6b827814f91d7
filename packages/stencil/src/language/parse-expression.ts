/** @file Expressions, by precedence climbing, with GLSL's precedences. */

import type { BinaryOperator, Span } from '../ir.ts';
import { absentWord, isKeyword, isTypeName } from './keywords.ts';
import { matrixOf } from './types.ts';
import { operandsOf } from './syntax.ts';
import type { BinaryNode, CallNode, ExpressionNode, Lengths, NameNode } from './syntax.ts';
import { DEPTH_LIMIT } from './token-stream.ts';
import type { TokenStream } from './token-stream.ts';

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '^^': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '==': 7,
  '!=': 7,
  '<': 8,
  '<=': 8,
  '>': 8,
  '>=': 8,
  '<<': 9,
  '>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
};

const ASSIGNMENTS: ReadonlyMap<string, BinaryOperator | null> = new Map([
  ['=', null],
  ['+=', '+'],
  ['-=', '-'],
  ['*=', '*'],
  ['/=', '/'],
  ['%=', '%'],
  ['&=', '&'],
  ['|=', '|'],
  ['^=', '^'],
  ['<<=', '<<'],
  ['>>=', '>>'],
]);

type Without<T> = T extends ExpressionNode ? Omit<T, 'depth'> : never;

/** A node, whose depth is its operands' and one more. */
function make(stream: TokenStream, node: Without<ExpressionNode>): ExpressionNode {
  const depth = 1 + operandsOf(node as ExpressionNode).reduce((deepest, child) => Math.max(deepest, child.depth), 0);
  if (depth > DEPTH_LIMIT) {
    throw stream.fail(node.span, `this expression is more than ${DEPTH_LIMIT} operators deep; use variables`);
  }
  return { ...node, depth };
}

function join(from: Span, to: Span): Span {
  return { start: from.start, length: to.start + to.length - from.start };
}

/** An expression, assignments included. */
export function parseExpression(stream: TokenStream): ExpressionNode {
  return stream.nested(() => {
    const target = parseConditional(stream);
    const operator = stream.peek();
    const compound = operator.kind === 'punctuation' ? ASSIGNMENTS.get(operator.text) : undefined;
    if (compound === undefined) return target;
    stream.next();
    const value = parseExpression(stream);
    const span = join(target.span, value.span);
    return make(stream, { kind: 'assign', operator: compound, operatorSpan: operator.span, target, value, span });
  });
}

/** Expressions with commas between them. */
export function parseSequence(stream: TokenStream): ExpressionNode {
  const first = parseExpression(stream);
  if (!stream.is(',')) return first;
  const items = [first];
  while (stream.take(',')) items.push(parseExpression(stream));
  return make(stream, { kind: 'sequence', items, span: join(first.span, items.at(-1)!.span) });
}

/** The value of a declaration: an expression, or values in braces. */
export function parseInitializer(stream: TokenStream): ExpressionNode {
  const { span } = stream.peek();
  if (!stream.take('{')) return parseExpression(stream);
  const items: ExpressionNode[] = [];
  do {
    if (stream.is('}')) break;
    items.push(stream.nested(() => parseInitializer(stream)));
  } while (stream.take(','));
  stream.expect('}', 'after values in braces');
  return make(stream, { kind: 'list', items, span: stream.since(span) });
}

function parseConditional(stream: TokenStream): ExpressionNode {
  const condition = parseBinary(stream, 1);
  if (!stream.take('?')) return condition;
  const then = parseExpression(stream);
  stream.expect(':', 'between the two values of ?:');
  const otherwise = parseExpression(stream);
  const span = join(condition.span, otherwise.span);
  return make(stream, { kind: 'conditional', condition, then, else: otherwise, span });
}

function parseBinary(stream: TokenStream, least: number): ExpressionNode {
  let left = parseUnary(stream);
  for (;;) {
    const token = stream.peek();
    const precedence = token.kind === 'punctuation' ? PRECEDENCE[token.text as BinaryOperator] : undefined;
    if (precedence === undefined || precedence < least) return left;
    stream.next();
    const right = parseBinary(stream, precedence + 1);
    const operator = token.text as BinaryNode['operator'];
    left = make(stream, {
      kind: 'binary',
      operator,
      operatorSpan: token.span,
      left,
      right,
      span: join(left.span, right.span),
    });
  }
}

function parseUnary(stream: TokenStream): ExpressionNode {
  const { kind, text, span } = stream.peek();
  if (kind !== 'punctuation') return parsePostfix(stream);
  if (text === '++' || text === '--') {
    stream.next();
    const target = stream.nested(() => parseUnary(stream));
    const operator = text === '++' ? '+' : '-';
    return make(stream, { kind: 'update', operator, prefix: true, target, span: join(span, target.span) });
  }
  if (text === '-' || text === '+' || text === '!' || text === '~') {
    stream.next();
    const operand = stream.nested(() => parseUnary(stream));
    return make(stream, { kind: 'unary', operator: text, operand, span: join(span, operand.span) });
  }
  return parsePostfix(stream);
}

function parsePostfix(stream: TokenStream): ExpressionNode {
  let operand = parsePrimary(stream);
  for (;;) {
    const token = stream.peek();
    if (token.kind !== 'punctuation') return operand;
    if (token.text === '.') {
      stream.next();
      operand = parseMember(stream, operand);
    } else if (token.text === '[') {
      stream.next();
      const index = parseExpression(stream);
      stream.expect(']', 'after an index');
      operand = make(stream, { kind: 'index', operand, index, span: stream.since(operand.span) });
    } else if (token.text === '++' || token.text === '--') {
      stream.next();
      const operator = token.text === '++' ? '+' : '-';
      const span = stream.since(operand.span);
      operand = make(stream, { kind: 'update', operator, prefix: false, target: operand, span });
    } else {
      return operand;
    }
  }
}

function parseMember(stream: TokenStream, operand: ExpressionNode): ExpressionNode {
  const name = stream.peek();
  if (name.kind !== 'name') throw stream.missing('components such as x, xyz or rgb', 'after "."');
  stream.next();
  if (name.text === 'length' && stream.is('(') && stream.is(')', 1)) {
    stream.next();
    stream.next();
    const span = stream.since(operand.span);
    return make(stream, { kind: 'call', callee: '.length', calleeSpan: name.span, args: [operand], span });
  }
  if (stream.is('(')) {
    throw stream.fail(name.span, `the stencil language has no methods; write ${name.text}(…) with the value inside`);
  }
  const span = stream.since(operand.span);
  return make(stream, { kind: 'member', operand, member: name.text, memberSpan: name.span, span });
}

function parsePrimary(stream: TokenStream): ExpressionNode {
  const token = stream.peek();
  const { span, text } = token;
  switch (token.kind) {
    case 'float':
    case 'double':
    case 'float16_t':
    case 'int':
    case 'uint':
      stream.next();
      return make(stream, { kind: 'number', type: token.kind, value: token.value, text, span });
    case 'string':
      stream.next();
      return make(stream, { kind: 'string', value: text, span });
    case 'name':
      return parseName(stream);
    default:
      if (!stream.take('(')) throw stream.missing('a value', 'where a value should stand');
      return parseParenthesized(stream);
  }
}

function parseParenthesized(stream: TokenStream): ExpressionNode {
  const inner = parseSequence(stream);
  stream.expect(')', 'after a value in parentheses');
  return inner;
}

function parseName(stream: TokenStream): ExpressionNode {
  const { text, span } = stream.next();
  if (text === 'true' || text === 'false') return make(stream, { kind: 'bool', value: text === 'true', span });
  const typed = isTypeName(text) || matrixOf(text) !== undefined;
  if ((typed || stream.structs.has(text)) && stream.is('[')) {
    const lengths = parseLengths(stream);
    if (stream.is('(')) return parseCall(stream, text, span, lengths);
    throw stream.missing('"("', 'after the type of an array');
  }
  if (isKeyword(text) && !typed) {
    throw stream.fail(span, absentWord(text) ?? `the word ${text} cannot stand here; write a value`);
  }
  if (stream.is('(')) return parseCall(stream, text, span);
  if (typed) throw stream.fail(span, `the type ${text} is not a value; write ${text}(…) to make one`);
  return make(stream, { kind: 'name', name: text, span } satisfies Omit<NameNode, 'depth'>);
}

/** Lengths in brackets, as many as there are. */
export function parseLengths(stream: TokenStream): Lengths {
  const lengths: (ExpressionNode | null)[] = [];
  while (stream.take('[')) {
    if (stream.take(']')) {
      lengths.push(null);
      continue;
    }
    lengths.push(parseExpression(stream));
    stream.expect(']', 'after the length of an array');
  }
  return lengths;
}

function parseCall(stream: TokenStream, callee: string, calleeSpan: Span, lengths?: Lengths): ExpressionNode {
  stream.expect('(', 'before arguments');
  const args: ExpressionNode[] = [];
  if (!stream.take(')')) {
    do args.push(parseExpression(stream));
    while (stream.take(','));
    if (!stream.is(')')) throw stream.missing('"," or ")"', `after an argument of ${callee}`);
    stream.next();
  }
  const span = stream.since(calleeSpan);
  const extent = lengths === undefined ? {} : { lengths };
  return make(stream, { kind: 'call', callee, calleeSpan, args, span, ...extent } satisfies Omit<CallNode, 'depth'>);
}
