// A config as a page of PyOxidizer's documentation prints it, typed anew, and what it comes to.

export type Sample = {
  readonly config: string;
  /** Targets that are asked for; all that are there when left out. */
  readonly targets?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Files beside the config. */
  readonly files?: Readonly<Record<string, string>>;
  /** What it prints. */
  readonly prints?: readonly string[];
  /** One line a target, then what is in it. */
  readonly comes?: readonly string[];
  /** Where the page itself is wrong, or the system another one: what is said instead. */
  readonly refused?: RegExp;
};

/** A config with one program; with a parameter it gets its distribution as a target. */
export const exe = (body: string, parameters = ''): string =>
  `${parameters === '' ? '' : 'register_target("dist", default_python_distribution)\n'}def make_exe(${parameters}):
${body.trim().replaceAll(/^(?=.)/gm, '    ')}
register_target("exe", make_exe${parameters === '' ? '' : ', depends=["dist"]'}, default=True)
resolve_targets()
`;
