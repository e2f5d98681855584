import assert from 'node:assert/strict';
import { test } from 'node:test';

import { yamlText, type YamlValue } from '../../../daemon/config/yaml-text.ts';

const map = (entries: Record<string, YamlValue>): YamlValue => new Map(Object.entries(entries));

const rows: [value: YamlValue, text: string][] = [
  [map({}), '{}\n'],
  [map({ name: 'tool', 'stop-timeout': 5, flag: true }), 'name: tool\nstop-timeout: 5\nflag: true\n'],
  [map({ list: ['a', 'b c'], none: [] }), 'list:\n  - a\n  - b c\nnone: []\n'],
  [map({ apps: map({ tool: map({ command: 'bin/tool' }) }) }), 'apps:\n  tool:\n    command: bin/tool\n'],
  [map({ items: [map({ a: '1' })] }), 'items:\n  -\n    a: "1"\n'],
  [
    map({ version: '1.0', on: 'yes', odd: ': #', empty: '' }),
    'version: "1.0"\n"on": "yes"\nodd: ": #"\nempty: ""\n',
  ],
  [map({ 'override-build': 'set -e\n\nmake: x\n' }), 'override-build: |\n  set -e\n\n  make: x\n'],
  [map({ text: 'a\nb' }), 'text: |-\n  a\n  b\n'],
  [map({ text: ' a\nb' }), 'text: " a\\nb"\n'],
];
for (const [value, text] of rows) test(JSON.stringify(text), () => assert.equal(yamlText(value), text));
