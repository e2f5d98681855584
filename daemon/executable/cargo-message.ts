// What cargo prints with --message-format=json (doc.rust-lang.org/cargo/reference/external-tools.html), as diagnostics.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Diagnostic } from '../../protocol/diagnostic.ts';

/** Only the fields that are used. */
export type CargoMessage =
  | {
      reason: 'compiler-artifact';
      target: { name: string; kind: string[] };
      executable: string | null;
      filenames: readonly string[];
    }
  | { reason: 'compiler-message'; manifest_path: string; message: RustcMessage }
  | { reason: 'build-finished'; success: boolean }
  | { reason: 'build-script-executed' };

export type RustcMessage = {
  readonly level: string;
  readonly message: string;
  readonly rendered: string | null;
  readonly spans: readonly {
    readonly file_name: string;
    readonly line_start: number;
    readonly column_start: number;
    readonly line_end: number;
    readonly column_end: number;
    readonly is_primary: boolean;
  }[];
};

/** undefined for what a build script of a crate prints for itself. */
export function parseMessage(line: string): CargoMessage | undefined {
  try {
    return JSON.parse(line) as CargoMessage;
  } catch {
    return undefined;
  }
}

/** An error or a warning with its place; undefined for the rest, which sums up or belongs to one of these. */
export function diagnosticOf(
  { manifest_path, message }: Extract<CargoMessage, { reason: 'compiler-message' }>,
  folder: string,
): Diagnostic | undefined {
  const { level, rendered, spans } = message;
  const span = spans.find((candidate) => candidate.is_primary);
  if ((level !== 'error' && level !== 'warning') || span === undefined) return undefined;
  return {
    severity: level,
    message: message.message,
    source: 'cargo',
    file: absolute(span.file_name, [dirname(manifest_path), folder]),
    range: {
      start: { line: span.line_start, column: span.column_start },
      end: { line: span.line_end, column: span.column_end },
    },
    ...(rendered === null ? {} : { rendered }),
  };
}

/** rustc names files as cargo named them to it: from the folder of the workspace, or of a crate outside of it. */
function absolute(file: string, folders: readonly string[]): string {
  if (isAbsolute(file)) return file;
  const paths = folders.map((folder) => join(folder, file));
  return paths.find((path) => existsSync(path)) ?? join(folders.at(-1) ?? '/', file);
}
