// One line a measurement, one verdict for all.

export type Measurement = {
  readonly work: string;
  readonly ours: number;
  readonly rival: number;
  readonly rivalName: string;
  readonly unit: 'ms' | 'MB';
  /** The largest ours/rival that passes; absent where the figure is only shown. */
  readonly ratioMax?: number;
  /** The most that ours may be above rival, in the same unit; for "rival's time + 0.5 s". */
  readonly surplusMax?: number;
  /** The most that ours may be, whatever the rival. */
  readonly valueMax?: number;
};

const failures: string[] = [];

export function section(title: string): void {
  console.log(`\n${title}`);
}

/** Prints a measurement and remembers whether it kept its bound. */
export function show(measurement: Measurement): void {
  const { ours, rival, unit, ratioMax, surplusMax, valueMax } = measurement;
  const ratio = ours / rival;
  const bounds = [
    ...(ratioMax === undefined ? [] : [{ kept: ratio <= ratioMax, text: `≤ ${ratioMax} ×` }]),
    ...(surplusMax === undefined
      ? []
      : [{ kept: ours - rival <= surplusMax, text: `≤ + ${surplusMax} ${unit}` }]),
    ...(valueMax === undefined ? [] : [{ kept: ours <= valueMax, text: `≤ ${valueMax} ${unit}` }]),
  ];
  const verdict = bounds.map(({ kept, text }) => `${text} ${kept ? 'kept' : 'MISSED'}`).join(', ');
  if (bounds.some(({ kept }) => !kept)) failures.push(measurement.work);
  const format = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
  console.log(
    `  ${measurement.work.padEnd(46)} ${format(ours).padStart(10)}   ${measurement.rivalName.padEnd(34)} ${format(rival).padStart(10)}   ratio ${ratio.toFixed(2).padStart(6)}   ${verdict}`,
  );
}

/** A condition that is not a figure, such as "pip was not started". */
export function require(what: string, kept: boolean): void {
  if (!kept) failures.push(what);
  console.log(`  ${what.padEnd(46)} ${kept ? 'yes' : 'NO'}`);
}

/** Prints the verdict and returns the exit code. */
export function verdict(): 0 | 1 {
  console.log(failures.length === 0 ? '\nevery bound kept' : `\nmissed: ${failures.join('; ')}`);
  return failures.length === 0 ? 0 : 1;
}
