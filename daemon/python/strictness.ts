// How much a build may take from the network: two variables of the request, which `--offline` and `--locked` set.
import type { Context } from '../context.ts';

/** Nothing may be fetched. Not part of any trace or key: what is built is the same, when it can be built. */
export const isOffline = ({ environment }: Pick<Context, 'environment'>): boolean =>
  isOn(environment['OXD_OFFLINE']);

/** Only what is pinned may be fetched. Part of the trace: a build that was not locked is no answer. */
export function isLocked({ environment, trace }: Pick<Context, 'environment' | 'trace'>): boolean {
  trace.variable('OXD_LOCKED');
  return isOn(environment['OXD_LOCKED']);
}

const isOn = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0';
