import importlib
import importlib.metadata
import importlib.resources
import marshal
import pathlib
import pkgutil
import sys
import tempfile
import traceback
import unittest

from oxidized_importer import OxidizedFinder, OxidizedPathEntryFinder
from test_packed import named

METADATA = b"Metadata-Version: 2.1\nName: Some.Thing\nVersion: 1.5\nRequires-Dist: other\n"
RESOURCES = [
    named(
        "packed_a",
        is_module=True,
        is_package=True,
        in_memory_source=b"# \xc3\xa4\r\nfrom . import b\n",
        in_memory_package_resources={"top.txt": b"top", "data/x.json": b"{}"},
        in_memory_distribution_resources={"METADATA": METADATA, "entry_points.txt": b"[g]\nrun = packed_a:b\n"},
    ),
    named("packed_a.b", is_module=True, in_memory_source=b"value = 1\ndef fail():\n    raise KeyError(value)\n"),
    named("packed_code", is_module=True, in_memory_bytecode=marshal.dumps(compile("value = 2", "packed_code", "exec"))),
    named("packed_none", is_module=True),
]


class Finder(unittest.TestCase):
    def setUp(self):
        self.finder = OxidizedFinder()
        self.finder.add_resources(RESOURCES)
        sys.meta_path.insert(0, self.finder)
        self.addCleanup(sys.meta_path.remove, self.finder)
        self.addCleanup(self.forget)

    def forget(self):
        for name in [name for name in sys.modules if name.startswith("packed_")]:
            del sys.modules[name]

    def test_imports_from_memory(self):
        package = importlib.import_module("packed_a")
        self.assertEqual(package.b.value, 1)
        self.assertEqual(package.__path__, [str(pathlib.Path(self.finder.path_hook_base_str, "packed_a"))])
        self.assertFalse(hasattr(package, "__file__"))
        self.assertIs(package.__spec__.loader, self.finder)
        self.assertEqual(importlib.import_module("packed_code").value, 2)
        with self.assertRaises(ModuleNotFoundError):
            importlib.import_module("packed_none")
        importlib.reload(package)

    def test_tracebacks_show_source(self):
        try:
            importlib.import_module("packed_a.b").fail()
        except KeyError:
            text = traceback.format_exc()
        self.assertIn('File "packed_a.b", line 3, in fail\n    raise KeyError(value)', text)

    def test_loader_methods(self):
        self.assertEqual(self.finder.get_source("packed_a"), "# ä\nfrom . import b\n")
        self.assertIsNone(self.finder.get_source("packed_code"))
        self.assertIsNone(self.finder.get_code("unknown"))
        self.assertIsNotNone(self.finder.find_spec("packed_a.__init__", None))
        for name in ("unknown", "packed_a"):
            with self.assertRaises(ImportError):
                self.finder.get_filename(name)
        base = self.finder.path_hook_base_str
        self.assertEqual(self.finder.get_data(f"{base}/packed_a/data/x.json"), b"{}")
        with self.assertRaises(OSError):
            self.finder.get_data(f"{base}/packed_a/missing")

    def test_resources(self):
        reader = self.finder.get_resource_reader("packed_a")
        self.assertEqual(reader.open_resource("data/x.json").read(), b"{}")
        self.assertEqual(reader.contents(), ["data/x.json", "top.txt"])
        with self.assertRaises(FileNotFoundError):
            reader.resource_path("top.txt")
        files = importlib.resources.files("packed_a")
        self.assertEqual((files / "data" / "x.json").read_text(), "{}")
        self.assertEqual([node.name for node in files.iterdir()], ["data", "top.txt"])
        with importlib.resources.as_file(files / "top.txt") as path:
            self.assertEqual(path.read_bytes(), b"top")

    def test_metadata(self):
        self.assertEqual(importlib.metadata.version("some-thing"), "1.5")
        self.assertEqual(importlib.metadata.requires("Some_Thing"), ["other"])
        (entry,) = importlib.metadata.entry_points(group="g")
        self.assertEqual(entry.load(), importlib.import_module("packed_a.b"))
        with self.assertRaises(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version("some-thing-else")

    def test_path_hook(self):
        base = self.finder.path_hook_base_str
        with self.assertRaises(ImportError):
            self.finder.path_hook("/nowhere")
        top = self.finder.path_hook(base)
        self.assertIsInstance(top, OxidizedPathEntryFinder)
        self.assertEqual(top.iter_modules("p."), [("p.packed_a", True), ("p.packed_code", False)])
        self.assertIsNone(top.find_spec("packed_a.b"))
        sys.path_hooks.insert(0, self.finder.path_hook)
        self.addCleanup(sys.path_hooks.remove, self.finder.path_hook)
        walked = [module.name for module in pkgutil.walk_packages([base])]
        self.assertEqual(walked, ["packed_a", "packed_a.b", "packed_code"])

    def test_serializes_what_was_indexed(self):
        self.finder.index_interpreter_builtins()
        data = self.finder.serialize_indexed_resources()
        other = OxidizedFinder()
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            other.index_file_memory_mapped(file.name)
        self.assertEqual(other.serialize_indexed_resources(), data)
        names = {resource.name for resource in other.indexed_resources()}
        self.assertEqual(names, {resource.name for resource in RESOURCES})
        everything = OxidizedFinder()
        everything.index_bytes(self.finder.serialize_indexed_resources(ignore_builtin=False, ignore_frozen=False))
        self.assertEqual(everything.find_spec("sys").origin, "built-in")
        self.assertEqual(everything.find_spec("zipimport").origin, "frozen")

    def test_files_beside_the_origin(self):
        with tempfile.TemporaryDirectory() as folder:
            origin = pathlib.Path(folder)
            (origin / "lib").mkdir()
            (origin / "lib/__init__.py").write_text("value = 3")
            (origin / "lib/data").write_text("data")
            finder = OxidizedFinder(relative_path_origin=folder)
            module = named("packed_f", is_module=True, is_package=True)
            module.relative_path_module_source = "lib/__init__.py"
            module.relative_path_package_resources = {"data": "lib/data"}
            finder.add_resource(module)
            sys.meta_path.insert(0, finder)
            self.addCleanup(sys.meta_path.remove, finder)
            imported = importlib.import_module("packed_f")
            self.assertEqual((imported.value, imported.__file__), (3, str(origin / "lib/__init__.py")))
            self.assertEqual(imported.__path__, [str(origin / "lib")])
            self.assertEqual(pkgutil.get_data("packed_f", "data"), b"data")
            self.assertEqual(importlib.resources.files("packed_f").joinpath("data").read_text(), "data")

    def test_multiprocessing_start_method(self):
        kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "multiprocessing"}
        module = named("multiprocessing", is_module=True)
        module.in_memory_source = b"def set_start_method(method, force): global chosen; chosen = method, force"
        for name in kept:
            del sys.modules[name]
        self.addCleanup(sys.modules.update, kept)
        self.addCleanup(sys.modules.pop, "multiprocessing", None)
        self.finder.add_resource(module)
        self.finder.multiprocessing_set_start_method = "spawn"
        self.assertEqual(importlib.import_module("multiprocessing").chosen, ("spawn", True))
