// What a row of the table of attributes says: what is taken, what is refused and how, and where the effect is seen.

/** Where what an attribute does is seen. */
export type Effect =
  /** In what a config comes to, here: text that is there with the attribute and not without it. */
  | { readonly comes: string | RegExp }
  /** In something that was built, by this test: "FILE: `NAME`". */
  | { readonly seen: string }
  /** Nowhere on Linux, for this reason. */
  | { readonly none: string };

export type AttributeRow = {
  /** As Starlark writes them. */
  readonly accepted: string;
  readonly refused: string;
  /** The end of the message: what is expected, and what it got. */
  readonly says: string;
  /** Lines before it is set, also where it is not. */
  readonly before?: string;
  readonly effect: Effect;
};

export type TypeRows = {
  /** A config that sets attributes of `x` where it has SET. */
  readonly config: string;
  readonly rows: Readonly<Record<string, AttributeRow>>;
};

export const flag = (effect: Effect, accepted = 'True'): AttributeRow => ({
  accepted,
  refused: '"yes"',
  says: 'expects a bool; got "yes"',
  effect,
});

/** With None when the attribute may be without a value. */
export const text = (accepted: string, effect: Effect, orNone = ''): AttributeRow => ({
  accepted: JSON.stringify(accepted),
  refused: '1',
  says: `expects a string${orNone === '' ? '' : ' or None'}; got type int`,
  effect,
});

export const seen = (test: string): Effect => ({ seen: test });
export const forWindows: Effect = { none: 'it is for Windows' };

/** A function that makes a target. */
export const targetOf = (body: string): string =>
  `def make():\n${body.trim().replaceAll(/^(?=.)/gm, '    ')}\nregister_target("it", make)\n`;
