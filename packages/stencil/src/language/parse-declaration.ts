/** @file Declarations: types, structs, variables, and the parameters of functions. */

import type { Span } from '../ir.ts';
import { TYPE_NAMES, absentWord, isKeyword, isTypeName } from './keywords.ts';
import { nearestName } from './nearest-name.ts';
import { parseInitializer, parseLengths } from './parse-expression.ts';
import { parseQualifiers, qualifiersEnd } from './qualifiers.ts';
import type { DeclarationNode, Declarator, ParameterNode, StatementNode, StructNode, TypeNode } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';
import { matrixOf } from './types.ts';

/** A qualifier, a type and a name, or two names in a row (of which the first is then an unknown type). */
export function startsDeclaration(stream: TokenStream): boolean {
  if (qualifiersEnd(stream, ['const']) > 0) return true;
  const behind = lengthsEnd(stream);
  if (isType(stream.peek().text) || stream.is('void')) return !stream.is('(', behind);
  return stream.peek(behind).kind === 'name' || absentWord(stream.peek().text) !== undefined;
}

/** The name of a function where its definition or declaration stands here. */
export function functionNameAhead(stream: TokenStream): Token | undefined {
  const at = qualifiersEnd(stream);
  const { kind, text } = stream.peek(at);
  const typed = kind === 'name' && (!isKeyword(text) || isType(text) || text === 'void');
  const behind = lengthsEnd(stream, at);
  const isFunction = typed && stream.peek(behind).kind === 'name' && stream.is('(', behind + 1);
  return isFunction ? stream.peek(behind) : undefined;
}

/** Whether `struct` stands here, behind qualifiers or without them. */
export function startsStruct(stream: TokenStream): boolean {
  return stream.is('struct', qualifiersEnd(stream, ['const']));
}

function isType(word: string): boolean {
  return isTypeName(word) || matrixOf(word) !== undefined;
}

/** How many tokens on, behind a type's name (`from` tokens on) and the brackets after it. */
function lengthsEnd(stream: TokenStream, from: number = 0): number {
  let at = from + 1;
  while (stream.is('[', at)) {
    while (!stream.is(']', at)) {
      if (stream.peek(at).kind === 'end') return at;
      at++;
    }
    at++;
  }
  return at;
}

/** A type, and qualifiers without effect before it. */
export function parseType(stream: TokenStream): TypeNode {
  parseQualifiers(stream);
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

/** A struct, and the variables that are declared with it. */
export function parseStruct(stream: TokenStream): readonly StatementNode[] {
  const start = stream.peek().span;
  const constant = parseQualifiers(stream, ['const']).has('const');
  const struct = parseStructBody(stream);
  const lengths = parseLengths(stream);
  const type: TypeNode = { name: struct.name, span: struct.nameSpan, lengths };
  const named = !isKeyword(stream.peek().text) && [';', ',', '=', '['].some((text) => stream.is(text, 1));
  if (lengths.length === 0 && !(stream.peek().kind === 'name' && named)) {
    stream.expect(';', `after the struct "${struct.name}"`);
    return [struct];
  }
  return [struct, parseDeclarators(stream, start, type, constant)];
}

function parseStructBody(stream: TokenStream): StructNode {
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
  stream.structs.add(name.text);
  return { kind: 'struct', name: name.text, nameSpan: name.span, span: stream.since(span), members };
}

/** `const float a = 1.0, b[2];` and its like. */
export function parseDeclaration(stream: TokenStream): DeclarationNode {
  const { span } = stream.peek();
  const constant = parseQualifiers(stream, ['const']).has('const');
  return parseDeclarators(stream, span, parseType(stream), constant);
}

function parseDeclarators(stream: TokenStream, start: Span, type: TypeNode, constant: boolean): DeclarationNode {
  const declarators: Declarator[] = [];
  do declarators.push(parseDeclarator(stream, type, constant));
  while (stream.take(','));
  stream.expect(';', `after the declaration of "${declarators.at(-1)!.name}"`);
  return { kind: 'declaration', span: stream.since(start), constant, type, declarators };
}

/** Whether a condition starts with a declaration: a qualifier, or a type that there is and a name. */
export function startsConditionDeclaration(stream: TokenStream): boolean {
  if (qualifiersEnd(stream, ['const']) > 0) return true;
  const { text } = stream.peek();
  return (isType(text) || stream.structs.has(text)) && stream.peek(lengthsEnd(stream)).kind === 'name';
}

/** `bool more = …` where the condition of a loop stands: one variable, and its value. */
export function parseConditionDeclaration(stream: TokenStream): DeclarationNode {
  const { span } = stream.peek();
  const constant = parseQualifiers(stream, ['const']).has('const');
  const type = parseType(stream);
  const declarator = parseDeclarator(stream, type, constant);
  if (declarator.initializer === null) throw stream.missing('"="', `after the variable "${declarator.name}"`);
  return { kind: 'declaration', span: stream.since(span), constant, type, declarators: [declarator] };
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

/** A name for something new. `where` says in an error what it should stand behind. */
export function parseNewName(stream: TokenStream, where: string): ReturnType<TokenStream['next']> {
  const name = stream.peek();
  if (name.kind !== 'name') throw stream.missing('a name', where);
  if (isKeyword(name.text)) {
    throw stream.fail(name.span, `the word ${name.text} belongs to the language; choose another name`);
  }
  return stream.next();
}

/** The parameters of a function, in parentheses. */
export function parseParameters(stream: TokenStream, name: string): readonly ParameterNode[] {
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
  const words = parseQualifiers(stream, ['const', 'in', 'out', 'inout']);
  const constant = words.has('const');
  const mode = words.has('inout') ? 'inout' : words.has('out') ? 'out' : 'in';
  if (constant && mode !== 'in') {
    throw stream.fail(span, `a parameter that is ${mode} cannot be const; remove one of the two words`);
  }
  const type = parseType(stream);
  const named = stream.peek().kind === 'name' ? parseNewName(stream, `after ${type.name}`) : null;
  const lengths = [...parseLengths(stream), ...type.lengths];
  return { mode, constant, type: { ...type, lengths }, name: named?.text ?? null, span: named?.span ?? span };
}
