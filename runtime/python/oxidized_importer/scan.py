"""Finds Python resources in a folder of sys.path."""

import email
import importlib.machinery
import importlib.util
import os
import pathlib
import sys

from .found_resources import (
    PythonExtensionModule,
    PythonModuleBytecode,
    PythonModuleSource,
    PythonPackageDistributionResource,
    PythonPackageResource,
)

_PYC_HEADER_BYTES = 16
_LEVELS = {"": 0, ".opt-1": 1, ".opt-2": 2}
# Longest first: ".so" ends the others too.
_EXTENSION_SUFFIXES = sorted(importlib.machinery.EXTENSION_SUFFIXES, key=len, reverse=True)


def decode_source(io_module, source_bytes):
    """Source as text, its encoding and line ends as Python reads them. `io_module` is `io`; it is not needed here."""
    return importlib.util.decode_source(bytes(source_bytes))


def find_resources_in_path(path):
    """The resources below a folder, in the order of their paths. Links to folders are not followed."""
    root = pathlib.Path(path)
    # With a final slash the executable is a folder as well.
    top = os.path.join(root, "")
    if not os.path.isdir(top):
        raise ValueError(f"not a directory: {root}")
    files = sorted(
        pathlib.Path(folder, name).relative_to(root) for folder, _, names in os.walk(top) for name in names
    )
    packages = {file.parent.parts for file in files if file.suffix == ".py" or _extension_name(file.name) is not None}
    packages |= {parts[:end] for parts in packages for end in range(1, len(parts))}
    packages.discard(())
    distributions = {}
    found = []
    for file in files:
        resource = _resource(root, file, packages, distributions)
        if resource is not None:
            found.append(resource)
    return found


def _resource(root, file, packages, distributions):
    top = file.parts[0]
    if len(file.parts) > 1 and top.endswith((".dist-info", ".egg-info")):
        if top not in distributions:
            distributions[top] = _identity(root / top)
        if distributions[top] is None:
            return None
        package, version = distributions[top]
        name = "/".join(file.parts[1:])
        data = (root / file).read_bytes()
        return PythonPackageDistributionResource(package=package, version=version, name=name, data=data)
    extension = _extension_name(file.name)
    if extension is not None:
        name, is_package = _module_name((*file.parts[:-1], extension))
        library = (root / file).read_bytes()
        return PythonExtensionModule(name=name, is_package=is_package, library=library, filename=file.name)
    if file.suffix == ".py":
        name, is_package = _module_name((*file.parts[:-1], file.stem))
        return PythonModuleSource(module=name, source=(root / file).read_bytes(), is_package=is_package)
    if file.suffix == ".pyc":
        return _bytecode(root, file)
    if file.suffix in (".egg", ".pth"):
        return None
    for end in range(len(file.parts) - 1, 0, -1):
        if file.parts[:end] in packages:
            name = "/".join(file.parts[end:])
            return PythonPackageResource(
                package=".".join(file.parts[:end]), name=name, data=(root / file).read_bytes()
            )
    return None


def _bytecode(root, file):
    """Only what this Python made, in its __pycache__."""
    tag = f".{sys.implementation.cache_tag}"
    module, found, optimization = file.stem.rpartition(tag)
    if file.parent.name != "__pycache__" or not found or optimization not in _LEVELS:
        return None
    data = (root / file).read_bytes()
    if data[:4] != importlib.util.MAGIC_NUMBER:
        return None
    name, is_package = _module_name((*file.parts[:-2], module))
    return PythonModuleBytecode(
        module=name,
        bytecode=data[_PYC_HEADER_BYTES:],
        optimize_level=_LEVELS[optimization],
        is_package=is_package,
    )


def _module_name(parts):
    is_package = parts[-1] == "__init__" and len(parts) > 1
    return ".".join(parts[:-1] if is_package else parts), is_package


def _extension_name(filename):
    for suffix in _EXTENSION_SUFFIXES:
        if filename.endswith(suffix):
            return filename[: -len(suffix)]
    return None


def _identity(folder):
    """Name and version of a distribution, or None when its metadata does not say."""
    for name in ("METADATA", "PKG-INFO"):
        try:
            metadata = email.message_from_bytes((folder / name).read_bytes())
        except OSError:
            continue
        if metadata["Name"] and metadata["Version"]:
            return metadata["Name"], metadata["Version"]
    return None
