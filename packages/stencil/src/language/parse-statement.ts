/** @file Statements and function definitions: the stencil's text as a list of them. */

import type { Span } from '../ir.ts';
import type { SourceText } from '../stencil-error.ts';
import {
  functionNameAhead,
  parseConditionDeclaration,
  parseDeclaration,
  parseNewName,
  parseParameters,
  parseStruct,
  parseType,
  startsConditionDeclaration,
  startsDeclaration,
  startsStruct,
} from './parse-declaration.ts';
import { parseExpression, parseSequence } from './parse-expression.ts';
import { parsePrecision, parseRequalified, startsRequalified } from './qualifiers.ts';
import type { CaseNode, ConditionNode, ExpressionNode, FunctionNode, StatementNode } from './syntax.ts';
import { TokenStream } from './token-stream.ts';

/** The statements of a text, function definitions among them. */
export function parseProgram(source: SourceText): readonly StatementNode[] {
  const stream = new TokenStream(source);
  const statements: StatementNode[] = [];
  while (stream.peek().kind !== 'end') {
    if (stream.take(';')) continue;
    if (stream.is('}')) throw stream.fail(stream.peek().span, 'there is no block to close here; remove this "}"');
    if (startsStruct(stream)) statements.push(...parseStruct(stream));
    else statements.push(functionNameAhead(stream) ? parseFunction(stream) : parseStatement(stream));
  }
  return statements;
}

function parseStatement(stream: TokenStream): StatementNode {
  return stream.nested(() => statement(stream));
}

function statement(stream: TokenStream): StatementNode {
  const { text, span, kind } = stream.peek();
  if (text === '{' && kind === 'punctuation') return parseBlock(stream);
  if (kind !== 'name') return parseExpressionStatement(stream);
  if (startsStruct(stream)) {
    throw stream.fail(span, 'a struct is declared in a block; declare it outside of all blocks');
  }
  switch (text) {
    case 'if':
      return parseIf(stream);
    case 'for':
      return parseFor(stream);
    case 'while':
      return parseWhile(stream);
    case 'do':
      return parseDo(stream);
    case 'switch':
      return parseSwitch(stream);
    case 'case':
    case 'default':
      throw stream.fail(span, `${text} stands outside of any switch; remove it, or write the switch around it`);
    case 'break':
    case 'continue':
      stream.next();
      stream.expect(';', `after ${text}`);
      return { kind: text, span };
    case 'return':
      return parseReturn(stream);
    case 'precision':
      parsePrecision(stream);
      return { kind: 'block', span: stream.since(span), body: [] };
    case 'else':
      throw stream.fail(span, 'there is no if before this else; remove it or write the if');
    default:
      if (startsRequalified(stream)) return parseRequalified(stream);
      return startsDeclaration(stream) ? parseDeclaration(stream) : parseExpressionStatement(stream);
  }
}

function parseExpressionStatement(stream: TokenStream): StatementNode {
  const expression = parseSequence(stream);
  stream.expect(';', 'after a statement');
  return { kind: 'expression', span: expression.span, expression };
}

function parseBlock(stream: TokenStream): StatementNode & { readonly kind: 'block' } {
  const open = stream.expect('{', 'before a block');
  const body = parseBlockBody(stream, open.span);
  return { kind: 'block', span: stream.since(open.span), body };
}

function parseBlockBody(stream: TokenStream, open: Span): readonly StatementNode[] {
  const body: StatementNode[] = [];
  while (!stream.is('}')) {
    if (stream.peek().kind === 'end') throw stream.fail(open, 'this block is not closed; end it with "}"');
    if (stream.take(';')) continue;
    const name = functionNameAhead(stream);
    if (name !== undefined) {
      throw stream.fail(
        name.span,
        `the function "${name.text}" is defined in a block; define it outside of all blocks`,
      );
    }
    body.push(parseStatement(stream));
  }
  stream.next();
  return body;
}

/** The body of an `if` or a loop: a block, one statement, or nothing before a `;`. */
function parseBody(stream: TokenStream): StatementNode {
  const { span } = stream.peek();
  if (stream.take(';')) return { kind: 'block', span, body: [] };
  return parseStatement(stream);
}

