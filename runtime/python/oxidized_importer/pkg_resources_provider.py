"""pkg_resources over an OxidizedFinder. pkg_resources itself is imported only when it is asked for."""

import io
import pathlib

from .distribution import find_distributions
from .finder import OxidizedFinder
from .path_entry_finder import OxidizedPathEntryFinder


class OxidizedPkgResourcesProvider:
    """IResourceProvider for a module that an OxidizedFinder loaded."""

    def __init__(self, module):
        self._finder = module.__spec__.loader
        self._package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]

    # Metadata: of the distribution that has the package's name.

    def has_metadata(self, name):
        return name in self._metadata()

    def get_metadata(self, name):
        reader = self._metadata().get(name)
        if reader is None:
            raise OSError(f"no metadata file {name!r}")
        return reader().decode("utf-8")

    def get_metadata_lines(self, name):
        import pkg_resources

        return pkg_resources.yield_lines(self.get_metadata(name))

    def metadata_isdir(self, name):
        return bool(_listed(self._metadata(), name))

    def metadata_listdir(self, name):
        return _listed(self._metadata(), name)

    def run_script(self, script_name, namespace):
        raise NotImplementedError("scripts of packed distributions are not run")

    # Resources.

    def get_resource_filename(self, manager, resource_name):
        raise NotImplementedError("packed resources have no file names")

    def get_resource_stream(self, manager, resource_name):
        opener = self._resources().get(resource_name)
        if opener is None:
            raise OSError(f"no resource {resource_name!r} in {self._package}")
        with opener() as stream:
            return io.BytesIO(stream.read())

    def get_resource_string(self, manager, resource_name):
        return self.get_resource_stream(manager, resource_name).read()

    def has_resource(self, resource_name):
        return resource_name in self._resources()

    def resource_isdir(self, resource_name):
        return bool(_listed(self._resources(), resource_name))

    def resource_listdir(self, resource_name):
        return _listed(self._resources(), resource_name)

    def _metadata(self):
        index = self._finder._index
        resource = index.get(self._package.partition(".")[0])
        return {} if resource is None else index.distribution_files(resource)

    def _resources(self):
        index = self._finder._index
        resource = index.get(self._package)
        return {} if resource is None else index.package_files(resource)


class _Metadata:
    """IMetadataProvider of one distribution."""

    def __init__(self, distribution):
        self._distribution = distribution

    def has_metadata(self, name):
        return self._distribution.read_text(name) is not None

    def get_metadata(self, name):
        text = self._distribution.read_text(name)
        if text is None:
            raise KeyError(name)
        return text

    def get_metadata_lines(self, name):
        import pkg_resources

        return pkg_resources.yield_lines(self.get_metadata(name))

    def metadata_isdir(self, name):
        return False

    def metadata_listdir(self, name):
        return []

    run_script = OxidizedPkgResourcesProvider.run_script


def _listed(names, folder):
    prefix = folder.rstrip("/") + "/" if folder.strip("/") else ""
    return sorted({name[len(prefix) :].partition("/")[0] for name in names if name.startswith(prefix)})


def pkg_resources_find_distributions(finder, path_item, only=False):
    """The distributions of a finder as pkg_resources knows them, when `path_item` is its executable; else none."""
    import pkg_resources

    if isinstance(finder, OxidizedPathEntryFinder):
        if finder._package is not None:
            return []
        finder = finder._finder
    if not isinstance(finder, OxidizedFinder) or pathlib.Path(path_item) != finder._index.executable:
        return []
    return [
        pkg_resources.DistInfoDistribution(
            location=str(path_item),
            metadata=_Metadata(distribution),
            project_name=distribution.metadata["Name"],
            version=distribution.version,
        )
        for distribution in find_distributions(finder._index, None)
    ]


def register_pkg_resources():
    """Tells pkg_resources of our finders and loader."""
    import pkg_resources

    pkg_resources.register_finder(OxidizedFinder, pkg_resources_find_distributions)
    pkg_resources.register_finder(OxidizedPathEntryFinder, pkg_resources_find_distributions)
    pkg_resources.register_loader_type(OxidizedFinder, OxidizedPkgResourcesProvider)
