// Which variables of a client's environment steps may see. The daemon's own environment is never used for a build: it is
// that of whoever happened to start it.

const names = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'LANG',
  'LANGUAGE',
  'SOURCE_DATE_EPOCH',
  'SDKROOT',
  'MACOSX_DEPLOYMENT_TARGET',
  'PYENV_ROOT',
  'PYENV_VERSION',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CC',
  'CXX',
  'CPP',
  'AR',
  'AS',
  'LD',
  'NM',
  'STRIP',
  'RANLIB',
  'CFLAGS',
  'CXXFLAGS',
  'CPPFLAGS',
  'LDFLAGS',
  'ARFLAGS',
  'LIBRARY_PATH',
  'CPATH',
  'C_INCLUDE_PATH',
  'CPLUS_INCLUDE_PATH',
  'MAKEFLAGS',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'NETRC',
  'SSH_AUTH_SOCK',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
]);
/** No PYTHON*: what a config builds must not depend on a shell's PYTHONPATH. */
const prefixes = [
  'LC_',
  'CARGO_',
  'RUST',
  'PIP_',
  'UV_',
  'OXD_',
  'SSL_CERT_',
  'PKG_CONFIG',
  'GIT_SSL_',
  'CC_',
  'CXX_',
  'AR_',
  'CFLAGS_',
  'CXXFLAGS_',
  'LDFLAGS_',
];
const proxies = new Set(['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy']);

const isForSteps = (name: string): boolean =>
  names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)) || proxies.has(name.toLowerCase());

/** The part of an environment that a build may see. */
export function environmentForSteps(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const name in environment) {
    // The name first: reading a value of process.env is not free.
    const value = isForSteps(name) ? environment[name] : undefined;
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
}

/** What the daemon itself starts with: enough to find a home, a temporary folder and the network; nothing of a project. */
export function environmentForDaemon(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const own =
    /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|LANG|LC_.*|XDG_.*|SSL_CERT_.*|NODE_EXTRA_CA_CERTS|OXD_IDLE_MS|OXD_LOG)$/;
  const chosen: Record<string, string> = {};
  for (const name in environment) {
    const value = environment[name];
    if (value !== undefined && (own.test(name) || proxies.has(name.toLowerCase()))) chosen[name] = value;
  }
  return chosen;
}
