// The commands that sign what could not be signed where it was built.
import type { SignableKind, SigningOrder } from './signing-order.ts';

/** Stands for the password of a .pfx file in commands: it is written nowhere. */
export const passwordVariable = 'OXD_PFX_PASSWORD';

/** One line for each program that can do it. `file` is relative to the folder that they are run in. */
export function signingCommands(file: string, kind: SignableKind, order: SigningOrder): readonly string[] {
  const { certificate, chainFiles, timeStampServer: server } = order;
  if (kind === 'mach-o' || kind === 'app-bundle') {
    if (certificate.from !== 'pfx') return [];
    const chain = chainFiles.map((path) => `--pem-file ${shell(path)}`);
    return [
      [
        'rcodesign sign',
        `--p12-file ${shell(certificate.path)} --p12-password "$${passwordVariable}"`,
        ...chain,
        ...(server === undefined ? [] : [`--timestamp-url ${shell(server)}`]),
        shell(file),
      ].join(' '),
    ];
  }
  const signtool = [
    'signtool sign /fd sha256',
    ...(server === undefined ? [] : [`/tr "${server}" /td sha256`]),
    ...chainFiles.map((path) => `/ac "${path}"`),
    chosen(order),
    `"${file.replaceAll('/', '\\')}"`,
  ].join(' ');
  if (certificate.from !== 'pfx') return [signtool];
  const osslsigncode = [
    'osslsigncode sign',
    `-pkcs12 ${shell(certificate.path)} -pass "$${passwordVariable}" -h sha256`,
    ...chainFiles.map((path) => `-ac ${shell(path)}`),
    ...(server === undefined ? [] : [`-ts ${shell(server)}`]),
    `-in ${shell(file)} -out ${shell(`${file}.signed`)}`,
  ].join(' ');
  return [signtool, osslsigncode];
}

/** How signtool finds the certificate. */
function chosen({ certificate }: SigningOrder): string {
  if (certificate.from === 'pfx') return `/f "${certificate.path}" /p "%${passwordVariable}%"`;
  if (certificate.by === 'auto') return '/a';
  const by = certificate.by === 'subject' ? '/n' : '/sha1';
  return `/s ${certificate.store} ${by} "${certificate.value}"`;
}

const shell = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
