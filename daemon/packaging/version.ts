// Versions of Python distributions: https://packaging.python.org/en/latest/specifications/version-specifiers/

const pattern =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

const preNames: Readonly<Record<string, string>> = {
  alpha: 'a',
  beta: 'b',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/** The form that file names have, such as "1.0b2.post1" of "v1.0-Beta.2-1"; undefined when it is no version. */
export function canonicalVersion(text: string): string | undefined {
  const parts = pattern.exec(text.trim().toLowerCase())?.groups;
  if (parts === undefined) return undefined;
  const number = (digits: string | undefined): string =>
    String(BigInt(digits === '' ? '0' : (digits ?? '0')));
  const { epoch, release = '', pre, implicitPost, post, dev, local } = parts;
  return [
    epoch === undefined || number(epoch) === '0' ? '' : `${number(epoch)}!`,
    release.split('.').map(number).join('.'),
    pre === undefined ? '' : `${preNames[pre] ?? pre}${number(parts['preNumber'])}`,
    implicitPost === undefined && post === undefined
      ? ''
      : `.post${number(implicitPost ?? parts['postNumber'])}`,
    dev === undefined ? '' : `.dev${number(parts['devNumber'])}`,
    local === undefined
      ? ''
      : `+${local
          .split(/[-_.]/)
          .map((part) => (/^\d+$/.test(part) ? number(part) : part))
          .join('.')}`,
  ].join('');
}
