/** @file The syntax tree: what the text says, before anybody asks whether it makes sense. */

import type { BinaryOperator, Span } from '../ir.ts';

/** Each expression knows its place, and the depth of the tree under it. */
interface Node {
  readonly span: Span;
  readonly depth: number;
}

export interface NumberNode extends Node {
  readonly kind: 'number';
  readonly type: 'float' | 'double' | 'float16_t' | 'int' | 'uint';
  readonly value: number;
  readonly text: string;
}

interface BoolNode extends Node {
  readonly kind: 'bool';
  readonly value: boolean;
}

/** A name in quotes, an argument of an accessor. */
interface StringNode extends Node {
  readonly kind: 'string';
  readonly value: string;
}

export interface NameNode extends Node {
  readonly kind: 'name';
  readonly name: string;
}

interface UnaryNode extends Node {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | '!' | '~';
  readonly operand: ExpressionNode;
}

/** `++` and `--`, before or behind. */
export interface UpdateNode extends Node {
  readonly kind: 'update';
  readonly operator: '+' | '-';
  readonly prefix: boolean;
  readonly target: ExpressionNode;
}

export interface BinaryNode extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

/** `=`, or with an operator `+=` and its like. */
export interface AssignNode extends Node {
  readonly kind: 'assign';
  readonly operator: BinaryOperator | null;
  readonly operatorSpan: Span;
  readonly target: ExpressionNode;
  readonly value: ExpressionNode;
}

export interface ConditionalNode extends Node {
  readonly kind: 'conditional';
  readonly condition: ExpressionNode;
  readonly then: ExpressionNode;
  readonly else: ExpressionNode;
}

/** Array lengths behind a type or a name, the outermost first; null where the brackets are empty. */
export type Lengths = readonly (ExpressionNode | null)[];

/** A type as it is written. */
export interface TypeNode {
  readonly name: string;
  readonly span: Span;
  readonly lengths: Lengths;
}

/** A constructor, an accessor, a built-in function or a user's. `lengths` make it the constructor of an array. */
export interface CallNode extends Node {
  readonly kind: 'call';
  readonly callee: string;
  readonly calleeSpan: Span;
  readonly args: readonly ExpressionNode[];
  readonly lengths?: Lengths;
}

export interface MemberNode extends Node {
  readonly kind: 'member';
  readonly operand: ExpressionNode;
  readonly member: string;
  readonly memberSpan: Span;
}

interface IndexNode extends Node {
  readonly kind: 'index';
  readonly operand: ExpressionNode;
  readonly index: ExpressionNode;
}

/** The comma operator: each in order, the value of the last. */
interface SequenceNode extends Node {
  readonly kind: 'sequence';
  readonly items: readonly ExpressionNode[];
}

/** Values in braces, behind the `=` of a declaration. */
export interface ListNode extends Node {
  readonly kind: 'list';
  readonly items: readonly ExpressionNode[];
}

export type ExpressionNode =
  | NumberNode
  | BoolNode
  | StringNode
  | NameNode
  | UnaryNode
  | UpdateNode
  | BinaryNode
  | AssignNode
  | ConditionalNode
  | CallNode
  | SequenceNode
  | ListNode
  | MemberNode
  | IndexNode;

export interface Declarator {
  readonly name: string;
  readonly span: Span;
  /** Behind the name: outside of those of the type. */
  readonly lengths: Lengths;
  readonly initializer: ExpressionNode | null;
}

export interface DeclarationNode {
  readonly kind: 'declaration';
  readonly span: Span;
  readonly constant: boolean;
  readonly type: TypeNode;
  readonly declarators: readonly Declarator[];
}

/** What a loop goes on by: a value, or a variable that has it, which is declared anew in each round. */
export type ConditionNode = ExpressionNode | DeclarationNode;

export interface ForNode {
  readonly kind: 'for';
  readonly span: Span;
  readonly initial: StatementNode | null;
  readonly condition: ConditionNode | null;
  readonly step: ExpressionNode | null;
  readonly body: StatementNode;
}

export interface FunctionNode {
  readonly kind: 'function';
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
  /** Null for void. */
  readonly returns: TypeNode | null;
  readonly parameters: readonly ParameterNode[];
  /** Null for a declaration that promises a definition. */
  readonly body: readonly StatementNode[] | null;
  /** Place of the closing brace. */
  readonly endSpan: Span;
}

export interface ParameterNode {
  readonly mode: 'in' | 'out' | 'inout';
  readonly constant: boolean;
  readonly type: TypeNode;
  readonly name: string | null;
  readonly span: Span;
}

/** A struct: a name for several values together. */
export interface StructNode {
  readonly kind: 'struct';
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
  readonly members: readonly { readonly name: string; readonly span: Span; readonly type: TypeNode }[];
}

/** Labels in a row (null for `default`), and the statements up to the next label. */
export interface CaseNode {
  readonly labels: readonly { readonly value: ExpressionNode | null; readonly span: Span }[];
  readonly body: readonly StatementNode[];
}

export interface SwitchNode {
  readonly kind: 'switch';
  readonly span: Span;
  readonly selector: ExpressionNode;
  readonly cases: readonly CaseNode[];
}

export type StatementNode =
  | DeclarationNode
  | SwitchNode
  | ForNode
  | FunctionNode
  | StructNode
  | { readonly kind: 'expression'; readonly span: Span; readonly expression: ExpressionNode }
  | {
      readonly kind: 'if';
      readonly span: Span;
      readonly condition: ExpressionNode;
      readonly then: StatementNode;
      readonly else: StatementNode | null;
    }
  | { readonly kind: 'while'; readonly span: Span; readonly condition: ConditionNode; readonly body: StatementNode }
  | { readonly kind: 'do'; readonly span: Span; readonly condition: ExpressionNode; readonly body: StatementNode }
  | { readonly kind: 'break' | 'continue'; readonly span: Span }
  | { readonly kind: 'return'; readonly span: Span; readonly value: ExpressionNode | null }
  | { readonly kind: 'block'; readonly span: Span; readonly body: readonly StatementNode[] };

/** The expressions right under an expression, left to right. */
export function operandsOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'sequence':
    case 'list':
      return node.items;
    case 'unary':
      return [node.operand];
    case 'update':
      return [node.target];
    case 'binary':
      return [node.left, node.right];
    case 'assign':
      return [node.target, node.value];
    case 'conditional':
      return [node.condition, node.then, node.else];
    case 'call':
      return node.args;
    case 'member':
      return [node.operand];
    case 'index':
      return [node.operand, node.index];
    default:
      return [];
  }
}
