/** @file Statements and function definitions: the stencil's text as a list of them. */

import type { Span } from '../ir.ts';
import type { SourceText } from '../stencil-error.ts';
import { TYPE_NAMES, absentWord, isKeyword, isTypeName } from './keywords.ts';
import { nearestName } from './nearest-name.ts';
import { parseExpression, parseInitializer, parseLengths, parseSequence } from './parse-expression.ts';
import type {
  CaseNode,
  Declarator,
  FunctionNode,
  ParameterNode,
  StatementNode,
  StructNode,
  TypeNode,
} from './syntax.ts';
import { TokenStream } from './token-stream.ts';
import { matrixOf } from './types.ts';

/** The statements of a text, function definitions among them. */
export function parseProgram(source: SourceText): readonly StatementNode[] {
  const stream = new TokenStream(source);
  const statements: StatementNode[] = [];
  while (stream.peek().kind !== 'end') {
    if (stream.take(';')) continue;
    if (stream.is('}')) throw stream.fail(stream.peek().span, 'there is no block to close here; remove this "}"');
    if (stream.is('struct')) statements.push(parseStruct(stream));
    else statements.push(startsFunction(stream) ? parseFunction(stream) : parseStatement(stream));
  }
  return statements;
}

function startsFunction(stream: TokenStream): boolean {
  const { kind, text } = stream.peek();
  const typed = kind === 'name' && (!isKeyword(text) || isType(text) || text === 'void');
  const behind = lengthsEnd(stream);
  return typed && stream.peek(behind).kind === 'name' && stream.is('(', behind + 1);
}

function isType(word: string): boolean {
  return isTypeName(word) || matrixOf(word) !== undefined;
}

/** How many tokens on, behind a type's name and the brackets after it. */
function lengthsEnd(stream: TokenStream): number {
  let at = 1;
  while (stream.is('[', at)) {
    while (!stream.is(']', at)) {
      if (stream.peek(at).kind === 'end') return at;
      at++;
    }
    at++;
  }
  return at;
}

function parseStatement(stream: TokenStream): StatementNode {
  return stream.nested(() => statement(stream));
}

function statement(stream: TokenStream): StatementNode {
  const { text, span, kind } = stream.peek();
  if (text === '{' && kind === 'punctuation') return parseBlock(stream);
  if (kind !== 'name') return parseExpressionStatement(stream);
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
    case 'struct':
      throw stream.fail(span, 'a struct is declared in a block; declare it outside of all blocks');
    case 'else':
      throw stream.fail(span, 'there is no if before this else; remove it or write the if');
    default:
      return startsDeclaration(stream) ? parseDeclaration(stream) : parseExpressionStatement(stream);
  }
}

