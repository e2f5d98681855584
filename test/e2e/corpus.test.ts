// The quick ones of the corpus: real packages as one file, where nothing of the build is left. `npm run test:corpus` does all.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { packages } from '../corpus/packages.ts';
import { probe } from '../corpus/probe.ts';
import { stopDaemon } from './oxd.ts';

suite('packages work from one file', () => {
  after(() => stopDaemon());

  for (const wanted of packages.filter(({ isQuick }) => isQuick))
    test(wanted.name, () => assert.deepEqual(probe(wanted).faults, []));
});
