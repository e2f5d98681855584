import { UsageFailure } from './usage-failure.ts';

/** Splits as a POSIX shell does, with quotes and backslashes; nothing is expanded. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const part = /(\s+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)|([^])/y;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const [, space, single, double, escaped, plain, stray] = match;
    if (stray !== undefined) throw new UsageFailure(`A quote in "${text}" has no end`);
    if (space === undefined)
      word = `${word ?? ''}${single ?? double?.replaceAll(/\\([$`"\\\n])/g, '$1') ?? escaped ?? plain ?? ''}`;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