/** A type and a name, `const`, or two names in a row (of which the first is then an unknown type). */
function startsDeclaration(stream: TokenStream): boolean {
  if (stream.is('const')) return true;
  const behind = lengthsEnd(stream);
  if (isType(stream.peek().text) || stream.is('void')) return !stream.is('(', behind);
  return stream.peek(behind).kind === 'name' || absentWord(stream.peek().text) !== undefined;
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
    if (startsFunction(stream)) {
      const name = stream.peek(1);
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

function parseCondition(stream: TokenStream, word: string): ReturnType<typeof parseExpression> {
  stream.expect('(', `after ${word}`);
  const condition = parseSequence(stream);
  stream.expect(')', `after the condition of ${word}`);
  return condition;
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
  const condition = parseCondition(stream, 'while');
  const body = parseBody(stream);
  return { kind: 'while', span, condition, body };
}

function parseDo(stream: TokenStream): StatementNode {
  const { span } = stream.next();
  const body = parseBody(stream);
  if (!stream.take('while')) throw stream.missing('while (…);', 'after the body of do');
  const condition = parseCondition(stream, 'while');
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
  const condition = stream.is(';') ? null : parseSequence(stream);
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

function parseType(stream: TokenStream): TypeNode {
  const { text, span } = stream.peek();
  if (isType(text) || stream.structs.has(text)) {
    stream.next();
    const lengths = parseLengths(stream);
    return { name: text, span: stream.since(span), lengths };
  }
  if (text === 'void') throw stream.fail(span, 'a variable cannot be void; give it a type such as float');
  throw stream.fail(span, absentWord(text) ?? unknownType(stream, text));
}

function unknownType(stream: TokenStream, text: string): string {
  const nearest = nearestName(text, [...TYPE_NAMES, 'mat2', 'mat3', 'mat4', ...stream.structs]);
  return `there is no type "${text}"; ${nearest === undefined ? 'use float, int, uint, bool or a vector of them' : `did you mean "${nearest}"?`}`;
}

function parseStruct(stream: TokenStream): StructNode {
  const { span } = stream.next();
  const name = parseNewName(stream, 'after struct');
  if (stream.structs.has(name.text)) {
    throw stream.fail(name.span, `the struct "${name.text}" is declared already; rename one`);
  }
  stream.expect('{', `after the name of the struct "${name.text}"`);
  const members: StructNode['members'][number][] = [];
  while (!stream.take('}')) {
    if (stream.peek().kind === 'end') throw stream.missing('"}"', `in the struct "${name.text}"`);
    const type = parseType(stream);
    do {
      const member = parseNewName(stream, `after ${type.name}`);
      if (members.some((one) => one.name === member.text)) {
        throw stream.fail(member.span, `the struct "${name.text}" has two members "${member.text}"; rename one`);
      }
      const lengths = [...parseLengths(stream), ...type.lengths];
      members.push({ name: member.text, span: member.span, type: { ...type, lengths } });
    } while (stream.take(','));
    stream.expect(';', `after a member of the struct "${name.text}"`);
  }
  if (members.length === 0) {
    throw stream.fail(name.span, `the struct "${name.text}" has no members; give it one, as in float x;`);
  }
  stream.expect(';', `after the struct "${name.text}"`);
  stream.structs.add(name.text);
  return { kind: 'struct', name: name.text, nameSpan: name.span, span: stream.since(span), members };
}

function parseDeclaration(stream: TokenStream): StatementNode {
  const { span } = stream.peek();
  const constant = stream.take('const');
  const type = parseType(stream);
  const declarators: Declarator[] = [];
  do declarators.push(parseDeclarator(stream, type, constant));
  while (stream.take(','));
  stream.expect(';', `after the declaration of "${declarators.at(-1)!.name}"`);
  return { kind: 'declaration', span: stream.since(span), constant, type, declarators };
}

function parseDeclarator(stream: TokenStream, type: TypeNode, constant: boolean): Declarator {
  const name = parseNewName(stream, `after ${type.name}`);
  const lengths = parseLengths(stream);
  const initializer = stream.take('=') ? parseInitializer(stream) : null;
  if (constant && initializer === null) {
    throw stream.fail(name.span, `the constant "${name.text}" has no value; write const ${type.name} ${name.text} = …`);
  }
  return { name: name.text, span: name.span, lengths, initializer };
}

function parseNewName(stream: TokenStream, where: string): ReturnType<TokenStream['next']> {
  const name = stream.peek();
  if (name.kind !== 'name') throw stream.missing('a name', where);
  if (isKeyword(name.text)) {
    throw stream.fail(name.span, `the word ${name.text} belongs to the language; choose another name`);
  }
  return stream.next();
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

function parseParameters(stream: TokenStream, name: string): readonly ParameterNode[] {
  stream.expect('(', 'before the parameters of a function');
  const parameters: ParameterNode[] = [];
  if (stream.take(')')) return parameters;
  if (stream.is('void') && stream.is(')', 1)) {
    stream.next();
    stream.next();
    return parameters;
  }
  do parameters.push(parseParameter(stream));
  while (stream.take(','));
  stream.expect(')', `after the parameters of "${name}"`);
  return parameters;
}

function parseParameter(stream: TokenStream): ParameterNode {
  const { span } = stream.peek();
  let constant = stream.take('const');
  const mode = stream.take('inout') ? 'inout' : stream.take('out') ? 'out' : 'in';
  if (mode === 'in') stream.take('in');
  if (stream.take('const')) constant = true;
  if (constant && mode !== 'in') {
    throw stream.fail(span, `a parameter that is ${mode} cannot be const; remove one of the two words`);
  }
  const type = parseType(stream);
  const named = stream.peek().kind === 'name' ? parseNewName(stream, `after ${type.name}`) : null;
  const lengths = [...parseLengths(stream), ...type.lengths];
  return { mode, constant, type: { ...type, lengths }, name: named?.text ?? null, span: named?.span ?? span };
}
