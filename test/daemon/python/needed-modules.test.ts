// Which modules follow from those that a program was seen to import.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { neededModules } from '../../../daemon/python/needed-modules.ts';
import { scanTree } from '../../../daemon/python/scan.ts';
import { distributionOf, openRig, pythons } from './python-rig.ts';

const rig = openRig();
after(() => rig[Symbol.dispose]());
const python = await distributionOf(rig.context, pythons['3.11']);

let folders = 0;
type Files = Readonly<Record<string, string>>;

/** What follows from `roots`; files below "lib/" are of the standard library. */
function check(what: string, files: Files, roots: readonly string[], expected: readonly string[]): void {
  test(what, async () => {
    const root = `case-${++folders}`;
    const under = (folder: string): Files =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`${root}/${folder}/${path}`, text]));
    const library = Object.entries(files).filter(([path]) => path.startsWith('lib/'));
    rig.write({ [`${root}/app/.keep`]: '', [`${root}/lib/.keep`]: '' });
    rig.write(
      Object.fromEntries(
        Object.entries(under('app')).filter(([path]) => !path.startsWith(`${root}/app/lib/`)),
      ),
    );
    rig.write(Object.fromEntries(library.map(([path, text]) => [`${root}/${path}`, text])));
    const resources = [
      ...(await scanTree(rig.context, `${rig.folder}/${root}/app`)),
      ...(await scanTree(rig.context, `${rig.folder}/${root}/lib`, { isStdlib: true })),
    ];
    assert.deepEqual(await neededModules(rig.context, python, resources, roots), expected);
  });
}

suite('what follows', { concurrency: false }, () => {
  check(
    'imports, with the packages around them',
    { 'a.py': 'import p.q', 'p/__init__.py': '', 'p/q.py': '', 'p/r.py': '' },
    ['a'],
    ['a', 'p', 'p.q'],
  );
  check(
    'names that are submodules',
    {
      'p/__init__.py': '',
      'p/a.py': 'from . import b\nfrom .c import d\nfrom p import e',
      'p/b.py': '',
      'p/c.py': 'd = 1',
      'p/e.py': '',
    },
    ['p.a'],
    ['p', 'p.a', 'p.b', 'p.c', 'p.e'],
  );
  check('relative imports that lead out', { 'p/__init__.py': 'from ... import x' }, ['p'], ['p']);
  check(
    "an application's late imports",
    {
      'a.py':
        'def f():\n  import b\nif x:\n  import c\nelse:\n  import d\ntry:\n  import e\nexcept ImportError:\n  import f',
      'b.py': '',
      'c.py': '',
      'd.py': '',
      'e.py': '',
      'f.py': '',
    },
    ['a'],
    ['a', 'b', 'c', 'd', 'e', 'f'],
  );
  check(
    'not those for type checkers and other systems',
    {
      'a.py':
        'if TYPE_CHECKING:\n  import b\nif typing.TYPE_CHECKING:\n  import b\nif sys.platform == "win32":\n  import c\nelse:\n  import d',
      'b.py': '',
      'c.py': '',
      'd.py': '',
    },
    ['a'],
    ['a', 'd'],
  );
  check(
    'names in literals',
    {
      'a.py': '__import__("b")\nimportlib.import_module("c.d")\nimport_module(x)',
      'b.py': '',
      'c/__init__.py': '',
      'c/d.py': '',
    },
    ['a'],
    ['a', 'b', 'c', 'c.d'],
  );
  check(
    'codecs in literals',
    {
      'a.py': 'open(x, encoding="Latin-1")\n"".encode("koi8-r")',
      'lib/encodings/__init__.py': '',
      'lib/encodings/latin_1.py': '',
      'lib/encodings/koi8_r.py': '',
      'lib/encodings/cp037.py': '',
    },
    ['a'],
    ['a', 'encodings', 'encodings.koi8_r', 'encodings.latin_1'],
  );
  check(
    "the library's imports, not its late ones",
    {
      'lib/a.py':
        'import b\nclass C:\n  import c\ntry:\n  import d\nexcept ImportError: pass\ndef f(x=__import__("e")):\n  import g',
      'lib/b.py': '',
      'lib/c.py': '',
      'lib/d.py': '',
      'lib/e.py': '',
      'lib/g.py': '',
    },
    ['a'],
    ['a', 'b', 'c', 'd', 'e'],
  );
  check(
    'late ones where they are cheap and the application imports the module',
    {
      'app.py': 'import a',
      'lib/a.py': 'import deep\ndef f():\n  import small, large, behind',
      'lib/small.py': '',
      'lib/large.py': `x = "${'x'.repeat(70_000)}"`,
      'lib/behind.py': 'import large',
      'lib/deep.py': 'def f():\n  import far',
      'lib/far.py': '',
    },
    ['app'],
    ['a', 'app', 'deep', 'small'],
  );
  check(
    'what native modules import',
    {
      'a.py': 'import _socket',
      'lib/encodings/__init__.py': '',
      'lib/encodings/idna.py': 'import stringprep',
      'lib/stringprep.py': '',
    },
    ['a'],
    ['a', 'encodings', 'encodings.idna', 'stringprep'],
  );
  check(
    'loops and files that do not parse',
    { 'a.py': 'import b', 'b.py': 'import a, c', 'c.py': 'def' },
    ['a'],
    ['a', 'b', 'c'],
  );
  check('nothing of what is not there', { 'a.py': 'import nowhere.at.all' }, ['a', 'gone'], ['a']);
});
