// Signs files where a program for it is on the machine: osslsigncode for Windows, rcodesign for macOS.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultType, Sha256 } from '../../../cache/cache.ts';
import { sha256Of } from '../../../cache/file-hash.ts';
import { environmentFailure } from '../../../protocol/failure.ts';
import type { Context } from '../../context.ts';
import type { Content } from '../../python/resource.ts';
import { withStep } from '../../step.ts';
import { fileContent } from '../named-file.ts';
import { findProgram, runProgram } from '../program.ts';
import type { Certificate, SignableKind, SigningOrder } from './signing-order.ts';

export type Signed<T> =
  | { readonly outcome: 'signed'; readonly by: string; readonly result: T }
  /** `why` goes on: "it is not signed: …". */
  | { readonly outcome: 'not-signed'; readonly why: string };

type SignatureKey = {
  readonly program: Sha256; // another version may sign otherwise
  readonly content: Sha256;
  readonly kind: SignableKind;
  readonly certificate: Sha256; // of the .pfx file
  readonly password: Sha256; // of the password, which is in no record
  readonly chain: readonly Sha256[];
  readonly timeStampServer: string | null;
  readonly time: string | null; // SOURCE_DATE_EPOCH
};
const signatures: ResultType<SignatureKey, { readonly sha256: Sha256; readonly size: number }> = {
  kind: 'package',
  version: 1,
};

type Signer = {
  readonly name: string;
  readonly path: string;
  readonly certificate: Certificate & { from: 'pfx' };
};

/** The program that signs a kind of thing here, or why there is none. */
function signerFor(context: Context, kind: SignableKind, { certificate }: SigningOrder): Signer | string {
  if (certificate.from !== 'pfx') return 'its certificate is in the store of a Windows machine';
  const name = kind === 'pe' || kind === 'msi' ? 'osslsigncode' : 'rcodesign';
  const path = findProgram(context, name);
  return path === undefined ? `${name} is not on this machine` : { name, path, certificate };
}

/** The same file with a signature. `name` is for people. */
export async function signContent(
  context: Context,
  name: string,
  content: Content,
  kind: Exclude<SignableKind, 'app-bundle'>,
  order: SigningOrder,
): Promise<Signed<Content>> {
  const signer = signerFor(context, kind, order);
  if (typeof signer === 'string') return { outcome: 'not-signed', why: signer };
  const hash = (path: string): Sha256 => {
    context.trace.file(path);
    const hashed = context.cache.hashFile(path);
    if (hashed === undefined) throw environmentFailure(`Cannot sign ${name}: ${path} cannot be read`);
    return hashed.sha256;
  };
  context.trace.variable('SOURCE_DATE_EPOCH');
  const key: SignatureKey = {
    program: hash(signer.path),
    content: content.sha256,
    kind,
    certificate: hash(signer.certificate.path),
    password: sha256Of(signer.certificate.password),
    chain: order.chainFiles.map(hash),
    timeStampServer: order.timeStampServer ?? null,
    time: context.environment['SOURCE_DATE_EPOCH'] ?? null,
  };
  const signed = (result: Content): Signed<Content> => ({ outcome: 'signed', by: signer.name, result });
  const known = context.cache.get(signatures, key);
  if (known !== undefined) return signed({ at: 'blob', ...known });
  const input = content.at === 'file' ? content.path : context.cache.blobs.path(content.sha256);
  if (input === undefined) throw new Error(`the cache lost ${content.sha256}`);
  return withStep(context, 'package', `the signature of ${name}`, () =>
    withPassword(context, signer.certificate, async (folder, passwordFile) => {
      const output = join(folder, 'signed');
      await run(context, name, signer, [
        ...(signer.name === 'rcodesign'
          ? rcodesignArguments(signer, order, passwordFile)
          : osslsigncodeArguments(context, signer, order, folder, passwordFile)),
        ...(signer.name === 'rcodesign' ? [input, output] : ['-in', input, '-out', output]),
      ]);
      const made = await fileContent(context, output, statSync(output).size);
      context.cache.put(signatures, key, { sha256: made.sha256, size: made.size }, { blobs: [made.sha256] });
      return signed(made);
    }),
  );
}

/** Signs an application bundle: `folder` is NAME.app, and the signed one is written to `output`. */
export async function signBundle(
  context: Context,
  folder: string,
  output: string,
  order: SigningOrder,
): Promise<Signed<string>> {
  const signer = signerFor(context, 'app-bundle', order);
  if (typeof signer === 'string') return { outcome: 'not-signed', why: signer };
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  return withStep(context, 'package', `the signature of ${name}`, () =>
    withPassword(context, signer.certificate, async (_scratch, passwordFile) => {
      await run(context, name, signer, [...rcodesignArguments(signer, order, passwordFile), folder, output]);
      return { outcome: 'signed', by: signer.name, result: output };
    }),
  );
}

async function run(context: Context, name: string, signer: Signer, args: readonly string[]): Promise<void> {
  await runProgram(context, `Cannot sign ${name}`, { program: signer.path, args, cwd: context.cache.folder });
}

function osslsigncodeArguments(
  context: Context,
  { certificate }: Signer,
  { chainFiles, timeStampServer }: SigningOrder,
  folder: string,
  passwordFile: string,
): readonly string[] {
  const chain = join(folder, 'chain.pem');
  if (chainFiles.length > 0)
    writeFileSync(chain, chainFiles.map((path) => readFileSync(path, 'utf8')).join('\n'));
  const epoch = context.environment['SOURCE_DATE_EPOCH'];
  return [
    'sign',
    '-pkcs12',
    certificate.path,
    // An empty file is not an empty password for every version.
    ...(certificate.password === '' ? ['-pass', ''] : ['-readpass', passwordFile]),
    '-h',
    'sha256',
    ...(chainFiles.length === 0 ? [] : ['-ac', chain]),
    ...(timeStampServer === undefined ? [] : ['-ts', timeStampServer]),
    ...(epoch === undefined || timeStampServer !== undefined ? [] : ['-time', epoch]),
  ];
}

/** Without a server rcodesign would ask Apple's. */
const rcodesignArguments = (
  { certificate }: Signer,
  { chainFiles, timeStampServer }: SigningOrder,
  passwordFile: string,
): readonly string[] => [
  'sign',
  '--p12-file',
  certificate.path,
  '--p12-password-file',
  passwordFile,
  ...chainFiles.flatMap((path) => ['--pem-file', path]),
  '--timestamp-url',
  timeStampServer ?? 'none',
];

/** The password is in a file that nobody else may read, and that is gone afterwards: arguments can be read by everybody. */
async function withPassword<T>(
  context: Context,
  { password }: { readonly password: string },
  body: (folder: string, passwordFile: string) => Promise<T>,
): Promise<T> {
  const folder = context.cache.scratch();
  mkdirSync(folder, { mode: 0o700 });
  try {
    const file = join(folder, 'password');
    writeFileSync(file, password, { mode: 0o600 });
    return await body(folder, file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
