import { parse, type TomlTable, type TomlValue } from 'smol-toml';
import { inputFailure } from '../../protocol/failure.ts';

/** A TOML document; throws an input failure that names `path` and the line. */
export function parseToml(text: string, path: string): TomlTable {
  try {
    return parse(text);
  } catch (cause) {
    throw inputFailure(`Cannot read ${path}: ${(cause as Error).message.trimEnd()}`, { cause });
  }
}

/** A field that is a table; undefined for anything else. */
export function tableAt(table: TomlTable | undefined, name: string): TomlTable | undefined {
  const value = table?.[name];
  return isTable(value) ? value : undefined;
}

/** A field that is a list of tables; what is no table is left out. */
export function tablesAt(table: TomlTable | undefined, name: string): readonly TomlTable[] {
  const value = table?.[name];
  return Array.isArray(value) ? value.filter(isTable) : [];
}

export function stringAt(table: TomlTable | undefined, name: string): string | undefined {
  const value = table?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** A field that is a list of strings; what is no string is left out. */
export function stringsAt(table: TomlTable | undefined, name: string): readonly string[] {
  const value = table?.[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Dates are objects too. */
function isTable(value: TomlValue | undefined): value is TomlTable {
  if (typeof value !== 'object' || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
