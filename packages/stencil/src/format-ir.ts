/** @file A stencil's IR as text that a person can read: what it reads and writes, then its functions and its body. */

import { componentsOf, isArrayField } from './field-types.ts';
import type {
  Argument,
  Expression,
  FieldRead,
  FieldType,
  FieldWrite,
  Local,
  Reach,
  Reduction,
  Statement,
  Stencil,
  StencilFunction,
} from './ir.ts';

/** The IR of a stencil, line by line. Locals are `%number.name`, constants carry their type where it is not plain. */
export function formatIr(stencil: Stencil): string {
  const { name, color, reads, writes, reductions, parameters, scalars, neighborRadius, requiresHalos } = stencil;
  const traits = [
    ...(color === null ? [] : [color]),
    ...(neighborRadius === null ? [] : [`radius ${neighborRadius}`]),
    ...(requiresHalos ? ['halos'] : []),
    ...(stencil.debug ? ['debug'] : []),
  ];
  const lines = [`stencil "${name}"${traits.length > 0 ? ` (${traits.join(', ')})` : ''}`];
  lines.push(...reads.flatMap(formatRead), ...writes.map(formatWrite), ...reductions.map(formatReduction));
  if (parameters.size > 0)
    lines.push(`  parameters ${[...parameters].map(([one, type]) => `${type} ${one}`).join(', ')}`);
  if (scalars.size > 0) lines.push(`  scalars ${[...scalars].map(([one, type]) => `${type} ${one}`).join(', ')}`);
  const names = stencil.functions.map((one) => one.name);
  const arrays = new Set([...reads, ...writes].filter(({ type }) => isArrayField(type)).map(({ field }) => field));
  for (const [index, one] of stencil.functions.entries()) lines.push(...formatFunction(one, index, { names, arrays }));
  lines.push('body', ...formatBlock(stencil.body, { locals: stencil.locals, names, arrays }, 1));
  return `${lines.join('\n')}\n`;
}

interface Names {
  readonly locals: readonly Local[];
  /** Functions, by number. */
  readonly names: readonly string[];
  /** Fields that hold arrays. */
  readonly arrays: ReadonlySet<string>;
}

const LETTERS = 'xyzw';

function letters(components: readonly number[]): string {
  return components.map((component) => LETTERS[component]).join('');
}

/** A read, and its components by themselves where they are read in different ways. */
function formatRead({ field, type, at, level, reach, gather, components, parts: each }: FieldRead): readonly string[] {
  const parts = [`  reads ${type} "${field}"`];
  if (isArrayField(type)) parts.push(elementsText(components, type));
  else if (components.length > 1 || componentsOf(type) > 1) parts.push(`.${letters(components)}`);
  if (at !== 'center') parts.push(` at ${at}`);
  if (level !== 'same') parts.push(` ${level}`);
  parts.push(howRead({ reach, gather }));
  const lines = each.map((one) => {
    const name = isArrayField(type) ? `[${one.component}]` : `.${LETTERS[one.component]}`;
    return `    ${name}${howRead(one)}`;
  });
  return new Set(each.map(howRead)).size > 1 ? [parts.join(''), ...lines] : [parts.join('')];
}

function howRead({ reach, gather }: Pick<FieldRead, 'reach' | 'gather'>): string {
  return `${reach === null ? '' : ` ${formatReach(reach)}`}${gather ? ' gather' : ''}`;
}

/** The elements of an array, where they aren't all. */
function elementsText(elements: readonly number[], type: FieldType): string {
  return elements.length === componentsOf(type) ? '' : `[${elements.join(',')}]`;
}

function formatReach({ low, high }: Reach): string {
  return `[${low.join(',')} … ${high.join(',')}]`;
}

function formatWrite({ field, type, undeclared, components, always, doubleBuffered }: FieldWrite): string {
  const several = componentsOf(type) > 1 ? `.${letters(components)}` : '';
  const part = isArrayField(type) ? elementsText(components, type) : several;
  const traits = [
    undeclared ? ' made' : '',
    always ? ' always' : ' sometimes',
    doubleBuffered ? ' double' : ' in place',
  ];
  return `  writes ${type} "${field}"${part}${traits.join('')}`;
}

function formatReduction({ scalar, kind, type, undeclared }: Reduction): string {
  return `  reduces ${kind} ${type} "${scalar}"${undeclared ? ' made' : ''}`;
}

function formatFunction(one: StencilFunction, index: number, rest: Omit<Names, 'locals'>): readonly string[] {
  const parameters = one.parameters.map(({ mode, type }, i) => {
    const word = mode === 'in' ? '' : `${mode} `;
    const { length } = one.locals[i]!;
    return `${word}${type}${length === undefined ? '' : `[${length}]`} ${localName(one.locals, i)}`;
  });
  const head = `function @${index}.${one.name}(${parameters.join(', ')}) ${one.returns}`;
  return [head, ...formatBlock(one.body, { locals: one.locals, ...rest }, 1)];
}

function localName(locals: readonly Local[], index: number): string {
  return `%${index}.${locals[index]?.name ?? '?'}`;
}

