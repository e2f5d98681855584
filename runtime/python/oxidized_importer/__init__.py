"""PyOxidizer's `oxidized_importer`, for programs that were written for it.

The program's own modules are found by `_oxd.Finder`, which needs nothing of this. An `OxidizedFinder` begins empty.
"""

from .collector import OxidizedResourceCollector
from .distribution import OxidizedDistribution
from .finder import OxidizedFinder
from .found_resources import (
    PythonExtensionModule,
    PythonModuleBytecode,
    PythonModuleSource,
    PythonPackageDistributionResource,
    PythonPackageResource,
)
from .path_entry_finder import OxidizedPathEntryFinder
from .pkg_resources_provider import (
    OxidizedPkgResourcesProvider,
    pkg_resources_find_distributions,
    register_pkg_resources,
)
from .resource import OxidizedResource
from .resource_reader import OxidizedResourceReader
from .scan import decode_source, find_resources_in_path
from .zip_finder import OxidizedZipFinder

__all__ = [
    "OxidizedDistribution",
    "OxidizedFinder",
    "OxidizedPathEntryFinder",
    "OxidizedPkgResourcesProvider",
    "OxidizedResource",
    "OxidizedResourceCollector",
    "OxidizedResourceReader",
    "OxidizedZipFinder",
    "PythonExtensionModule",
    "PythonModuleBytecode",
    "PythonModuleSource",
    "PythonPackageDistributionResource",
    "PythonPackageResource",
    "decode_source",
    "find_resources_in_path",
    "pkg_resources_find_distributions",
    "register_pkg_resources",
]
