import { type Ran, type Run, runText } from './trim-run.ts';

export type Difference = {
  readonly run: string;
  readonly what: 'exit code' | 'standard output' | 'standard error';
  readonly before: string;
  readonly after: string;
};

type Side = { readonly path: string; readonly ran: Ran };

/** What two runs differ in. Tests are judged by their exit codes: what they print holds times. */
export function differencesOf(run: Run, before: Side, after: Side): readonly Difference[] {
  const rows: [what: Difference['what'], textOf: (side: Side) => string][] = [
    ['exit code', ({ ran }) => String(ran.end)],
  ];
  if (run.kind === 'program')
    rows.push(
      ['standard output', (side) => outputOf(side, 'out')],
      ['standard error', (side) => outputOf(side, 'error')],
    );
  return rows.flatMap(([what, textOf]) => {
    const [first, second] = firstDifference(textOf(before), textOf(after));
    return first === second ? [] : [{ run: runText(run), what, before: first, after: second }];
  });
}

/** With one name for the two programs, which stand in different places. */
const outputOf = ({ path, ran }: Side, stream: 'out' | 'error'): string =>
  ran.output === 'terminal' ? '' : ran.output[stream].replaceAll(path, '<program>');

/** The first lines that differ; a text that ends before the other has an empty one there. */
function firstDifference(before: string, after: string): [before: string, after: string] {
  const [first, second] = [before.split('\n'), after.split('\n')];
  const at = first.findIndex((line, index) => line !== second[index]);
  const index = at === -1 ? first.length : at;
  return [first[index] ?? '', second[index] ?? ''];
}
