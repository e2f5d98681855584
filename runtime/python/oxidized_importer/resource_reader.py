"""importlib.resources over one package's resources, in memory or beside the origin."""

import io


class OxidizedResourceReader:
    def __init__(self, resources):
        # Open functions by name: what is a file stays one until it is read.
        self._resources = resources

    def open_resource(self, resource):
        opener = self._resources.get(resource)
        if opener is None:
            raise FileNotFoundError(f"resource not found: {resource!r}")
        return opener()

    def resource_path(self, resource):
        # Always: importlib.resources then copies the bytes to a temporary file.
        raise FileNotFoundError(f"{resource!r} has no path")

    def is_resource(self, name):
        return name in self._resources

    def contents(self):
        return sorted(self._resources)

    def files(self):
        return _Node(self, ())


class _Node:
    """A traversable: folders are the parts of names such as "data/x.json"."""

    def __init__(self, reader, parts):
        self._reader = reader
        self._parts = parts

    @property
    def name(self):
        return self._parts[-1] if self._parts else ""

    @property
    def _path(self):
        return "/".join(self._parts)

    def __repr__(self):
        return f"<resource {self._path!r}>"

    def is_file(self):
        return self._reader.is_resource(self._path)

    def is_dir(self):
        return not self._parts or any(name.startswith(self._path + "/") for name in self._reader.contents())

    def iterdir(self):
        depth = len(self._parts)
        split = (tuple(name.split("/")) for name in self._reader.contents())
        names = {parts[depth] for parts in split if len(parts) > depth and parts[:depth] == self._parts}
        return (_Node(self._reader, (*self._parts, name)) for name in sorted(names))

    def joinpath(self, *descendants):
        added = [part for path in descendants for part in str(path).split("/") if part not in ("", ".")]
        return _Node(self._reader, (*self._parts, *added))

    def __truediv__(self, child):
        return self.joinpath(child)

    def open(self, mode="r", *args, **kwargs):
        if mode not in ("r", "rb"):
            raise ValueError(f"resources are only read: {mode!r}")
        stream = self._reader.open_resource(self._path)
        return stream if mode == "rb" else io.TextIOWrapper(stream, *args, **kwargs)

    def read_bytes(self):
        with self.open("rb") as stream:
            return stream.read()

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding or "utf-8", errors=errors) as stream:
            return stream.read()
