"""importlib.metadata over the distribution resources of an OxidizedFinder."""

import importlib.metadata
import re


class OxidizedDistribution(importlib.metadata.Distribution):
    """`from_name(name)` and `discover(**kwargs)` ask the finders on sys.meta_path, as the base class does."""

    def __init__(self, read):
        # (name) -> bytes, or None when there is no such file; raises OSError.
        self._read = read

    def read_text(self, filename):
        data = self._read(str(filename))
        return None if data is None else data.decode("utf-8")

    def locate_file(self, path):
        raise NotImplementedError("files of a packed distribution have no paths")

    @property
    def files(self):
        raise NotImplementedError("files of a packed distribution have no paths")


def normalized(name):
    """PEP 503, with the "_" of file names."""
    return re.sub(r"[-_.]+", "_", name).lower()


def find_distributions(index, context):
    """Distributions of an index that `context` asks for: all of them, or those of its name."""
    wanted = getattr(context, "name", None)
    for resource in index.all():
        files = index.distribution_files(resource)
        if "METADATA" not in files and "PKG-INFO" not in files:
            continue
        distribution = OxidizedDistribution(lambda name, files=files: files[name]() if name in files else None)
        if wanted is None or normalized(distribution.metadata["Name"] or "") == normalized(wanted):
            yield distribution
