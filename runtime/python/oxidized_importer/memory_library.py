"""Extension modules and shared libraries that are only in memory."""

import _imp
import ctypes
import importlib.machinery
import os

# Files in memory stay open: the dynamic linker knows a library by its path, which has the descriptor's number in it.
_libraries = {}


def create_extension_module(index, resource, spec):
    """The module object of a library in memory, the libraries that it needs opened before it. Raises ImportError."""
    for name in resource.shared_library_dependency_names or ():
        dependency = index.get(name)
        if dependency is not None and "in_memory_shared_library" in dependency._values:
            path = _memory_file(name, dependency._values["in_memory_shared_library"])
            ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
    try:
        path = _memory_file(spec.name, resource._values["in_memory_extension_module_shared_library"])
    except OSError as error:
        raise ImportError(f"unable to load extension module library from memory: {error}", name=spec.name) from error
    return _imp.create_dynamic(importlib.machinery.ModuleSpec(spec.name, spec.loader, origin=path))


def _memory_file(name, data):
    known = _libraries.get(name)
    if known is not None and known[0] is data:
        return known[1]
    if not hasattr(os, "memfd_create"):
        raise OSError("this system has no files in memory")
    descriptor = os.memfd_create(name)
    with open(descriptor, "wb", closefd=False) as stream:
        stream.write(data)
    path = f"/proc/self/fd/{descriptor}"
    _libraries[name] = (data, path)
    return path
