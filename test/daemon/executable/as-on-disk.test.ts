// What programs and libraries ask of modules, packages and data files: packed, the answers are those of a folder on disk.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { buildStub, memoryLayer, packFolder, testPython, writeExecutable } from './packing.ts';

const python = testPython();
const folder = mkdtempSync(join(tmpdir(), 'oxd-as-on-disk-'));
const sources = join(folder, 'sources');
const disk = join(folder, 'disk');
const program = join(folder, 'program');
after(() => rmSync(folder, { recursive: true, force: true }));

const files: Record<string, string> = {
  'pkg/__init__.py': '"""A package."""\nvalue = 1\n',
  'pkg/module.py':
    'class Thing:\n    """A thing."""\n    def fail(self):\n        raise ValueError("in a packed module")\n\ndef function(x):\n    # a comment\n    return Thing\n',
  'pkg/sub/__init__.py': 'from .. import module\n',
  'pkg/sub/deep.py': 'name = __name__\n',
  'pkg/run.py': 'import sys\nvalue = (__name__, __package__, sys.argv[0])\n',
  'pkg/data.txt': 'größe\n',
  'pkg/folder/more.bin': '\u0000\u0001',
  'single.py': 'value = "single"\n',
  'ns/packed.py': 'where = "packed"\n',
  'extra.pth': 'pkg/folder\nimport sys; sys.from_pth = True\n# a comment\n',
  'some_dist-1.2.dist-info/METADATA':
    'Metadata-Version: 2.1\nName: Some.Dist\nVersion: 1.2\nRequires-Dist: other (>1)\n\nText.\n',
  'some_dist-1.2.dist-info/entry_points.txt': '[group]\nname = pkg.module:function\n',
  'some_dist-1.2.dist-info/RECORD': 'pkg/__init__.py,,\npkg/data.txt,,\n',
  'some_dist-1.2.dist-info/top_level.txt': 'pkg\nsingle\n',
};
const onDisk: Record<string, string> = {
  'ns/beside.py': 'where = "disk"\n',
  'single.py': 'value = "on disk"\n',
};

