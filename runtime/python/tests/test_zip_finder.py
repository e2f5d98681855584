import importlib
import importlib.util
import io
import marshal
import pathlib
import sys
import tempfile
import unittest
import zipfile

from oxidized_importer import OxidizedZipFinder, decode_source


def archive():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as writer:
        writer.writestr("zipped/__init__.py", "from .mod import value")
        writer.writestr("zipped/mod.py", "value = 5")
        writer.writestr("zipped/mod.pyc", b"made by another Python")
        bytecode = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("value = 6", "zipped.code", "exec"))
        writer.writestr("zipped/code.pyc", bytecode)
        writer.writestr("zipped/both.pyc", bytecode)
        writer.writestr("zipped/both.py", "value = 6 # in source")
    return data.getvalue()


class ZipFinder(unittest.TestCase):
    def check(self, finder, base):
        sys.meta_path.insert(0, finder)
        try:
            import zipped

            self.assertEqual((zipped.value, zipped.__file__), (5, f"{base}/zipped/__init__.py"))
            self.assertTrue(finder.is_package("zipped"))
            self.assertEqual(finder.get_source("zipped.mod"), "value = 5")
            for name, file, source in (("code", "code.pyc", None), ("both", "both.py", "value = 6 # in source")):
                module = importlib.import_module(f"zipped.{name}")
                self.assertEqual((module.value, module.__file__), (6, f"{base}/zipped/{file}"))
                self.assertEqual(finder.get_source(f"zipped.{name}"), source)
                # From bytecode: the name of its file is in there.
                self.assertEqual(finder.get_code(f"zipped.{name}").co_filename, "zipped.code")
            with self.assertRaises(ImportError):
                finder.get_code("zipped.other")
        finally:
            sys.meta_path.remove(finder)
            for name in [name for name in sys.modules if name.startswith("zipped")]:
                del sys.modules[name]

    def test_imports(self):
        self.check(OxidizedZipFinder.from_zip_data(archive(), path="/base"), "/base")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.zip")
            path.write_bytes(archive())
            self.check(OxidizedZipFinder.from_path(path), path)

    def test_decode_source(self):
        self.assertEqual(decode_source(io, b"# coding: latin-1\r\n\xe4"), "# coding: latin-1\nä")
