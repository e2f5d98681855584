"""Modules that the interpreter brings in itself, as resources."""

import _imp
import sys

from .resource import OxidizedResource

# Before 3.11 nothing lists them.
_OLD_FROZEN = ("_frozen_importlib", "_frozen_importlib_external", "zipimport", "__hello__", "__phello__", "__phello__.spam")


def builtin_extension_modules():
    for name in sys.builtin_module_names:
        resource = OxidizedResource()
        resource.name = name
        resource.is_builtin_extension_module = True
        yield resource


def frozen_modules():
    list_names = getattr(_imp, "_frozen_module_names", lambda: _OLD_FROZEN)
    for name in list_names():
        if not _imp.is_frozen(name):
            continue
        resource = OxidizedResource()
        resource.name = name
        resource.is_frozen_module = True
        resource.is_package = _imp.is_frozen_package(name)
        yield resource
