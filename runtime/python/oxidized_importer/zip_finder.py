"""Imports modules from a zip archive in memory or in a file."""

import importlib.machinery
import importlib.util
import io
import marshal
import pathlib
import zipfile

from .resource_index import current_executable

_PYC_HEADER_BYTES = 16


class OxidizedZipFinder:
    def __init__(self, archive, path):
        # zipfile locks reads by itself.
        self._archive = archive
        self._path = path
        self._names = frozenset(archive.namelist())

    @classmethod
    def from_zip_data(cls, source, path=None):
        """`source` is bytes; `path` is what __file__ begins with, else the program's path."""
        archive = zipfile.ZipFile(io.BytesIO(source))
        return cls(archive, current_executable() if path is None else pathlib.Path(path))

    @classmethod
    def from_path(cls, path):
        return cls(zipfile.ZipFile(path), pathlib.Path(path))

    def find_spec(self, fullname, path=None, target=None):
        found = self._find(fullname)
        if found is None:
            return None
        source, bytecode, is_package = found
        origin = self._path / (source or bytecode)
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=str(origin), is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [str(origin.parent)]
        spec.has_location = True
        return spec

    def find_module(self, fullname, path=None):
        return None if self._find(fullname) is None else self

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(module.__spec__.name), module.__dict__)

    def get_code(self, fullname):
        source, bytecode, _ = self._module(fullname)
        if bytecode is not None:
            return marshal.loads(memoryview(self._archive.read(bytecode))[_PYC_HEADER_BYTES:])
        return compile(self._archive.read(source), str(self._path / source), "exec", dont_inherit=True)

    def get_source(self, fullname):
        source, _, _ = self._module(fullname)
        return None if source is None else importlib.util.decode_source(self._archive.read(source))

    def is_package(self, fullname):
        return self._module(fullname)[2]

    def invalidate_caches(self):
        """An archive is read once; later changes of the file do not count."""

    def _module(self, fullname):
        found = self._find(fullname)
        if found is None:
            raise ImportError(f"no module {fullname!r} in {str(self._path)!r}", name=fullname)
        return found

    def _find(self, fullname):
        """(source or None, bytecode of this Python or None, is package): names in the archive."""
        base = fullname.replace(".", "/")
        for stem, is_package in ((f"{base}/__init__", True), (base, False)):
            source, bytecode = f"{stem}.py", f"{stem}.pyc"
            source = source if source in self._names else None
            bytecode = bytecode if bytecode in self._names and self._fits(bytecode) else None
            if source is not None or bytecode is not None:
                return source, bytecode, is_package
        return None

    def _fits(self, bytecode):
        with self._archive.open(bytecode) as stream:
            return stream.read(4) == importlib.util.MAGIC_NUMBER
