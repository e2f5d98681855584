"""Turns found resources into indexed ones, and into the files that some of those need."""

import importlib.util
import pathlib
import struct
import sys

from .found_resources import (
    PythonExtensionModule,
    PythonModuleBytecode,
    PythonModuleSource,
    PythonPackageDistributionResource,
    PythonPackageResource,
)
from .resource import OxidizedResource

_LOCATIONS = ("in-memory", "filesystem-relative")
_LEVEL_SUFFIXES = ("", "_opt1", "_opt2")
_PYC_UNCHECKED_HASH = 0b01
_CODE = (
    "in_memory_source",
    "in_memory_bytecode",
    "in_memory_extension_module",
    "relative_path_module",
    "relative_path_extension_module",
)


class OxidizedResourceCollector:
    def __init__(self, allowed_locations):
        for location in allowed_locations:
            if location not in _LOCATIONS:
                raise ValueError(f"{location!r} is not a location; expected one of {', '.join(_LOCATIONS)}")
        self._allowed = list(allowed_locations)
        self._resources = {}
        # Files by their relative path.
        self._files = {}

    @property
    def allowed_locations(self):
        return list(self._allowed)

    def __repr__(self):
        return f"<OxidizedResourceCollector allowed_locations={self._allowed}>"

    def add_in_memory(self, resource):
        """Adds what find_resources_in_path gave. Raises TypeError for others, ValueError when it is not allowed."""
        self._check("in-memory")
        self._add(resource, None)

    def add_filesystem_relative(self, prefix, resource):
        """The same for data that will be in files below `prefix`, a path relative to the finder's origin."""
        self._check("filesystem-relative")
        self._add(resource, pathlib.Path(prefix))

    def oxidize(self, python_exe=None):
        """(list[OxidizedResource], list[(path, bytes, is executable)]). No Python is started: nothing is compiled."""
        self._complete_parents()
        resources = [self._resources[name]._copy() for name in sorted(self._resources)]
        return resources, [(path, *self._files[path]) for path in sorted(self._files)]

    def _complete_parents(self):
        """A folder with modules but without __init__.py is a namespace package."""
        for name in list(self._resources):
            while name := name.rpartition(".")[0]:
                parent = self._module(name, True)
                if not any(key.startswith(_CODE) for key in parent._values):
                    parent.is_namespace_package = True

    def _check(self, location):
        if location not in self._allowed:
            raise ValueError(f"{location!r} is not an allowed location of this collector")

    def _add(self, found, prefix):
        if isinstance(found, PythonModuleSource):
            self._add_source(found, prefix)
        elif isinstance(found, PythonModuleBytecode):
            self._add_bytecode(found, prefix)
        elif isinstance(found, PythonPackageResource):
            parts = found.package.split(".")
            self._add_file(self._entry(found.package), "package_resources", found, parts, prefix)
        elif isinstance(found, PythonPackageDistributionResource):
            folder = f"{found.package.replace('-', '_')}-{found.version}.dist-info"
            self._add_file(self._entry(found.package), "distribution_resources", found, [folder], prefix)
        elif isinstance(found, PythonExtensionModule):
            self._add_extension(found, prefix)
        else:
            raise TypeError(f"cannot add a {type(found).__name__}")

    def _add_source(self, found, prefix):
        resource = self._module(found.module, found.is_package)
        if prefix is None:
            resource.in_memory_source = found.source
        else:
            folder, stem = _place(found.module, found.is_package)
            path = prefix.joinpath(*folder, f"{stem}.py")
            resource.relative_path_module_source = self._file(path, found.source)

    def _add_bytecode(self, found, prefix):
        level = found.optimize_level
        resource = self._module(found.module, found.is_package)
        if prefix is None:
            setattr(resource, f"in_memory_bytecode{_LEVEL_SUFFIXES[level]}", found.bytecode)
            return
        folder, stem = _place(found.module, found.is_package)
        optimization = f".opt-{level}" if level else ""
        name = f"{stem}.{sys.implementation.cache_tag}{optimization}.pyc"
        header = importlib.util.MAGIC_NUMBER + struct.pack("<I8x", _PYC_UNCHECKED_HASH)
        path = self._file(prefix.joinpath(*folder, "__pycache__", name), header + found.bytecode)
        setattr(resource, f"relative_path_module_bytecode{_LEVEL_SUFFIXES[level]}", path)

    def _add_extension(self, found, prefix):
        resource = self._entry(found.name)
        resource.is_extension_module = True
        resource.is_package = found.is_package
        if prefix is None:
            resource.in_memory_extension_module_shared_library = found.library
        else:
            folder, _ = _place(found.name, found.is_package)
            path = self._file(prefix.joinpath(*folder, found.filename), found.library, executable=True)
            resource.relative_path_extension_module_shared_library = path

    def _add_file(self, resource, attribute, found, folder, prefix):
        kind = f"in_memory_{attribute}" if prefix is None else f"relative_path_{attribute}"
        files = getattr(resource, kind) or {}
        if prefix is None:
            files[found.name] = found.data
        else:
            files[found.name] = self._file(prefix.joinpath(*folder, *found.name.split("/")), found.data)
        setattr(resource, kind, files)

    def _file(self, path, data, executable=False):
        self._files[path] = (data, executable)
        return path

    def _module(self, name, is_package):
        resource = self._entry(name)
        resource.is_module = True
        resource.is_package = is_package
        return resource

    def _entry(self, name):
        resource = self._resources.get(name)
        if resource is None:
            resource = self._resources[name] = OxidizedResource()
            resource.name = name
        return resource


def _place(module, is_package):
    """Folder and stem of a module's file."""
    parts = module.split(".")
    return (parts, "__init__") if is_package else (parts[:-1], parts[-1])
