import { X509Certificate } from 'node:crypto';

import type { Certificate, SignableKind } from '../packaging/signing/signing-order.ts';
import { ConfigError, ConfigObject, type Callable } from './config-object.ts';
import { declareFunction, membersOf, type FunctionDeclaration, type TypeDeclaration } from './declaration.ts';
import type { Evaluation } from './evaluation.ts';
import { callable, choice, str, withDefault, type Parameter } from './parameter.ts';

/** A certificate to sign with, once it is activated. */
export class CodeSigner extends ConfigObject {
  override readonly typeName = 'CodeSigner';
  readonly certificate: Certificate;
  readonly chainFiles: string[] = [];
  timeStampServer: string | undefined;
  callback: Callable | undefined;

  constructor(certificate: Certificate) {
    super();
    this.certificate = certificate;
  }

  /** Windows keeps its certificates for its own kinds of files. */
  canSign(kind: SignableKind): boolean {
    return this.certificate.from === 'pfx' || kind === 'pe' || kind === 'msi';
  }
}

function readPfx(evaluation: Evaluation, path: string, password: string): CodeSigner {
  const absolute = evaluation.absolute(path);
  const fault = evaluation.outlet.ask('pfxFault', { path: absolute, password });
  if (fault !== null)
    throw new ConfigError(
      `cannot use the certificate ${absolute}: ${fault}`,
      'give the path of a .pfx or .p12 file with its key, and its password',
    );
  return new CodeSigner({ from: 'pfx', path: absolute, password });
}

const thumbprint: Parameter<string> = {
  type: 'str',
  expected: 'a SHA-1 thumbprint, which is 40 hexadecimal digits,',
  read(value) {
    if (typeof value !== 'string') return undefined;
    const digits = value.replaceAll(/[\s:]/g, '').toLowerCase();
    return /^[0-9a-f]{40}$/.test(digits) ? { is: digits } : undefined;
  },
};

const store = withDefault(choice(['my', 'root', 'trust', 'ca', 'userds']), 'my');

export const codeSignerFunctions: readonly FunctionDeclaration[] = [
  declareFunction({
    name: 'code_signer_from_pfx_file',
    doc: 'A signer with the certificate and the key in a .pfx (PKCS #12) file. It signs files of Windows and macOS.',
    generation: 'modern',
    parameters: { path: str, password: str },
    returns: 'CodeSigner',
    call: (evaluation, { path, password }) => readPfx(evaluation, path, password),
  }),
  declareFunction({
    name: 'code_signer_from_windows_store_sha1_thumbprint',
    doc: 'A signer with a certificate in the store of a Windows machine, known by its thumbprint. It signs files of Windows, there.',
    generation: 'modern',
    parameters: { thumbprint, store },
    returns: 'CodeSigner',
    call: (_evaluation, values) =>
      new CodeSigner({
        from: 'windows-store',
        by: 'sha1-thumbprint',
        value: values.thumbprint,
        store: values.store,
      }),
  }),
  declareFunction({
    name: 'code_signer_from_windows_store_subject',
    doc: 'A signer with a certificate in the store of a Windows machine, known by a part of its subject. It signs files of Windows, there.',
    generation: 'modern',
    parameters: { subject: str, store },
    returns: 'CodeSigner',
    call: (_evaluation, values) =>
      new CodeSigner({ from: 'windows-store', by: 'subject', value: values.subject, store: values.store }),
  }),
  declareFunction({
    name: 'code_signer_from_windows_store_auto',
    doc: 'A signer with the best certificate that the store of a Windows machine has. It signs files of Windows, there.',
    generation: 'modern',
    parameters: {},
    returns: 'CodeSigner',
    call: () => new CodeSigner({ from: 'windows-store', by: 'auto' }),
  }),
];

const { method } = membersOf<CodeSigner>();

export const codeSignerType: TypeDeclaration = {
  name: 'CodeSigner',
  doc: 'Signs what can be signed, once it is activated. What this machine has no program for is written down with the commands to run elsewhere. Made by the `code_signer_from_` functions.',
  generation: 'modern',
  attributes: [],
  methods: [
    method({
      name: 'activate',
      doc: 'Uses this signer from now on, after those that were activated before.',
      generation: 'modern',
      parameters: {},
      call(self, _values, evaluation) {
        if (!evaluation.signers.includes(self)) evaluation.signers.push(self);
      },
    }),
    method({
      name: 'chain_issuer_certificates_pem_file',
      doc: 'Adds the certificates in a PEM file to what is in a signature: those that issued the one that signs.',
      generation: 'modern',
      parameters: { path: str },
      call(self, { path }, evaluation) {
        const absolute = evaluation.absolute(path);
        const text = evaluation.outlet.ask('readText', { path: absolute });
        const blocks = text?.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
        if (blocks.length === 0 || !blocks.every(isCertificate))
          throw new ConfigError(
            `cannot use ${absolute}: it holds no certificates`,
            'give a PEM file with CERTIFICATE blocks',
          );
        self.chainFiles.push(absolute);
      },
    }),
    method({
      name: 'chain_issuer_certificates_macos_keychain',
      doc: 'Accepted for compatibility: the keychain is on macOS. Use a PEM file.',
      generation: 'modern',
      parameters: {},
      call(_self, _values, evaluation) {
        evaluation.outlet.warn(
          'chain_issuer_certificates_macos_keychain() has no effect: this machine has no keychain of macOS',
          'export the certificates and use chain_issuer_certificates_pem_file()',
        );
      },
    }),
    method({
      name: 'set_time_stamp_server',
      doc: 'The address of a server that confirms when something was signed (RFC 3161).',
      generation: 'modern',
      parameters: { url: str },
      call(self, { url }) {
        if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
          throw new ConfigError(
            `invalid address of a time-stamp server ${JSON.stringify(url)}`,
            'use http://…',
          );
        self.timeStampServer = url;
      },
    }),
    method({
      name: 'set_signing_callback',
      doc: 'A function that is called with a CodeSigningRequest before something is signed, and may change it.',
      generation: 'modern',
      parameters: { func: callable },
      call(self, { func }) {
        self.callback = func;
      },
    }),
  ],
};

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
