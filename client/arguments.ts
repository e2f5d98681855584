import type { Command, CommandName } from './command-line/command.ts';
import { commands } from './command-line/commands.ts';
import { globalOptions, type Option } from './command-line/option.ts';

/** A command line that was understood. */
export type Invocation = {
  readonly command: CommandName;
  /** Values by flag, one row for each time it was given. */
  readonly flags: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly words: readonly string[];
  /** What followed `--`. */
  readonly programArguments: readonly string[];
};

export type Parsed =
  | ({ readonly kind: 'command' } & Invocation)
  /** Of one command, of a family such as `daemon`, or of all. */
  | { readonly kind: 'help'; readonly about?: string }
  | { readonly kind: 'version' }
  | UsageError;

export type UsageError = {
  readonly kind: 'usage-error';
  readonly message: string;
  /** What was misspelt, perhaps, and what could have been meant: for a suggestion. */
  readonly misspelt?: { readonly word: string; readonly candidates: readonly string[] };
  readonly about?: string;
};

/** First words of commands that have two. */
const families = new Set(
  commands.flatMap(({ name }) => (name.includes(' ') ? [name.slice(0, name.indexOf(' '))] : [])),
);

/** Flags may stand anywhere before `--`, also before the command. */
export function parseArguments(args: readonly string[]): Parsed {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const programArguments = end === -1 ? [] : args.slice(end + 1);

  const commandAt = commandIndex(own);
  const found = commandAt >= own.length ? undefined : findCommand(own, commandAt);
  if (found !== undefined && 'kind' in found) return found;

  const command = found?.command;
  const flags = new Map<string, (readonly string[])[]>();
  const words: string[] = [];
  const options = [...(command?.options ?? []), ...globalOptions];
  for (let index = 0; index < own.length;) {
    if (found !== undefined && index >= commandAt && index < commandAt + found.length) index++;
    else {
      const read = readArgument(own, index, options, command);
      if ('kind' in read) return read;
      if (read.option === undefined) words.push(...read.values);
      else if (!read.option.isRepeatable && read.option.values.length > 0 && flags.has(read.option.flag))
        return usageError(`${read.option.flag} was given twice`, command);
      else flags.set(read.option.flag, [...(flags.get(read.option.flag) ?? []), read.values]);
      index = read.next;
    }
  }

  if (flags.has('--help') || own.length === 0) return help(command?.name);
  if (flags.has('--version')) return { kind: 'version' };
  if (command === undefined) return usageError('which command?');
  if (end !== -1 && command.passesArguments !== true)
    return usageError(
      `\`oxd ${command.name}\` starts no program that could take what follows \`--\``,
      command,
    );
  const wrong = wrongWords(command, words);
  return wrong ?? { kind: 'command', command: command.name, flags, words, programArguments };
}

/** The first word that is no flag and no value of one. */
function commandIndex(own: readonly string[]): number {
  let index = 0;
  for (let argument = own[0]; argument?.startsWith('-') === true; argument = own[index]) {
    const [name, attached] = argument.split('=', 2);
    const option = commands.flatMap(({ options }) => options).find(({ flag }) => flag === name);
    index += 1 + Math.max(0, (option?.values.length ?? 0) - (attached === undefined ? 0 : 1));
  }
  return index;
}

type Found = { readonly command: Command; readonly length: 1 | 2 };

function findCommand(own: readonly string[], at: number): Found | Parsed {
  const word = own[at] ?? '';
  if (!families.has(word)) {
    const command = commands.find(({ name }) => name === word);
    if (command !== undefined) return { command, length: 1 };
    if (word === 'help') return help(own[at + 1]);
    const candidates = [...commands.map(({ name }) => name), ...families];
    return { kind: 'usage-error', message: `unknown command "${word}"`, misspelt: { word, candidates } };
  }
  const second = own[at + 1] ?? '';
  const command = commands.find(({ name }) => name === `${word} ${second}`);
  if (command !== undefined) return { command, length: 2 };
  if (second === '' || second === '--help' || second === '-h') return help(word);
  const candidates = commands.flatMap(({ name }) =>
    name.startsWith(`${word} `) ? [name.slice(word.length + 1)] : [],
  );
  return {
    kind: 'usage-error',
    message: `unknown command "${word} ${second}"`,
    misspelt: { word: second, candidates },
    about: word,
  };
}

type Read = {
  readonly option: Option | undefined;
  readonly values: readonly string[];
  readonly next: number;
};

function readArgument(
  own: readonly string[],
  index: number,
  options: readonly Option[],
  command: Command | undefined,
): Read | UsageError {
  const argument = own[index] ?? '';
  if (!argument.startsWith('-') || argument === '-')
    return { option: undefined, values: [argument], next: index + 1 };
  const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
  const name = equals === -1 ? argument : argument.slice(0, equals);
  const option = options.find(({ flag, short }) => flag === name || short === name);
  if (option === undefined) {
    const candidates = options.map(({ flag }) => flag);
    return { ...usageError(`unknown flag ${name}`, command), misspelt: { word: name, candidates } };
  }
  const attached = equals === -1 ? [] : [argument.slice(equals + 1)];
  if (attached.length > option.values.length) return usageError(`${option.flag} takes no value`, command);
  const next = index + 1 + option.values.length - attached.length;
  const values = [...attached, ...own.slice(index + 1, next)];
  if (values.length < option.values.length)
    return usageError(`${option.flag} needs ${option.values.join(' and ')}`, command);
  return { option, values, next };
}

function wrongWords(command: Command, words: readonly string[]): UsageError | undefined {
  // An empty word is a variable of a script that was not set.
  if (words.filter((word) => word !== '').length < command.wordsMin)
    return usageError(`\`oxd ${command.name}\` needs ${command.words}`, command);
  const extra = words[command.wordsMax];
  if (extra === undefined) return undefined;
  return usageError(
    command.passesArguments === true
      ? `unexpected "${extra}": the program's arguments follow \`--\``
      : `unexpected "${extra}"`,
    command,
  );
}

const help = (about: string | undefined): Parsed =>
  about === undefined ? { kind: 'help' } : { kind: 'help', about };
const usageError = (message: string, command?: Command): UsageError => ({
  kind: 'usage-error',
  message,
  ...(command === undefined ? {} : { about: command.name }),
});