function formatBlock(body: readonly Statement[], names: Names, depth: number): readonly string[] {
  return body.flatMap((statement) => formatStatement(statement, names, depth));
}

function formatStatement(node: Statement, names: Names, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  const text = (value: Expression): string => formatExpression(value, names);
  const inside = (block: readonly Statement[]): readonly string[] => formatBlock(block, names, depth + 1);
  switch (node.op) {
    case 'assign': {
      const part = node.components === undefined ? '' : `.${letters(node.components)}`;
      return [`${indent}${localName(names.locals, node.local)}${part} = ${text(node.value)}`];
    }
    case 'assignIndex':
      return [`${indent}${localName(names.locals, node.local)}[${text(node.index)}] = ${text(node.value)}`];
    case 'assignElement': {
      const part = node.components === undefined ? '' : `.${letters(node.components)}`;
      return [`${indent}${localName(names.locals, node.local)}[${text(node.index)}]${part} = ${text(node.value)}`];
    }
    case 'print':
      return [`${indent}print ${node.number} ${node.values.map(text).join(', ')}`.trimEnd()];
    case 'clear':
      return [`${indent}clear ${localName(names.locals, node.local)}`];
    case 'if': {
      const lines = [`${indent}if ${text(node.condition)}`, ...inside(node.then)];
      return node.else.length === 0 ? lines : [...lines, `${indent}else`, ...inside(node.else)];
    }
    case 'loop': {
      const word = node.testFirst ? 'while' : 'do while';
      const lines = [`${indent}${word} ${text(node.condition)} limit ${node.limit}`, ...inside(node.body)];
      return node.continuing.length === 0 ? lines : [...lines, `${indent}continuing`, ...inside(node.continuing)];
    }
    case 'return':
      return [`${indent}return${node.value === undefined ? '' : ` ${text(node.value)}`}`];
    case 'evaluate':
      return [`${indent}${text(node.value)}`];
    case 'write':
      return [`${indent}write ${fieldName(node, names)} ${text(node.value)}`];
    case 'reduce':
      return [`${indent}reduce ${node.kind} "${node.scalar}" ${text(node.value)}`];
    default:
      return [`${indent}${node.op}`];
  }
}

function formatExpression(node: Expression, names: Names): string {
  const text = (value: Expression): string => formatExpression(value, names);
  const list = (values: readonly Expression[]): string => values.map(text).join(', ');
  switch (node.op) {
    case 'constant':
      return formatConstant(node);
    case 'local':
      return localName(names.locals, node.local);
    case 'builtin':
    case 'parameter':
    case 'scalar':
      return node.name;
    case 'unary':
      return `${node.operator}${text(node.operand)}`;
    case 'binary':
      return `(${text(node.left)} ${node.operator} ${text(node.right)})`;
    case 'select':
      return `(${text(node.condition)} ? ${text(node.then)} : ${text(node.else)})`;
    case 'call':
      return `${node.name}(${list(node.args)})`;
    case 'invoke':
      return `@${node.function}.${names.names[node.function] ?? '?'}(${node.args.map((arg) => formatArgument(arg, names)).join(', ')})`;
    case 'construct':
      return `${node.type}(${list(node.args)})`;
    case 'convert':
      return `${node.type}←(${text(node.operand)})`;
    case 'swizzle':
      return `${text(node.operand)}.${letters(node.components)}`;
    case 'index':
      return `${text(node.operand)}[${text(node.index)}]`;
    case 'element':
      return `${localName(names.locals, node.local)}[${text(node.index)}]`;
    case 'tap':
      return `${fieldName(node, names)}[${node.offset.join(',')}]`;
    case 'gather':
      return `${fieldName(node, names)}${node.level === 'same' ? '' : ` ${node.level}`}[${text(node.coord)}]`;
    case 'sample':
      return `${fieldName(node, names)} ${node.filter}${node.at === 'center' ? '' : ` at ${node.at}`}[${text(node.position)}]`;
    case 'isActive':
      return `isActive[${text(node.coord)}]`;
    default:
      return `${node.op}(${text(node.operand)})`;
  }
}

function fieldName(
  { field, component }: { readonly field: string; readonly component: number },
  { arrays }: Names,
): string {
  if (component < 0) return `"${field}"`;
  return arrays.has(field) ? `"${field}"[${component}]` : `"${field}".${LETTERS[component]}`;
}

function formatArgument(arg: Argument, names: Names): string {
  return arg.mode === 'in' ? formatExpression(arg.value, names) : `${arg.mode} ${localName(names.locals, arg.local)}`;
}

function formatConstant({ type, value }: Expression & { readonly op: 'constant' }): string {
  const one = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));
  const plain =
    type === 'float' || type === 'double' || type === 'float16_t'
      ? (text: string) => (/^-?\d+$/.test(text) ? `${text}.0` : text)
      : (text: string) => text;
  if (type === 'bool') return value[0] === 1 ? 'true' : 'false';
  if (value.length === 1) return type === 'uint' ? `${value[0]}u` : plain(one(value[0]!));
  return `${type}{${value.map(one).join(', ')}}`;
}
