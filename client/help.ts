import type { Command } from './command-line/command.ts';
import { commands } from './command-line/commands.ts';
import { globalOptions, type Option } from './command-line/option.ts';

const width = 26;
const row = (left: string, right: string): string =>
  left.length < width ? `  ${left.padEnd(width)}${right}` : `  ${left}\n  ${' '.repeat(width)}${right}`;
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
  return `oxd turns a Python application into one self-contained executable, and rebuilds it in milliseconds.

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
    summary + (notes === undefined ? '' : `\n${notes}`),
    usage.filter((part) => part !== undefined).join(' '),
    ...(options.length > 0 ? [`Flags:\n${options.map(optionRow).join('\n')}`] : []),
    `Flags of every command:\n${globalOptions.map(optionRow).join('\n')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}
