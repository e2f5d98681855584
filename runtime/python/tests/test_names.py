"""Everything that PyOxidizer 0.24's module has: absent names, other kinds and other parameters are found here."""

import importlib.util
import inspect
import pathlib
import sys
import tempfile
import types
import unittest

import oxidized_importer
from oxidized_importer import OxidizedFinder, OxidizedResourceCollector, OxidizedZipFinder, find_resources_in_path
from test_finder import RESOURCES
from test_packed import VALUES
from test_zip_finder import archive

FUNCTIONS = {
    "decode_source": "io_module, source_bytes",
    "find_resources_in_path": "path",
    "register_pkg_resources": "",
    "pkg_resources_find_distributions": "finder, path_item, only=False",
}
# What an instance is called with; None for classes that other calls make.
CLASSES = {
    "OxidizedFinder": "relative_path_origin=None",
    "OxidizedPathEntryFinder": None,
    "OxidizedResource": "",
    "OxidizedResourceCollector": "allowed_locations",
    "OxidizedResourceReader": None,
    "OxidizedDistribution": None,
    "OxidizedPkgResourcesProvider": "module",
    "OxidizedZipFinder": None,
    "PythonModuleSource": None,
    "PythonModuleBytecode": None,
    "PythonPackageResource": None,
    "PythonPackageDistributionResource": None,
    "PythonExtensionModule": None,
}
METHODS = {
    "OxidizedFinder": {
        "find_spec": "fullname, path, target=None",
        "find_module": "fullname, path",
        "invalidate_caches": "",
        "find_distributions": "context=None",
        "iter_modules": "prefix=''",
        "path_hook": "path",
        "create_module": "spec",
        "exec_module": "module",
        "get_code": "fullname",
        "get_source": "fullname",
        "get_filename": "fullname",
        "get_data": "path",
        "get_resource_reader": "package",
        "index_bytes": "data",
        "index_file_memory_mapped": "path",
        "index_interpreter_builtins": "",
        "index_interpreter_builtin_extension_modules": "",
        "index_interpreter_frozen_modules": "",
        "indexed_resources": "",
        "add_resource": "resource",
        "add_resources": "resources",
        "serialize_indexed_resources": "ignore_builtin=True, ignore_frozen=True",
    },
    "OxidizedPathEntryFinder": {
        "find_spec": "fullname, target=None",
        "invalidate_caches": "",
        "iter_modules": "prefix=''",
    },
    "OxidizedResourceReader": {
        "open_resource": "resource",
        "resource_path": "resource",
        "is_resource": "name",
        "contents": "",
    },
    "OxidizedDistribution": {"read_text": "filename"},
    "OxidizedResourceCollector": {
        "add_in_memory": "resource",
        "add_filesystem_relative": "prefix, resource",
        "oxidize": "python_exe=None",
    },
    "OxidizedPkgResourcesProvider": {
        "has_metadata": "name",
        "get_metadata": "name",
        "get_metadata_lines": "name",
        "metadata_isdir": "name",
        "metadata_listdir": "name",
        "run_script": "script_name, namespace",
        "get_resource_filename": "manager, resource_name",
        "get_resource_stream": "manager, resource_name",
        "get_resource_string": "manager, resource_name",
        "has_resource": "resource_name",
        "resource_isdir": "resource_name",
        "resource_listdir": "resource_name",
    },
    "OxidizedZipFinder": {
        "find_spec": "fullname, path, target=None",
        "find_module": "fullname, path=None",
        "create_module": "spec",
        "exec_module": "module",
        "get_code": "fullname",
        "get_source": "fullname",
        "is_package": "fullname",
        "invalidate_caches": "",
    },
}
CLASS_METHODS = {
    # importlib.metadata spells the parameters of discover(**kwargs) differently from version to version.
    "OxidizedDistribution": {"from_name": "name", "discover": None},
    "OxidizedZipFinder": {"from_zip_data": "source, path=None", "from_path": "path"},
}
# Attributes that are only read.
READ = {
    "OxidizedFinder": ("origin", "path_hook_base_str"),
    "OxidizedPathEntryFinder": ("_package",),
    "OxidizedDistribution": ("metadata", "name", "_normalized_name", "version", "entry_points", "requires"),
    "OxidizedResourceCollector": ("allowed_locations",),
}
# Attributes that are read and set, each with a value to set. None resets those that are no flag.
SET = {
    "OxidizedFinder": {"multiprocessing_set_start_method": "spawn", "pkg_resources_import_auto_register": False},
    "OxidizedResource": {"name": "a.b", **VALUES},
    "PythonModuleSource": {"module": "m", "source": b"1", "is_package": True},
    "PythonModuleBytecode": {"module": "m", "bytecode": b"1", "optimize_level": 2, "is_package": True},
    "PythonPackageResource": {"package": "p", "name": "n", "data": b"1"},
    "PythonPackageDistributionResource": {"package": "p", "version": "2", "name": "n", "data": b"1"},
    "PythonExtensionModule": {"name": "n"},
}