/** Each is an expression or statements that leave `answer`; `root` is the folder, `disk` another one that lies on disk. */
const questions: readonly string[] = [
  'answer = [(m.__name__, m.__file__, m.__cached__, m.__package__, m.__doc__, getattr(m, "__path__", None)) for m in (pkg, pkg.module, pkg.sub, single)]',
  'answer = [(s.name, s.origin, s.cached, s.has_location, s.parent, s.submodule_search_locations) for s in (pkg.__spec__, pkg.module.__spec__)]',
  'answer = isinstance(pkg.__loader__, importlib.machinery.SourceFileLoader)',
  'answer = [importlib.util.find_spec(name) and importlib.util.find_spec(name).origin for name in ("pkg.sub.deep", "nothing", "single")]',
  'answer = [attempt(importlib.util.find_spec, name) for name in ("single.x", "nothing.x", "pkg.nothing")]',
  'answer = loader.get_code("pkg.module").co_filename, loader.get_code("pkg.module").co_names',
  'answer = loader.get_source("pkg.module")',
  'answer = loader.get_data(pkg.module.__file__), loader.get_data(root + "/pkg/data.txt")',
  'answer = loader.get_filename("pkg.module"), loader.is_package("pkg.module"), pkg.__loader__.is_package("pkg"), loader.path, loader.name',
  'answer = [attempt(f, x) for f, x in ((loader.get_source, "pkg"), (loader.get_code, "pkg"), (loader.get_filename, "other"), (loader.get_data, root + "/none"))]',
  'reader = pkg.__loader__.get_resource_reader("pkg"); answer = sorted(n for n in reader.contents() if n != "__pycache__"), reader.is_resource("data.txt"), reader.is_resource("sub"), reader.open_resource("data.txt").read(), reader.resource_path("data.txt"), attempt(reader.open_resource, "none")',
  'f = importlib.resources.files("pkg"); answer = str(f), sorted(p.name for p in f.iterdir() if p.name != "__pycache__"), f.joinpath("data.txt").read_text("utf-8"), (f / "folder").is_dir(), (f / "none").exists(), (f / "folder" / "more.bin").read_bytes()',
  'with importlib.resources.as_file(importlib.resources.files("pkg") / "data.txt") as path: answer = str(path), path.read_bytes()',
  'answer = (importlib.resources.files("ns") / "packed.py").read_text()',
  'd = importlib.metadata.distribution("some-dist"); answer = d.version, d.metadata["Name"], d.requires, [str(f) for f in d.files], d.read_text("none"), d.entry_points[0].load() is pkg.module.function',
  'answer = [(e.name, e.value) for e in importlib.metadata.entry_points(group="group")], importlib.metadata.version("Some.Dist"), attempt(importlib.metadata.version, "none"), importlib.metadata.packages_distributions()["single"]',
  'answer = [tuple(m)[1:] for m in pkgutil.iter_modules(pkg.__path__)], [m.name for m in pkgutil.walk_packages(pkg.__path__, "pkg.")]',
  'answer = pkgutil.get_data("pkg", "data.txt"), pkgutil.get_data("pkg.sub", "deep.py"), attempt(pkgutil.get_data, "pkg", "none"), pkgutil.resolve_name("pkg.module:Thing.fail") is pkg.module.Thing.fail',
  'sys.argv[0] = "me"; answer = runpy.run_module("pkg.run")["value"], runpy.run_module("pkg.run", run_name="__main__", alter_sys=True)["value"], runpy.run_path(root + "/pkg/run.py")["value"]',
  'answer = inspect.getsource(pkg.module.function), inspect.getfile(pkg.module.Thing), inspect.getsourcelines(pkg.module.Thing.fail), inspect.getmodule(pkg.module.Thing).__name__, inspect.getcomments(pkg.module.function), inspect.getdoc(pkg.module.Thing)',
  'answer = linecache.getline(pkg.module.__file__, 1), linecache.checkcache(), linecache.getline(pkg.module.__file__, 4)',
  'try: pkg.module.Thing().fail()\nexcept ValueError as e: answer = traceback.format_exc().splitlines()[2:]',
  'answer = pickle.loads(pickle.dumps(pkg.module.Thing)) is pkg.module.Thing, pickle.loads(pickle.dumps(pkg.module.function)) is pkg.module.function, pickle.loads(pickle.dumps(loader)) == loader, copy.copy(pkg.__spec__) == pkg.__spec__, hash(loader) == hash(copy.copy(loader))',
  'pkg.value = 2; answer = importlib.reload(pkg) is pkg, pkg.value, importlib.import_module(".module", "pkg") is pkg.module, importlib.invalidate_caches()',
  'import ns.packed, ns.beside; answer = ns.packed.where, ns.beside.where, list(ns.__path__), getattr(ns, "__file__", None), ns.packed.__spec__.parent',
  'answer = [(n, bool(s)) for n in ("ns.beside", "ns.none") for s in [importlib.util.find_spec(n)]], pkgutil.extend_path(["x"], "ns")',
  'import inzip; answer = inzip.value, type(inzip.__loader__).__name__',
  'sys.path.insert(0, disk); del sys.modules["single"]; import single as other; answer = other.value, other.__file__; sys.path.remove(disk); del sys.modules["single"]; import single',
  'sys.from_pth = False; before = list(sys.path); site.addsitedir(root); answer = sys.from_pth, [p for p in sys.path if p not in before]; sys.path[:] = before',
  'answer = sorted(os.path.relpath(os.path.join(d, f), root) for d, _, names in os.walk(root + "/pkg") for f in names if "__pycache__" not in d), sorted(os.listdir(root + "/pkg/folder"))',
  'answer = [os.path.relpath(p, root) for p in sorted(glob.glob(root + "/pkg/**/*.py", recursive=True))], sorted(p.name for p in pathlib.Path(root, "pkg").glob("*.py"))',
  'answer = [f(root + "/pkg/data.txt") for f in (os.path.getsize, os.path.isfile, os.path.isdir, os.path.islink, os.path.realpath)], attempt(open, root + "/pkg/data.txt/x"), attempt(os.listdir, root + "/none")',
  'answer = [line for line in open(root + "/pkg/data.txt", encoding="utf-8")], mmap.mmap(os.open(root + "/pkg/data.txt", os.O_RDONLY), 0, prot=mmap.PROT_READ)[:]',
  'with tempfile.TemporaryDirectory() as d: shutil.copytree(root + "/pkg", d + "/c", ignore=shutil.ignore_patterns("__pycache__")); answer = sorted(os.listdir(d + "/c")), filecmp.cmp(d + "/c/data.txt", root + "/pkg/data.txt", shallow=False)',
  'answer = tokenize.open(pkg.module.__file__).readline(), ast.parse(open(pkg.module.__file__).read()).body[0].name',
  'answer = pydoc.locate("pkg.module.Thing").__doc__, unittest.defaultTestLoader.loadTestsFromName("pkg.module").countTestCases()',
  'answer = warnings.formatwarning("w", UserWarning, pkg.module.__file__, 4)',
];

