"""Packed resources, version 3: reading and writing.

    b"pyembed\\x03", u8 blob sections, u32 bytes of blob index, u32 resources, u32 bytes of resources index,
    blob index, resources index, blob sections

Numbers are little endian. A blob section holds all values of one field, in the order of the resources index; names and
values of a mapping alternate in it. The format has neither compression nor checksums, so every length is checked.
"""

import os
import pathlib
import struct

from .resource import OxidizedResource

MAGIC = b"pyembed\x03"
_HEADER = struct.Struct("<BIII")
_END_OF_INDEX, _START, _END = 0x00, 0x01, 0xFF
_BLOB_FIELD, _BLOB_LENGTH, _BLOB_PADDING = 0x02, 0x03, 0x04
_PADDING_NUL = 0x02
_NAME, _DEPENDENCIES = 0x03, 0x0E

_FLAGS = {
    0x04: "is_package",
    0x05: "is_namespace_package",
    0x16: "is_module",
    0x17: "is_builtin_extension_module",
    0x18: "is_frozen_module",
    0x19: "is_extension_module",
    0x1A: "is_shared_library",
    0x1B: "is_utf8_filename_data",
    0x1C: "file_executable",
}
# Values by field: attribute, form of the length, whether it is a path.
_VALUES = {
    0x06: ("in_memory_source", "I", False),
    0x07: ("in_memory_bytecode", "I", False),
    0x08: ("in_memory_bytecode_opt1", "I", False),
    0x09: ("in_memory_bytecode_opt2", "I", False),
    0x0A: ("in_memory_extension_module_shared_library", "I", False),
    0x0D: ("in_memory_shared_library", "Q", False),
    0x0F: ("relative_path_module_source", "I", True),
    0x10: ("relative_path_module_bytecode", "I", True),
    0x11: ("relative_path_module_bytecode_opt1", "I", True),
    0x12: ("relative_path_module_bytecode_opt2", "I", True),
    0x13: ("relative_path_extension_module_shared_library", "I", True),
    0x1D: ("file_data_embedded", "Q", False),
    0x1E: ("file_data_utf8_relative_path", "I", True),
}
_MAPPINGS = {
    0x0B: ("in_memory_package_resources", "Q", False),
    0x0C: ("in_memory_distribution_resources", "Q", False),
    0x14: ("relative_path_package_resources", "I", True),
    0x15: ("relative_path_distribution_resources", "I", True),
}


class _Cursor:
    def __init__(self, view):
        self.view = view
        self.at = 0

    def number(self, form):
        size = struct.calcsize("<" + form)
        return struct.unpack("<" + form, self.take(size))[0]

    def take(self, size):
        end = self.at + size
        if end > len(self.view):
            raise ValueError("packed resources are truncated")
        taken = self.view[self.at : end]
        self.at = end
        return taken


class _Section:
    def __init__(self, view, padding):
        self.cursor = _Cursor(view)
        self.padding = padding

    def take(self, size):
        taken = self.cursor.take(size)
        self.cursor.take(self.padding)
        return taken


def read_packed_resources(data):
    """The resources in `data`, whose parts they refer to. Raises ValueError when it is not version 3 or is damaged."""
    view = memoryview(data).cast("B")
    cursor = _Cursor(view)
    if len(view) < len(MAGIC) or cursor.take(len(MAGIC)) != MAGIC:
        raise ValueError("not packed resources of version 3")
    section_count, blob_index_size, count, index_size = _HEADER.unpack(cursor.take(_HEADER.size))
    blob_index = _Cursor(cursor.take(blob_index_size))
    index = _Cursor(cursor.take(index_size))
    sections = _read_blob_index(blob_index, cursor)
    if len(sections) != section_count:
        raise ValueError(f"expected {section_count} blob sections, found {len(sections)}")
    resources = []
    while index.at < index_size:
        code = index.number("B")
        if code == _END_OF_INDEX:
            break
        if code != _START:
            raise ValueError(f"expected the start of a resource, found 0x{code:02x}")
        resources.append(_read_resource(index, sections))
    if len(resources) != count:
        raise ValueError(f"expected {count} packed resources, found {len(resources)}")
    return resources


