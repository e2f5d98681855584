/** One-based; columns count characters (code points), as the Starlark specification's implementations print them. */
export type Position = { readonly line: number; readonly column: number };

export type StackFrame = { readonly name: string; readonly file: string } & Position;

/** Something to tell the user about a place in a file. One shape serves terminal, JSON and editors. */
export type Diagnostic = {
  readonly severity: 'error' | 'warning' | 'hint';
  readonly message: string;
  /** Who found it. */
  readonly source: 'config' | 'pip' | 'cargo' | 'python' | 'oxd';
  readonly file?: string;
  readonly range?: { readonly start: Position; readonly end: Position };
  /** The text of the range's first line, so that a client can draw carets without reading the file. */
  readonly sourceLine?: string;
  /** Outermost call first; absent when the place itself says it all. */
  readonly stack?: readonly StackFrame[];
  readonly hint?: string;
  /** How the tool that found it draws it, without colors; shown in place of our own drawing. */
  readonly rendered?: string;
};
