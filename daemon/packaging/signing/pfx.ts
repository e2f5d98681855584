import { createSecureContext } from 'node:tls';

/** OpenSSL has checked the password when it finds that the rest is encrypted in a way of before 2000. */
const oldEncryption = 'ERR_CRYPTO_UNSUPPORTED_OPERATION';

/** Why a PKCS #12 file cannot be used with a password; undefined when it can. */
export function pfxFault(bytes: Uint8Array, password: string): string | undefined {
  try {
    createSecureContext({ pfx: Buffer.from(bytes), passphrase: password });
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === oldEncryption) return undefined;
    return message.includes('mac verify failure') ? 'its password is another one' : 'it is no PKCS #12 file';
  }
}
