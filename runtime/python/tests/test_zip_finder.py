import io
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
    return data.getvalue()


class ZipFinder(unittest.TestCase):
    def check(self, finder, base):
        sys.meta_path.insert(0, finder)
        try:
            import zipped

            self.assertEqual((zipped.value, zipped.__file__), (5, f"{base}/zipped/__init__.py"))
            self.assertTrue(finder.is_package("zipped"))
            self.assertEqual(finder.get_source("zipped.mod"), "value = 5")
            with self.assertRaises(ImportError):
                finder.get_code("zipped.other")
        finally:
            sys.meta_path.remove(finder)
            for name in ("zipped", "zipped.mod"):
                sys.modules.pop(name, None)

    def test_imports(self):
        self.check(OxidizedZipFinder.from_zip_data(archive(), path="/base"), "/base")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.zip")
            path.write_bytes(archive())
            self.check(OxidizedZipFinder.from_path(path), path)

    def test_decode_source(self):
        self.assertEqual(decode_source(io, b"# coding: latin-1\r\n\xe4"), "# coding: latin-1\nä")
