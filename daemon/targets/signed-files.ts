// Signs files as a config ordered it, where this machine can, and writes down what was and what was not.
import { dirname, join } from 'node:path';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import type { NamedFile } from '../packaging/named-file.ts';
import { signContent } from '../packaging/signing/sign.ts';
import { signableKindOf } from '../packaging/signing/signable-kind.ts';
import type { SigningOrder } from '../packaging/signing/signing-order.ts';
import type { SigningRecord } from '../packaging/signing/signing-record.ts';

/** The file, signed or as it was. `shown` is where it will be, relative to the build's folder. */
export async function signedFile(
  context: Context,
  record: SigningRecord,
  file: NamedFile,
  order: SigningOrder | undefined,
  shown = file.path,
): Promise<NamedFile> {
  if (order === undefined) return file;
  const { content } = file;
  const path = content.at === 'file' ? content.path : context.cache.blobs.path(content.sha256);
  const kind = path === undefined ? undefined : signableKindOf(path);
  if (kind === undefined) return file;
  const signed = await signContent(context, shown, content, kind, order);
  if (signed.outcome === 'not-signed') {
    record.add({ file: shown, kind, order, state: { is: 'unsigned', why: signed.why } });
    return file;
  }
  record.add({ file: shown, kind, order, state: { is: 'signed', by: signed.by } });
  return { ...file, content: signed.result };
}

/** Writes FOLDER.signing.json, and says what is to be signed elsewhere. Returns what was written. */
export function writeSigningRecord(
  context: Context,
  record: SigningRecord,
  folder: string,
): readonly string[] {
  const path = `${folder}.signing.json`;
  if (record.isEmpty) {
    rmSync(path, { force: true });
    return [];
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, record.json());
  const [first, ...more] = record.unsigned;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    const text = `${join(folder, first.file)}${others} not signed here: ${first.why}. ${path} has the commands that sign`;
    context.report({ event: 'notice', text });
  }
  return [path];
}
