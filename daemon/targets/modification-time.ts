import type { Context } from '../context.ts';

/** 1980-01-01, the oldest that zip can hold. */
const defaultSeconds = 315_532_800;

/** Seconds since 1970 of all that is packed: SOURCE_DATE_EPOCH, or the same for everybody. */
export function modificationTime(context: Context): number {
  context.trace.variable('SOURCE_DATE_EPOCH');
  return Number(context.environment['SOURCE_DATE_EPOCH'] ?? defaultSeconds);
}
