"""One indexed resource: what it is, and its data in memory or below the origin's folder."""

import os
import pathlib


class _Flag:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, resource, owner=None):
        return self if resource is None else self.name in resource._values

    def __set__(self, resource, value):
        if not isinstance(value, bool):
            raise TypeError(f"{self.name} must be a bool, not {type(value).__name__}")
        if value:
            resource._values[self.name] = True
        else:
            resource._values.pop(self.name, None)


class _Value:
    """A value or None. `coerce` checks what is set; what is got was copied out of any mapping."""

    def __init__(self, coerce, export=lambda value: value):
        self.coerce = coerce
        self.export = export

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, resource, owner=None):
        if resource is None:
            return self
        value = resource._values.get(self.name)
        return None if value is None else self.export(value)

    def __set__(self, resource, value):
        if value is None:
            resource._values.pop(self.name, None)
            return
        try:
            resource._values[self.name] = self.coerce(value)
        except TypeError as error:
            raise TypeError(f"{self.name}: {error}") from None


def _text(value):
    if not isinstance(value, str):
        raise TypeError(f"expected a str, not {type(value).__name__}")
    return value


def _data(value):
    return bytes(memoryview(value))


def _path(value):
    return pathlib.Path(os.fsdecode(value))


def _names(value):
    if isinstance(value, str):
        raise TypeError("expected a list of str, not str")
    return [_text(name) for name in value]


def _mapping(coerce):
    def coerce_all(value):
        if not isinstance(value, dict):
            raise TypeError(f"expected a dict, not {type(value).__name__}")
        return {_text(name): coerce(item) for name, item in value.items()}

    return coerce_all


def _data_value():
    return _Value(_data, bytes)


def _data_mapping():
    return _Value(_mapping(_data), lambda items: {name: bytes(data) for name, data in items.items()})


class OxidizedResource:
    """A resource by its name. Data that was indexed from a buffer stays there until it is asked for."""

    is_module = _Flag()
    is_builtin_extension_module = _Flag()
    is_frozen_module = _Flag()
    is_extension_module = _Flag()
    is_shared_library = _Flag()
    is_package = _Flag()
    is_namespace_package = _Flag()
    in_memory_source = _data_value()
    in_memory_bytecode = _data_value()
    in_memory_bytecode_opt1 = _data_value()
    in_memory_bytecode_opt2 = _data_value()
    in_memory_extension_module_shared_library = _data_value()
    in_memory_package_resources = _data_mapping()
    in_memory_distribution_resources = _data_mapping()
    in_memory_shared_library = _data_value()
    shared_library_dependency_names = _Value(_names, list)
    relative_path_module_source = _Value(_path)
    relative_path_module_bytecode = _Value(_path)
    relative_path_module_bytecode_opt1 = _Value(_path)
    relative_path_module_bytecode_opt2 = _Value(_path)
    relative_path_extension_module_shared_library = _Value(_path)
    relative_path_package_resources = _Value(_mapping(_path), dict)
    relative_path_distribution_resources = _Value(_mapping(_path), dict)
    # Files that are no Python resources; version 3 of the format has them.
    is_utf8_filename_data = _Flag()
    file_executable = _Flag()
    file_data_embedded = _data_value()
    file_data_utf8_relative_path = _Value(_path)

    def __init__(self):
        self._name = ""
        self._values = {}

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = _text(value)

    def __repr__(self):
        return f'<OxidizedResource name="{self._name}">'

    def _copy(self):
        copy = OxidizedResource()
        copy._name = self._name
        for name, value in self._values.items():
            copy._values[name] = value.copy() if isinstance(value, (dict, list)) else value
        return copy
