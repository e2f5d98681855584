import { StarlarkObject } from './value.ts';
import type { Key, Value } from './value.ts';
import { fail } from './trace.ts';

/** A float. Boxed, because a JavaScript number already is an int. */
export class Float extends StarlarkObject {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  get typeName(): string {
    return 'float';
  }

  override truth(): boolean {
    return this.value !== 0;
  }

  override hashKey(): Key {
    const { value } = this;
    // `1.0` and `1` are one key. NaN and the infinities are keys of their own, as numbers no int is.
    if (!Number.isInteger(value)) return value;
    return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
  }

  override repr(): string {
    return formatFloat(this.value);
  }
}

/** Shortest digits that read back as the same float, always with a point or an exponent: `1.0`, `1e+06`, `+inf`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  const digits = mantissa.replace(/[-.]/g, '').length;
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = value.toFixed(Math.max(0, digits - 1 - exponent));
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** An int as the nearest float (ties to even); an error if it is too large for one. */
export function intToFloat(value: number | bigint): number {
  if (typeof value === 'number') return value + 0;
  const result = Number(value);
  if (!Number.isFinite(result)) fail('int too large to convert to float');
  return result;
}

/** The numeric value of an int or float as a double; undefined for anything else. */
export function toDouble(value: Value): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return intToFloat(value);
  return value instanceof Float ? value.value : undefined;
}
