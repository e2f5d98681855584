// Archives of python-build-standalone that can be downloaded. Hashes of the "full" ones are those that PyOxidizer's own
// table has for the same files; of the others, those that the package pbs-installer 2026.10.25 publishes.

export type KnownDistribution = {
  readonly version: string;
  readonly triple: string;
  /** Static ones are linked in; shared ones are packed as a library beside. */
  readonly linking: 'static' | 'shared';
  readonly url: string;
  readonly sha256: string;
};

const releases = 'https://github.com/astral-sh/python-build-standalone/releases/download';

const known = (
  version: string,
  release: string,
  machine: 'x86_64' | 'aarch64',
  variant: 'pgo-full' | 'noopt-full' | 'install_only_stripped',
  sha256: string,
): KnownDistribution => {
  const triple = `${machine}-unknown-linux-gnu`;
  const isFull = variant !== 'install_only_stripped';
  return {
    version,
    triple,
    linking: isFull ? 'static' : 'shared',
    url: `${releases}/${release}/cpython-${version}%2B${release}-${triple}-${variant}.tar.${isFull ? 'zst' : 'gz'}`,
    sha256,
  };
};

/**
 * Best first: static before shared (link-time optimized "full" archives hold another compiler's bitcode and cannot be
 * linked by everyone, so these are the last that came without), then newest.
 */
export const knownDistributions: readonly KnownDistribution[] = [
  known(
    '3.12.2',
    '20240224',
    'x86_64',
    'pgo-full',
    '4b7e7c7bb0daa771d6e538da1a182cbd02734c21fa3fb4da37d76ac45ae67964',
  ),
  known(
    '3.11.8',
    '20240224',
    'x86_64',
    'pgo-full',
    '812b818571d2edc097ed67dd0087a9d9754afcb9aebcb8643fc73be34ce2cbfe',
  ),
  known(
    '3.10.13',
    '20240224',
    'x86_64',
    'pgo-full',
    '506ea99e2cc32210aa5c409be29fed6be48bfb4a35756b7b0854c050e7924ddd',
  ),
  known(
    '3.12.2',
    '20240224',
    'aarch64',
    'noopt-full',
    '8845ffffd3bc4a87339bb4961f2025506f0143c82a73cf587c1f5eb1ccdd0fd1',
  ),
  known(
    '3.11.8',
    '20240224',
    'aarch64',
    'noopt-full',
    'cde2b2c809635c2346d9d43675d75f5086f302fe40191b23b0866108ebb02ef4',
  ),
  known(
    '3.10.13',
    '20240224',
    'aarch64',
    'noopt-full',
    'ab7195f04182d94aa675e738b6cf8affd4e897e7be7f02224cf36865194be344',
  ),
  known(
    '3.13.17',
    '20261021',
    'x86_64',
    'install_only_stripped',
    'f829adc9d888e76c8801b4799ed444188d35239fcae3a9808a99ec5cb0d8d92c',
  ),
  known(
    '3.12.15',
    '20261021',
    'x86_64',
    'install_only_stripped',
    '6d7521138fd33afddc1ccd08abb007d9a2829e38117c2576f9efdc0ec73ce772',
  ),
  known(
    '3.11.17',
    '20261021',
    'x86_64',
    'install_only_stripped',
    '224ca8be2d28841e7a382a27c51e74f4ed0aabe249a79294684e782363165948',
  ),
  known(
    '3.10.22',
    '20261009',
    'x86_64',
    'install_only_stripped',
    'caa66b308e10f35b8114054df7d927903f971f631cfa3237b84c40d5d5f35549',
  ),
  known(
    '3.13.17',
    '20261021',
    'aarch64',
    'install_only_stripped',
    'c6857c65b996701a5da104cbb49b35249c0c026dc0664239b04f7156aa88326a',
  ),
  known(
    '3.12.15',
    '20261021',
    'aarch64',
    'install_only_stripped',
    'b4567aa5a11f51b540c4dfd9e082ebf23e554f8ac17b85caa6cea23e83693394',
  ),
  known(
    '3.11.17',
    '20261021',
    'aarch64',
    'install_only_stripped',
    'a2364356a17f63de74120a55d5af1f8ae56b8e700c9d43f478ba90e2f543f3a6',
  ),
  known(
    '3.10.22',
    '20261009',
    'aarch64',
    'install_only_stripped',
    'ecbe978a7ecbeb3a9aed67bb5d161180701513b4fa8101037b2a3f1ac11e96be',
  ),
];
