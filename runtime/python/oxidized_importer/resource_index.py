"""The resources of a finder by name, and where their data is."""

import importlib.util
import io
import marshal
import pathlib
import sys

_PYC_HEADER_BYTES = 16

# By optimization level: in memory, beside the origin.
_BYTECODE = (
    ("in_memory_bytecode", "relative_path_module_bytecode"),
    ("in_memory_bytecode_opt1", "relative_path_module_bytecode_opt1"),
    ("in_memory_bytecode_opt2", "relative_path_module_bytecode_opt2"),
)


def current_executable():
    """The path of the running program: this package lies in it, or else Python says."""
    root = pathlib.Path(__file__).parent.parent
    return root if root.is_file() else pathlib.Path(sys.executable).absolute()


class ResourceIndex:
    def __init__(self, origin):
        self.executable = current_executable()
        self.origin = self.executable.parent if origin is None else pathlib.Path(origin)
        self.level = sys.flags.optimize
        self._resources = {}

    def add(self, resource):
        self._resources[resource.name] = resource

    def all(self):
        return self._resources.values()

    def get(self, name):
        return self._resources.get(name)

    def module(self, name):
        """The resource that `import name` means, or None."""
        if name.endswith(".__init__"):
            name = name[: -len(".__init__")]
        resource = self._resources.get(name)
        return resource if resource is not None and self._is_importable(resource) else None

    def _is_importable(self, resource):
        if resource.is_builtin_extension_module or resource.is_frozen_module or resource.is_namespace_package:
            return True
        if resource.is_extension_module:
            library, path = "in_memory_extension_module_shared_library", "relative_path_extension_module_shared_library"
            return library in resource._values or path in resource._values
        return resource.is_module and not resource._values.keys().isdisjoint(
            ("in_memory_source", "relative_path_module_source", *_BYTECODE[self.level])
        )

    def origin_of(self, resource):
        """The file that __file__ names: the source or library, else the bytecode. None in memory."""
        names = ("relative_path_extension_module_shared_library",)
        if not resource.is_extension_module:
            names = ("relative_path_module_source", _BYTECODE[self.level][1])
        return self._first_path(resource, names)

    def cached_of(self, resource):
        return self._first_path(resource, (_BYTECODE[self.level][1],))

    def _first_path(self, resource, names):
        for name in names:
            path = resource._values.get(name)
            if path is not None:
                return str(self.origin / path)
        return None

    def search_location_of(self, resource):
        """The entry of a package's __path__."""
        path = self.origin_of(resource)
        if path is None:
            return str(self.executable.joinpath(*resource.name.split(".")))
        folder = pathlib.Path(path).parent
        return str(folder.parent if folder.name == "__pycache__" else folder)

    def source_of(self, resource):
        """The source's bytes, or None."""
        return self._data(resource, "in_memory_source", "relative_path_module_source")

    def code_of(self, resource):
        """The code object from bytecode of the active level, else from source. None when there is neither."""
        memory, path = _BYTECODE[self.level]
        bytecode = resource._values.get(memory)
        if bytecode is None and path in resource._values:
            data = (self.origin / resource._values[path]).read_bytes()
            # Made for another Python: the source may still do.
            if data[:4] == importlib.util.MAGIC_NUMBER:
                bytecode = memoryview(data)[_PYC_HEADER_BYTES:]
        if bytecode is not None:
            return marshal.loads(bytecode)
        source = self.source_of(resource)
        if source is None:
            return None
        return compile(source, self.origin_of(resource) or resource.name, "exec", dont_inherit=True)

    def _data(self, resource, memory, path):
        if memory in resource._values:
            return bytes(resource._values[memory])
        if path in resource._values:
            return (self.origin / resource._values[path]).read_bytes()
        return None

    def package_files(self, resource):
        """Functions by name that open a package's resources."""
        return self._files(resource, "package", io.BytesIO, lambda path: path.open("rb"))

    def distribution_files(self, resource):
        """Functions by name that read files of a distribution's metadata."""
        return self._files(resource, "distribution", bytes, lambda path: path.read_bytes())

    def _files(self, resource, kind, from_memory, from_file):
        found = {}
        for name, path in resource._values.get(f"relative_path_{kind}_resources", {}).items():
            found[name] = lambda path=self.origin / path: from_file(path)
        for name, data in resource._values.get(f"in_memory_{kind}_resources", {}).items():
            found[name] = lambda data=data: from_memory(data)
        return found

    def children(self, package, prefix):
        """(name, is package) of what can be imported directly below `package`, None meaning the top. Sorted."""
        below = "" if package is None else package + "."
        return sorted(
            (prefix + name[len(below) :], resource.is_package)
            for name, resource in self._resources.items()
            if name.startswith(below)
            and "." not in name[len(below) :]
            and not resource.is_builtin_extension_module
            and not resource.is_frozen_module
            and self._is_importable(resource)
        )

    def data_at(self, path):
        """Bytes of a package's resource or source below the executable or the origin. Raises OSError."""
        for root in (self.executable, self.origin):
            try:
                parts = pathlib.PurePath(path).relative_to(root).parts
            except ValueError:
                continue
            for split in range(len(parts) - 1, 0, -1):
                package = self.get(".".join(parts[:split]))
                if package is None:
                    continue
                opener = self.package_files(package).get("/".join(parts[split:]))
                if opener is not None:
                    with opener() as stream:
                        return stream.read()
                break
            if root == self.origin:
                return pathlib.Path(path).read_bytes()
        raise FileNotFoundError(2, "No such resource", str(path))
