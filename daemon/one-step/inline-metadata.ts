// PEP 723: what a script says of itself in its comments.
import type { TomlTable } from 'smol-toml';
import { inputFailure } from '../../protocol/failure.ts';
import { parseToml } from '../python/toml.ts';

/** From the specification "Inline script metadata": a block of comments between two marks. */
const block = /^# \/\/\/ ([a-zA-Z0-9-]+)[ \t]*\r?\n((?:#(?:| [^\r\n]*)\r?\n)+?)# \/\/\/[ \t]*\r?$/gm;

/** The table of the script's `# /// script` block; undefined when it has none. */
export function inlineMetadata(text: string, path: string): TomlTable | undefined {
  const blocks = [...`${text}\n`.matchAll(block)].filter(([, kind]) => kind === 'script');
  if (blocks.length > 1)
    throw inputFailure(`Cannot read ${path}: it has ${blocks.length} blocks "# /// script"`, {
      hint: 'leave one of them',
    });
  const content = blocks[0]?.[2];
  if (content === undefined) return undefined;
  return parseToml(content.replaceAll(/^# ?/gm, ''), path);
}
