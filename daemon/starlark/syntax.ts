// The syntax tree. Every node knows its range; the resolver fills in the `binding`s.
import type { Span } from './source-text.ts';

export type UnaryOperator = '+' | '-' | '~' | 'not';

export type BinaryOperator =
  | 'or'
  | 'and'
  | 'in'
  | 'not in'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '|'
  | '^'
  | '&'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%';

/** Where a name lives. Locals and globals become JavaScript variables called `variable`. */
export type Binding =
  | {
      readonly scope: 'local' | 'global';
      readonly name: string;
      variable: string;
      readonly owner: FunctionScope;
    }
  | { readonly scope: 'predeclared' | 'universal'; readonly name: string };

export type Variable = Extract<Binding, { scope: 'local' | 'global' }>;

/** A def, a lambda or the file itself: what one JavaScript function is made of. */
export type FunctionScope = {
  readonly name: string;
  readonly locals: Variable[];
  /** Variables of enclosing functions that this one, or one inside it, uses. */
  captures: Set<Variable> | undefined;
  /** No calls inside, so it can neither recurse nor run long. */
  isLeaf: boolean;
};

export type Name = Span & { readonly kind: 'name'; readonly name: string; binding: Binding | undefined };
export type Literal = Span &
  (
    | { readonly kind: 'int'; readonly value: number | bigint }
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'bytes'; readonly value: Uint8Array }
  );
export type Tuple = Span & {
  readonly kind: 'tuple';
  readonly items: readonly Expression[];
  readonly hasParens: boolean;
};
export type List = Span & { readonly kind: 'list'; readonly items: readonly Expression[] };
export type DictEntry = Span & {
  readonly kind: 'entry';
  readonly key: Expression;
  readonly value: Expression;
  readonly colon: number;
};
export type Dict = Span & { readonly kind: 'dict'; readonly entries: readonly DictEntry[] };
/** `{1, 2}`: only where the dialect has set displays. */
export type SetDisplay = Span & { readonly kind: 'set'; readonly items: readonly Expression[] };
export type Unary = Span & {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
};
export type Binary = Span & {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly at: number;
};
export type Conditional = Span & {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
};
export type Argument = Span &
  (
    | { readonly kind: 'positional'; readonly value: Expression }
    | { readonly kind: 'named'; readonly name: string; readonly value: Expression }
    | { readonly kind: 'star' | 'starstar'; readonly value: Expression }
  );
export type Call = Span & {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Argument[];
  /** Offset of the opening parenthesis: where a call's frame is said to be. */
  readonly at: number;
};
export type Attribute = Span & {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
  /** Offset of the dot. */
  readonly at: number;
};
export type Subscript = Span & {
  readonly kind: 'subscript';
  readonly object: Expression;
  readonly key: Expression;
  readonly at: number;
};
export type Slice = Span & {
  readonly kind: 'slice';
  readonly object: Expression;
  readonly low: Expression | undefined;
  readonly high: Expression | undefined;
  readonly step: Expression | undefined;
  readonly at: number;
};
export type Parameter = Span & {
  readonly kind: 'required' | 'optional' | 'star' | 'starstar';
  /** Absent for a bare `*`. */
  readonly name: Name | undefined;
  readonly value: Expression | undefined;
};
export type Lambda = Span & {
  readonly kind: 'lambda';
  readonly params: readonly Parameter[];
  readonly body: Expression;
  scope: FunctionScope | undefined;
};
export type Clause = Span &
  (
    | { readonly kind: 'for'; readonly target: Expression; readonly iterable: Expression }
    | { readonly kind: 'if'; readonly condition: Expression }
  );
export type Comprehension = Span & {
  readonly kind: 'comprehension';
  readonly body: Expression | DictEntry;
  readonly clauses: readonly Clause[];
};

export type Expression =
  | Name
  | Literal
  | Tuple
  | List
  | Dict
  | SetDisplay
  | Unary
  | Binary
  | Conditional
  | Call
  | Attribute
  | Subscript
  | Slice
  | Lambda
  | Comprehension;

export type Def = Span & {
  readonly kind: 'def';
  readonly name: Name;
  readonly params: readonly Parameter[];
  readonly body: readonly Statement[];
  scope: FunctionScope | undefined;
};
export type LoadBinding = Span & { readonly local: Name; readonly from: string; readonly fromSpan: Span };
export type AssignOperator =
  | '='
  | '+='
  | '-='
  | '*='
  | '/='
  | '//='
  | '%='
  | '&='
  | '|='
  | '^='
  | '<<='
  | '>>=';

export type Statement = Span &
  (
    | { readonly kind: 'expression'; readonly value: Expression }
    | {
        readonly kind: 'assign';
        readonly operator: AssignOperator;
        readonly target: Expression;
        readonly value: Expression;
        readonly at: number;
      }
    | {
        readonly kind: 'if';
        readonly branches: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[];
        readonly otherwise: readonly Statement[];
      }
    | {
        readonly kind: 'for';
        readonly target: Expression;
        readonly iterable: Expression;
        readonly body: readonly Statement[];
      }
    | { readonly kind: 'while'; readonly condition: Expression; readonly body: readonly Statement[] }
    | Def
    | { readonly kind: 'return'; readonly value: Expression | undefined }
    | {
        readonly kind: 'load';
        readonly module: string;
        readonly moduleSpan: Span;
        readonly bindings: readonly LoadBinding[];
      }
    | { readonly kind: 'pass' | 'break' | 'continue' }
  );
