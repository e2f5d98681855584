// What goes into a program and under which licences, as it travels and as the engine holds it.

export type ComponentKind = 'python' | 'extension-module' | 'library' | 'package' | 'crate';

/** What is known of a component's licence. */
export type Licence =
  /** A valid SPDX expression, its identifiers written as the SPDX list writes them. */
  | { readonly is: 'expression'; readonly expression: string }
  | { readonly is: 'public-domain' }
  /** The component names one, in words that are no SPDX expression and mean no single licence. */
  | { readonly is: 'unknown'; readonly said: readonly string[] }
  | { readonly is: 'none' };

export type Component = {
  /** Unique in a report: "package:pyflakes", "crate:libc@0.2.191". */
  readonly id: string;
  readonly kind: ComponentKind;
  readonly name: string;
  readonly version: string | null;
  /** Package URL (github.com/package-url/purl-spec). */
  readonly purl: string | null;
  readonly licence: Licence;
  /** Where the licence is said: "License-Expression", "classifiers", "the text of LICENSE". */
  readonly source: string;
  readonly homepage: string | null;
  /** Of the file that it came in: a wheel, a crate, a shared library. */
  readonly sha256: string | null;
  /** Ids of the components of the report that it needs. */
  readonly needs: readonly string[];
  /** What of another component asks for it: names of extension modules or libraries. */
  readonly usedBy: readonly string[];
};

/** A licence in words, the same for every reader. */
export function licenceWords(licence: Licence): string {
  switch (licence.is) {
    case 'expression':
      return licence.expression;
    case 'public-domain':
      return 'public domain';
    case 'unknown':
      return `unknown: ${licence.said.join('; ')}`;
    case 'none':
      return 'none named';
  }
}

/** What a program may be made of; expressions as `oxd licenses --deny` takes them. */
export type LicencePolicy = { readonly deny: readonly string[]; readonly allow: readonly string[] };

/** A component that a policy refuses. */
export type Violation = {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly licence: Licence;
  /** Why, after the component's name: "GPL-3.0-or-later is denied". */
  readonly reason: string;
  /** Who needs it: "CPython 3.11.7 (readline)"; empty when the program itself does. */
  readonly neededBy: readonly string[];
};

/** Facts of one licence of a report, for its table. */
export type LicenceFacts = {
  readonly expression: string;
  readonly osiApproved: boolean;
  readonly copyleft: boolean;
};