def _read_blob_index(index, data):
    sections = {}
    while index.at < len(index.view) and index.number("B") != _END_OF_INDEX:
        field = length = None
        padding = 0
        while (code := index.number("B")) != _END:
            if code == _BLOB_FIELD:
                field = index.number("B")
            elif code == _BLOB_LENGTH:
                length = index.number("Q")
            elif code == _BLOB_PADDING:
                padding = 1 if index.number("B") == _PADDING_NUL else 0
            else:
                raise ValueError(f"unknown code in blob index: 0x{code:02x}")
        if field is None or length is None:
            raise ValueError("a blob section lacks its field or length")
        sections[field] = _Section(data.take(length), padding)
    return sections


def _read_resource(index, sections):
    def blob(field, form):
        size = index.number(form)
        section = sections.get(field)
        if section is None:
            # PyOxidizer writes no section when all of its values are empty (and cannot read what it wrote).
            if size == 0:
                return memoryview(b"")
            raise ValueError(f"blob section 0x{field:02x} is missing")
        return section.take(size)

    def value(field, form, is_path):
        taken = blob(field, form)
        return pathlib.Path(os.fsdecode(bytes(taken))) if is_path else taken

    resource = OxidizedResource()
    while (field := index.number("B")) != _END:
        if field == _NAME:
            resource.name = str(blob(field, "H"), "utf-8")
        elif field in _FLAGS:
            setattr(resource, _FLAGS[field], True)
        elif field in _VALUES:
            attribute, form, is_path = _VALUES[field]
            resource._values[attribute] = value(field, form, is_path)
        elif field in _MAPPINGS:
            attribute, form, is_path = _MAPPINGS[field]
            items = {}
            for _ in range(index.number("I")):
                name = str(blob(field, "H"), "utf-8")
                items[name] = value(field, form, is_path)
            resource._values[attribute] = items
        elif field == _DEPENDENCIES:
            names = [str(blob(field, "H"), "utf-8") for _ in range(index.number("H"))]
            resource._values["shared_library_dependency_names"] = names
        else:
            raise ValueError(f"unknown field in packed resources: 0x{field:02x}")
    return resource


def write_packed_resources(resources):
    """Bytes of version 3 without padding. Raises ValueError when a value is too long for the format."""
    index = bytearray()
    sections = {}

    def blob(field, form, data):
        data = _as_bytes(data)
        try:
            index.extend(struct.pack("<" + form, len(data)))
        except struct.error:
            raise ValueError(f"{len(data)} bytes do not fit into field 0x{field:02x}") from None
        sections.setdefault(field, []).append(data)

    count = 0
    for resource in resources:
        count += 1
        values = resource._values
        index += bytes((_START, _NAME))
        blob(_NAME, "H", resource.name)
        for field, attribute in _FLAGS.items():
            if attribute in values:
                index.append(field)
        for field, (attribute, form, _) in _VALUES.items():
            if attribute in values:
                index.append(field)
                blob(field, form, values[attribute])
        for field, (attribute, form, _) in _MAPPINGS.items():
            if attribute in values:
                index.append(field)
                index += struct.pack("<I", len(values[attribute]))
                for name, item in sorted(values[attribute].items()):
                    blob(field, "H", name)
                    blob(field, form, item)
        names = values.get("shared_library_dependency_names")
        if names is not None:
            index.append(_DEPENDENCIES)
            index += struct.pack("<H", len(names))
            for name in names:
                blob(_DEPENDENCIES, "H", name)
        index.append(_END)
    index.append(_END_OF_INDEX)

    blob_index = bytearray()
    for field, parts in sections.items():
        length = sum(len(part) for part in parts)
        blob_index += struct.pack("<BBBBQB", _START, _BLOB_FIELD, field, _BLOB_LENGTH, length, _END)
    blob_index.append(_END_OF_INDEX)
    header = MAGIC + _HEADER.pack(len(sections), len(blob_index), count, len(index))
    return b"".join([header, blob_index, index, *(part for parts in sections.values() for part in parts)])


def _as_bytes(data):
    if isinstance(data, str):
        return data.encode("utf-8")
    return os.fsencode(data) if isinstance(data, pathlib.Path) else data
