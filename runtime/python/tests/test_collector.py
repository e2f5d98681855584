import importlib.util
import pathlib
import py_compile
import subprocess
import sys
import sysconfig
import tempfile
import unittest

import oxidized_importer
from oxidized_importer import OxidizedFinder, OxidizedResourceCollector, find_resources_in_path

FILES = {
    "pkg/__init__.py": "from .sub.mod import value\n",
    "pkg/sub/mod.py": "value = 7\n",
    "pkg/sub/notes/a.txt": "A",
    "pkg.pth": "ignored",
    "loose.txt": "in no package",
    "top.py": "assert value\n",
    "the_pkg-1.0.dist-info/METADATA": "Name: the-pkg\nVersion: 1.0\n",
    "the_pkg-1.0.dist-info/licenses/MIT": "MIT",
    "bad-1.0.dist-info/METADATA": "Name: bad\n",
}


def extension_module():
    """A library of the standard library that this Python loads from a file, or None."""
    folder = pathlib.Path(sysconfig.get_path("platstdlib"), "lib-dynload")
    return next(iter(folder.glob("_bisect.*.so")), None)


class Collector(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.source = self.root / "source"
        for name, text in FILES.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for optimize in (0, 2):
            py_compile.compile(str(self.source / "pkg/sub/mod.py"), optimize=optimize, doraise=True)

    def test_scan(self):
        found = [repr(resource) for resource in find_resources_in_path(self.source)]
        self.assertEqual(
            found,
            [
                '<PythonModuleSource module="pkg">',
                '<PythonModuleBytecode module="pkg.sub.mod", optimize_level="2">',
                '<PythonModuleBytecode module="pkg.sub.mod", optimize_level="0">',
                '<PythonModuleSource module="pkg.sub.mod">',
                '<PythonPackageResource package="pkg.sub", name="notes/a.txt">',
                '<PythonPackageDistributionResource package="the-pkg", version="1.0", name="METADATA">',
                '<PythonPackageDistributionResource package="the-pkg", version="1.0", name="licenses/MIT">',
                '<PythonModuleSource module="top">',
            ],
        )
        with self.assertRaises(ValueError):
            find_resources_in_path(self.source / "top.py")

    def test_collected_modules_import(self):
        for location in ("in-memory", "filesystem-relative"):
            with self.subTest(location):
                collector = OxidizedResourceCollector(allowed_locations=[location])
                for found in find_resources_in_path(self.source):
                    if location == "in-memory":
                        collector.add_in_memory(found)
                    else:
                        collector.add_filesystem_relative("lib", found)
                resources, files = collector.oxidize()
                self.assertEqual(len(files), 0 if location == "in-memory" else 8)
                for path, data, _ in files:
                    target = self.root / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
                finder = OxidizedFinder(relative_path_origin=self.root)
                finder.add_resources(resources)
                (self.root / "packed").write_bytes(finder.serialize_indexed_resources())
                self.assertEqual(self.ask("pkg.value"), "7")
                self.assertEqual(self.ask("pkg.value", "-OO"), "7")
                read = "importlib.resources.files('pkg.sub').joinpath('notes/a.txt').read_text()"
                self.assertEqual(self.ask(read), "A")
                self.assertEqual(self.ask("importlib.metadata.version('the_pkg')"), "1.0")

    def ask(self, expression, *flags):
        code = f"""
import importlib.metadata, importlib.resources, sys
from oxidized_importer import OxidizedFinder
finder = OxidizedFinder(relative_path_origin={str(self.root)!r})
finder.index_file_memory_mapped({str(self.root / "packed")!r})
sys.meta_path.insert(0, finder)
import pkg, pkg.sub.mod
print({expression})
"""
        package = str(pathlib.Path(oxidized_importer.__file__).parent.parent)
        code = f"import sys; sys.path.insert(0, {package!r}); sys.dont_write_bytecode = True\n{code}"
        done = subprocess.run([sys.executable, "-I", *flags, "-c", code], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.strip()

    def test_locations_are_kept_to(self):
        (source, *_) = find_resources_in_path(self.source)
        with self.assertRaises(ValueError):
            OxidizedResourceCollector(allowed_locations=["in-memory"]).add_filesystem_relative("lib", source)
        with self.assertRaises(ValueError):
            OxidizedResourceCollector(allowed_locations=["elsewhere"])
        with self.assertRaises(TypeError):
            OxidizedResourceCollector(allowed_locations=["in-memory"]).add_in_memory("text")

    @unittest.skipUnless(extension_module(), "this Python has its extension modules built in")
    def test_extension_module_from_memory(self):
        folder = self.root / "extension"
        folder.mkdir()
        library = extension_module()
        (folder / library.name).write_bytes(library.read_bytes())
        collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
        (found,) = find_resources_in_path(folder)
        self.assertEqual(found.name, "_bisect")
        collector.add_in_memory(found)
        finder = OxidizedFinder()
        finder.add_resources(collector.oxidize()[0])
        spec = finder.find_spec("_bisect", None)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.assertEqual(module.bisect_right([1, 2, 4], 3), 2)
        self.assertIsNot(module, sys.modules.get("_bisect"))