const script = `
import ast, copy, filecmp, glob, importlib, importlib.machinery, importlib.metadata, importlib.resources, importlib.util
import inspect, json, linecache, mmap, os, pathlib, pickle, pkgutil, pydoc, runpy, shutil, site
import sys, tempfile, tokenize, traceback, unittest, warnings, zipfile
root, disk = os.environ["ROOT"], os.environ["ON_DISK"]
with zipfile.ZipFile(disk + "/z.zip", "w") as archive: archive.writestr("inzip.py", "value = 'zipped'")
sys.path += [disk, disk + "/z.zip"]
if os.environ.get("ADD"): sys.path.insert(0, root)
import pkg, pkg.module, pkg.sub, single
loader = pkg.module.__loader__
def attempt(function, *arguments):
    try: return repr(function(*arguments))
    except Exception as error: return type(error).__name__, getattr(error, "errno", None), str(error)
answers = []
for question in json.loads(os.environ["QUESTIONS"]):
    answer = None
    try: exec(question)
    except Exception: answer = traceback.format_exc()
    answers.append(repr(answer).replace(root, "ROOT"))
print(json.dumps(answers))
`;

suite('packed as on disk', () => {
  let plain: string[] = [];
  let packed: string[] = [];
  before(async () => {
    for (const [place, contents] of [
      [sources, files],
      [disk, onDisk],
    ] as const)
      for (const [path, content] of Object.entries(contents)) {
        mkdirSync(dirname(join(place, path)), { recursive: true });
        writeFileSync(join(place, path), content);
      }
    const { files: layerFiles, modules } = packFolder(python, sources, '');
    await writeExecutable(python, {
      output: program,
      stub: buildStub(python),
      layers: [memoryLayer(layerFiles, modules)],
      run: { mode: 'eval', code: script },
    });
    const ask = (command: readonly string[], root: string, add: string): string[] => {
      const [executable = '', ...args] = command;
      const result = spawnSync(executable, args, {
        cwd: folder,
        encoding: 'utf8',
        env: {
          PATH: '/usr/bin:/bin',
          LANG: 'C.UTF-8',
          ROOT: root,
          ON_DISK: disk,
          ADD: add,
          QUESTIONS: JSON.stringify(questions),
        },
      });
      assert.equal(result.status, 0, result.stderr);
      return JSON.parse(result.stdout) as string[];
    };
    plain = ask([python.executable, '-I', '-S', '-c', script], sources, 'yes');
    packed = ask([program], program, '');
  });

  for (const [index, question] of questions.entries())
    test(question, () => {
      assert.doesNotMatch(plain[index] ?? '', /Traceback/);
      assert.equal(packed[index], plain[index]);
    });
});
