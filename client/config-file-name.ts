/** What a config is called, wherever it is looked for or written. */
export const configFileName = 'pyoxidizer.bzl';