function parseCondition(stream: TokenStream, word: string, of: string = word): ExpressionNode {
  stream.expect('(', `after ${word}`);
  if (startsConditionDeclaration(stream)) {
    const problem = `a variable is declared in the condition of ${of}; declare it before the ${of}`;
    throw stream.fail(stream.peek().span, problem);
  }
  const condition = parseSequence(stream);
  stream.expect(')', `after the condition of ${word}`);
  return condition;
}

/** The condition of a loop: an expression, or the declaration of a variable that has its value in each round. */
function parseLoopCondition(stream: TokenStream): ConditionNode {
  return startsConditionDeclaration(stream) ? parseConditionDeclaration(stream) : parseSequence(stream);
}

function parseIf(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  const condition = parseCondition(stream, 'if');
  const then = parseBody(stream);
  const otherwise = stream.take('else') ? parseBody(stream) : null;
  return { kind: 'if', span: stream.since(span), condition, then, else: otherwise };
}

function parseWhile(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  stream.expect('(', 'after while');
  const condition = parseLoopCondition(stream);
  stream.expect(')', 'after the condition of while');
  const body = parseBody(stream);
  return { kind: 'while', span, condition, body };
}

function parseDo(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  const body = parseBody(stream);
  if (!stream.take('while')) throw stream.missing('while (…);', 'after the body of do');
  const condition = parseCondition(stream, 'while', 'do');
  stream.expect(';', 'after do … while (…)');
  return { kind: 'do', span, condition, body };
}

function parseSwitch(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  const selector = parseCondition(stream, 'switch');
  const open = stream.expect('{', 'after the selector of switch');
  const cases: CaseNode[] = [];
  while (!stream.take('}')) {
    if (stream.peek().kind === 'end') throw stream.fail(open.span, 'this block is not closed; end it with "}"');
    cases.push(parseCase(stream));
  }
  return { kind: 'switch', span, selector, cases };
}

function parseCase(stream: TokenStream): CaseNode {
  const labels: CaseNode['labels'][number][] = [];
  while (isLabel(stream)) {
    const { text, span } = stream.next();
    labels.push({ value: text === 'case' ? parseExpression(stream) : null, span });
    stream.expect(':', text === 'case' ? 'after the value of case' : 'after default');
  }
  if (labels.length === 0) {
    throw stream.fail(stream.peek().span, 'a switch starts with a label; write case and a value before this');
  }
  const body: StatementNode[] = [];
  let empty = true;
  while (!isLabel(stream) && !stream.is('}') && stream.peek().kind !== 'end') {
    empty = false;
    if (!stream.take(';')) body.push(parseStatement(stream));
  }
  if (empty && stream.is('}')) {
    throw stream.fail(labels.at(-1)!.span, 'nothing stands behind this label; write break; or remove it');
  }
  return { labels, body };
}

function isLabel(stream: TokenStream): boolean {
  return stream.is('case') || stream.is('default');
}

function parseFor(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  stream.expect('(', 'after for');
  let initial: StatementNode | null = null;
  if (!stream.take(';')) {
    initial = startsDeclaration(stream) ? parseDeclaration(stream) : parseExpressionStatement(stream);
  }
  const condition = stream.is(';') ? null : parseLoopCondition(stream);
  stream.expect(';', 'after the condition of for');
  const step = stream.is(')') ? null : parseSequence(stream);
  stream.expect(')', 'after the step of for');
  return { kind: 'for', span, initial, condition, step, body: parseBody(stream) };
}

function parseReturn(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  const value = stream.is(';') ? null : parseExpression(stream);
  stream.expect(';', 'after return');
  return { kind: 'return', span: stream.since(span), value };
}

function parseFunction(stream: TokenStream): FunctionNode {
  const { span } = stream.peek();
  const returns = stream.take('void') ? null : parseType(stream);
  const name = parseNewName(stream, 'after the type of a function');
  const parameters = parseParameters(stream, name.text);
  if (stream.take(';')) {
    const endSpan = stream.previous().span;
    return { kind: 'function', name: name.text, nameSpan: name.span, span, returns, parameters, body: null, endSpan };
  }
  const open = stream.expect('{', `before the body of "${name.text}"`);
  const body = parseBlockBody(stream, open.span);
  const endSpan = stream.previous().span;
  return { kind: 'function', name: name.text, nameSpan: name.span, span, returns, parameters, body, endSpan };
}