def parameters(function, skip=0):
    return list(inspect.signature(function).parameters.values())[skip:]


class Names(unittest.TestCase):
    def check_call(self, function, expected):
        """What is written for PyOxidizer can call ours: the same parameters, and at least its defaults."""
        wanted = parameters(eval(f"lambda {expected}: None"))
        found = parameters(function)
        self.assertEqual([one.name for one in found], [one.name for one in wanted])
        for ours, theirs in zip(found, wanted):
            if theirs.default is not inspect.Parameter.empty:
                self.assertEqual(ours.default, theirs.default)

    def instances(self):
        """One of each class, made as programs get them."""
        finder = OxidizedFinder()
        finder.add_resources(RESOURCES)
        module = types.ModuleType("packed_a")
        module.__spec__ = finder.find_spec("packed_a", None)
        (distribution,) = finder.find_distributions()
        made = [
            finder,
            finder.path_hook(finder.path_hook_base_str),
            finder.get_resource_reader("packed_a"),
            finder.indexed_resources()[0],
            distribution,
            OxidizedResourceCollector(allowed_locations=["in-memory"]),
            oxidized_importer.OxidizedPkgResourcesProvider(module),
            OxidizedZipFinder.from_zip_data(archive()),
            *self.found(),
        ]
        return {type(one).__name__: one for one in made}

    def found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "p/__pycache__").mkdir(parents=True)
            (root / "p-1.dist-info").mkdir()
            (root / "p/__init__.py").write_text("")
            (root / "p/data").write_text("")
            (root / "p/native.so").write_text("")
            (root / "p-1.dist-info/METADATA").write_text("Name: p\nVersion: 1\n")
            header = importlib.util.MAGIC_NUMBER + bytes(12)
            (root / f"p/__pycache__/a.{sys.implementation.cache_tag}.pyc").write_bytes(header)
            return find_resources_in_path(root)

    def test_functions(self):
        for name, expected in FUNCTIONS.items():
            with self.subTest(name):
                function = getattr(oxidized_importer, name)
                self.assertIsInstance(function, types.FunctionType)
                self.check_call(function, expected)

    def test_classes(self):
        instances = self.instances()
        for name, expected in CLASSES.items():
            with self.subTest(name):
                self.assertIsInstance(getattr(oxidized_importer, name), type)
                self.assertIs(type(instances[name]), getattr(oxidized_importer, name))
                if expected is not None:
                    self.check_call(getattr(oxidized_importer, name), expected)

    def test_nothing_else_is_public(self):
        self.assertEqual(sorted(oxidized_importer.__all__), sorted([*FUNCTIONS, *CLASSES]))

    def test_methods(self):
        instances = self.instances()
        for table, kind in ((METHODS, "instance"), (CLASS_METHODS, "class")):
            for owner, methods in table.items():
                for name, expected in methods.items():
                    with self.subTest(f"{owner}.{name}"):
                        method = getattr(instances[owner], name)
                        self.assertTrue(inspect.ismethod(method))
                        self.assertEqual(isinstance(method.__self__, type), kind == "class")
                        if expected is not None:
                            self.check_call(method, expected)

    def test_attributes(self):
        instances = self.instances()
        for owner, names in READ.items():
            for name in names:
                with self.subTest(f"{owner}.{name}"):
                    self.assertFalse(callable(getattr(instances[owner], name)))
        for owner, values in SET.items():
            for name, value in values.items():
                with self.subTest(f"{owner}.{name}"):
                    instance = instances[owner]
                    self.assertTrue(hasattr(instance, name))
                    setattr(instance, name, value)
                    self.assertEqual(getattr(instance, name), value)
                    if owner == "OxidizedResource" and name != "name":
                        unset = False if value is True else None
                        setattr(instance, name, unset)
                        self.assertEqual(getattr(instance, name), unset)

    def test_what_has_no_paths_says_so(self):
        instances = self.instances()
        calls = [
            lambda: instances["OxidizedDistribution"].files,
            lambda: instances["OxidizedPkgResourcesProvider"].get_resource_filename(None, "top.txt"),
            lambda: instances["OxidizedPkgResourcesProvider"].run_script("script", {}),
        ]
        for call in calls:
            with self.assertRaises(NotImplementedError):
                call()
