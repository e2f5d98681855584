// How the dialect's functions and types are declared: once, with their documentation. Binding, the reference pages and
// editors all read these records, so they cannot disagree.
import type { ConfigObject, Plain } from './config-object.ts';
import type { Evaluation } from './evaluation.ts';
import type { Parameter } from './parameter.ts';

/** "legacy" is PyOxidizer 0.6 and 0.7, "modern" 0.8 and later, "both" everything since 0.6. */
export type Generation = 'legacy' | 'modern' | 'both';

export type FunctionDeclaration = {
  readonly name: string;
  readonly doc: string;
  readonly generation: Generation;
  /** What later versions of PyOxidizer have in its place; whoever calls this is told so, once. */
  readonly instead?: string | undefined;
  readonly parameters: Readonly<Record<string, Parameter<unknown>>>;
  /** Accept any number of further positional values, given as `rest`. */
  readonly variadic?: boolean;
  /** Take whatever arguments there are without looking at them. */
  readonly unchecked?: boolean;
  readonly returns: string;
  readonly call: (
    evaluation: Evaluation,
    self: ConfigObject | undefined,
    values: Readonly<Record<string, unknown>>,
    rest: readonly Plain[],
  ) => unknown;
};

export type AttributeDeclaration = {
  readonly name: string;
  readonly doc: string;
  readonly generation: Generation;
  readonly check: Parameter<unknown>;
  /** As the reference prints it. */
  readonly default?: string;
  readonly get: (self: ConfigObject, evaluation: Evaluation) => unknown;
  /** Absent for read-only attributes. */
  readonly set?: (self: ConfigObject, value: unknown, evaluation: Evaluation) => void;
};

export type TypeDeclaration = {
  /** What `type(x)` says. */
  readonly name: string;
  readonly doc: string;
  readonly generation: Generation;
  /** The global function that makes one, if the type's name is callable. */
  readonly construct?: FunctionDeclaration;
  readonly attributes: readonly AttributeDeclaration[];
  readonly methods: readonly FunctionDeclaration[];
};

type Values<P> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };
type Parameters = Readonly<Record<string, Parameter<unknown>>>;

type FunctionBody<P> = {
  readonly name: string;
  readonly doc: string;
  readonly generation?: Generation;
  readonly instead?: string | undefined;
  readonly parameters: P;
  readonly variadic?: boolean;
  readonly unchecked?: boolean;
  readonly returns?: string;
};

/** A global function. The order of `parameters` is that of positional arguments. */
export function declareFunction<P extends Parameters>(
  body: FunctionBody<P> & {
    readonly call: (evaluation: Evaluation, values: Values<P>, rest: readonly Plain[]) => unknown;
  },
): FunctionDeclaration {
  return {
    generation: 'both',
    returns: 'None',
    ...body,
    call: (evaluation, _self, values, rest) => body.call(evaluation, values as Values<P>, rest),
  };
}

/** Declares the members of a type whose values are instances of `Self`. */
export function membersOf<Self extends ConfigObject>(): {
  method: <P extends Parameters>(
    body: FunctionBody<P> & {
      readonly call: (
        self: Self,
        values: Values<P>,
        evaluation: Evaluation,
        rest: readonly Plain[],
      ) => unknown;
    },
  ) => FunctionDeclaration;
  attribute: <T>(body: {
    readonly name: string;
    readonly doc: string;
    readonly generation?: Generation;
    readonly check: Parameter<T>;
    readonly default?: string;
    readonly get: (self: Self, evaluation: Evaluation) => NoInfer<T>;
    readonly set?: (self: Self, value: NoInfer<T>, evaluation: Evaluation) => void;
  }) => AttributeDeclaration;
} {
  return {
    method: (body) => ({
      generation: 'both',
      returns: 'None',
      ...body,
      call: (evaluation, self, values, rest) =>
        body.call(self as Self, values as Values<typeof body.parameters>, evaluation, rest),
    }),
    attribute: (body) => ({ generation: 'both', ...body }) as unknown as AttributeDeclaration,
  };
}
