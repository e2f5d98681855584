import type { Environment } from './cache-folder.ts';

/** Wraps text for a terminal; the identity where there are no colors. */
export type Colors = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly blue: (text: string) => string;
};

/** NO_COLOR (no-color.org) wins over FORCE_COLOR (force-color.org), both over what the terminal is. */
export function wantsColor(environment: Environment, isTerminal: boolean): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}

export function colors(isOn: boolean): Colors {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      isOn ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    yellow: paint(33, 39),
    green: paint(32, 39),
    blue: paint(34, 39),
  };
}
