"""The finder and loader over indexed resources."""

import _imp
import importlib.machinery
import importlib.util
import mmap
import os
import pathlib

from . import interpreter_modules, memory_library
from .distribution import find_distributions
from .packed import read_packed_resources, write_packed_resources
from .path_entry_finder import OxidizedPathEntryFinder
from .resource import OxidizedResource
from .resource_index import ResourceIndex
from .resource_reader import OxidizedResourceReader


class OxidizedFinder:
    """Begins empty. Relative paths of resources start at `relative_path_origin`, else at the program's folder."""

    def __init__(self, relative_path_origin=None):
        self._index = ResourceIndex(relative_path_origin)
        self.multiprocessing_set_start_method = None
        self.pkg_resources_import_auto_register = True

    @property
    def origin(self):
        return str(self._index.origin)

    @property
    def path_hook_base_str(self):
        return str(self._index.executable)

    # Finding.

    def find_spec(self, fullname, path=None, target=None):
        resource = self._index.module(fullname)
        if resource is None:
            return None
        if resource.is_builtin_extension_module:
            return importlib.machinery.BuiltinImporter.find_spec(fullname)
        if resource.is_frozen_module:
            return importlib.machinery.FrozenImporter.find_spec(fullname)
        origin = self._index.origin_of(resource)
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=origin, is_package=resource.is_package)
        if resource.is_package:
            spec.submodule_search_locations = [self._index.search_location_of(resource)]
        if origin is not None:
            spec.has_location = True
            spec.cached = self._index.cached_of(resource)
        return spec

    def find_module(self, fullname, path=None):
        spec = self.find_spec(fullname, path)
        return None if spec is None else spec.loader

    def invalidate_caches(self):
        """There is nothing to forget: what is indexed stays."""

    def find_distributions(self, context=None):
        return list(find_distributions(self._index, context))

    def iter_modules(self, prefix=""):
        return self._index.children(None, prefix)

    def path_hook(self, path):
        """For sys.path_hooks: a finder for a folder of `path_hook_base_str`. Raises ImportError for other paths."""
        try:
            parts = pathlib.PurePath(os.fsdecode(path)).relative_to(self._index.executable).parts
        except (TypeError, ValueError):
            raise ImportError(f"{path!r} is not below {self.path_hook_base_str!r}") from None
        return OxidizedPathEntryFinder(self, ".".join(parts) or None)

    # Loading.

    def create_module(self, spec):
        resource = self._index.module(spec.name)
        if resource is None or not resource.is_extension_module:
            return None
        if spec.origin is not None:
            return _imp.create_dynamic(spec)
        return memory_library.create_extension_module(self._index, resource, spec)

    def exec_module(self, module):
        name = module.__spec__.name
        resource = self._module(name)
        if resource.is_extension_module:
            _imp.exec_dynamic(module)
            return
        if resource.is_namespace_package:
            return
        code = self._index.code_of(resource)
        if code is None:
            raise ImportError(f"module {name!r} has neither source nor bytecode for this interpreter", name=name)
        exec(code, module.__dict__)
        self._after_import(name, module)

    def _after_import(self, name, module):
        if name == "multiprocessing" and self.multiprocessing_set_start_method is not None:
            method = self.multiprocessing_set_start_method
            module.set_start_method(None if method == "auto" else method, force=True)
        elif name == "pkg_resources" and self.pkg_resources_import_auto_register:
            from .pkg_resources_provider import register_pkg_resources

            register_pkg_resources()

    def get_code(self, fullname):
        resource = self._index.module(fullname)
        if resource is None or resource.is_extension_module:
            return None
        if resource.is_frozen_module:
            return _imp.get_frozen_object(fullname)
        return self._index.code_of(resource)

    def get_source(self, fullname):
        resource = self._index.module(fullname)
        source = None if resource is None else self._index.source_of(resource)
        return None if source is None else importlib.util.decode_source(source)

    def get_filename(self, fullname):
        filename = self._index.origin_of(self._module(fullname))
        if filename is None:
            raise ImportError(f"module {fullname!r} is in memory: it has no file", name=fullname)
        return filename

    def is_package(self, fullname):
        return self._module(fullname).is_package

    def get_data(self, path):
        return self._index.data_at(os.fspath(path))

    def get_resource_reader(self, package):
        resource = self._index.module(package)
        if resource is None or not resource.is_package:
            return None
        return OxidizedResourceReader(self._index.package_files(resource))

    def _module(self, fullname):
        resource = self._index.module(fullname)
        if resource is None:
            raise ImportError(f"unknown module: {fullname!r}", name=fullname)
        return resource

    # The index.

    def index_bytes(self, data):
        self.add_resources(read_packed_resources(data))

    def index_file_memory_mapped(self, path):
        with open(path, "rb") as file:
            # Resources refer to the mapping: it stays until the last of them is gone.
            self.index_bytes(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def index_interpreter_builtins(self):
        self.index_interpreter_builtin_extension_modules()
        self.index_interpreter_frozen_modules()

    def index_interpreter_builtin_extension_modules(self):
        self.add_resources(interpreter_modules.builtin_extension_modules())

    def index_interpreter_frozen_modules(self):
        self.add_resources(interpreter_modules.frozen_modules())

    def indexed_resources(self):
        return [resource._copy() for resource in self._index.all()]

    def add_resource(self, resource):
        if not isinstance(resource, OxidizedResource):
            raise TypeError(f"expected an OxidizedResource, not {type(resource).__name__}")
        self._index.add(resource._copy())

    def add_resources(self, resources):
        for resource in resources:
            self.add_resource(resource)

    def serialize_indexed_resources(self, ignore_builtin=True, ignore_frozen=True):
        return write_packed_resources(
            resource
            for resource in sorted(self._index.all(), key=lambda resource: resource.name)
            if not (ignore_builtin and resource.is_builtin_extension_module)
            and not (ignore_frozen and resource.is_frozen_module)
        )
