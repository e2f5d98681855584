import type { Command } from './command-line/command.ts';
import { commands } from './command-line/commands.ts';
import { globalOptions, type Option } from './command-line/option.ts';

/** A terminal of 100 columns shows each line whole. */
const columns = 100;
const width = 26;
const row = (left: string, right: string): string => {
  const lines = wrapped(right, columns - width - 2).join(`\n  ${' '.repeat(width)}`);
  return left.length < width
    ? `  ${left.padEnd(width)}${lines}`
    : `  ${left}\n  ${' '.repeat(width)}${lines}`;
};

/** Lines of at most `max` characters, broken between words; one long word stays whole. */
function wrapped(text: string, max: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= max)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Breaks in notes are for those who read the source. */
const note = (text: string): string => wrapped(text.replaceAll('\n', ' '), columns).join('\n');
const optionRow = ({ flag, short, values, help, isRepeatable }: Option): string =>
  row(
    [short === undefined ? flag : `${short}, ${flag}`, ...values].join(' ') +
      (isRepeatable === true ? ' ...' : ''),
    help,
  );

/** The text of `oxd --help`, or of one command or family. A name that is neither gives the text of all. */
export function helpText(about: string | undefined): string {
  const command = commands.find(({ name }) => name === about);
  if (command !== undefined) return commandHelp(command);
  const family = commands.filter(({ name }) => name.startsWith(`${about} `));
  return family.length > 0 ? familyHelp(about ?? '', family) : allHelp();
}

function allHelp(): string {
  return `oxd turns a Python application into one self-contained executable, and rebuilds it in
milliseconds.

Usage: oxd COMMAND [FLAGS]

Commands:
${commands.map(({ name, summary }) => row(name, summary)).join('\n')}

Flags of every command:
${globalOptions.map(optionRow).join('\n')}

\`oxd COMMAND --help\` tells more. A new project: \`oxd init-config-file myapp && cd myapp && oxd run\`
`;
}

function familyHelp(family: string, members: readonly Command[]): string {
  return `Usage: oxd ${family} COMMAND [FLAGS]

Commands:
${members.map(({ name, summary }) => row(name, summary)).join('\n')}

Flags of every command:
${globalOptions.map(optionRow).join('\n')}
`;
}

function commandHelp({ name, summary, words, options, notes }: Command): string {
  const usage = ['Usage: oxd', name, options.length > 0 ? '[FLAGS]' : undefined, words];
  const sections = [
    summary + (notes === undefined ? '' : `\n${note(notes)}`),
    wrapped(usage.filter((part) => part !== undefined).join(' '), columns).join('\n         '),
    ...(options.length > 0 ? [`Flags:\n${options.map(optionRow).join('\n')}`] : []),
    `Flags of every command:\n${globalOptions.map(optionRow).join('\n')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}
