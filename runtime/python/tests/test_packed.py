import pathlib
import struct
import unittest

from oxidized_importer import OxidizedResource
from oxidized_importer.packed import read_packed_resources, write_packed_resources

# Bytes by hand from the format's description: module "a" with source "x=1" and a flag, padded with NUL.
BLOB_INDEX = (
    b"\x01\x02\x03\x03" + struct.pack("<Q", 2) + b"\x04\x02\xff"
    b"\x01\x02\x06\x03" + struct.pack("<Q", 3) + b"\x04\x01\xff"
    b"\x00"
)
INDEX = b"\x01\x03\x01\x00\x16\x06\x03\x00\x00\x00\xff\x00"
HEADER = b"pyembed\x03" + struct.pack("<BIII", 2, len(BLOB_INDEX), 1, len(INDEX))
BY_HAND = HEADER + BLOB_INDEX + INDEX + b"a\x00x=1"

VALUES = {
    "is_module": True,
    "is_builtin_extension_module": True,
    "is_frozen_module": True,
    "is_extension_module": True,
    "is_shared_library": True,
    "is_package": True,
    "is_namespace_package": True,
    "in_memory_source": b"source",
    "in_memory_bytecode": b"",
    "in_memory_bytecode_opt1": b"1",
    "in_memory_bytecode_opt2": b"22",
    "in_memory_extension_module_shared_library": b"\x7fELF",
    "in_memory_package_resources": {"b/ä.txt": b"B", "a": b""},
    "in_memory_distribution_resources": {"METADATA": b"Name: x"},
    "in_memory_shared_library": b"library",
    "shared_library_dependency_names": ["libb", "liba"],
    "relative_path_module_source": pathlib.Path("lib/a.py"),
    "relative_path_module_bytecode": pathlib.Path("lib/a.pyc"),
    "relative_path_module_bytecode_opt1": pathlib.Path("lib/a1.pyc"),
    "relative_path_module_bytecode_opt2": pathlib.Path("lib/a2.pyc"),
    "relative_path_extension_module_shared_library": pathlib.Path("lib/\udcff.so"),
    "relative_path_package_resources": {"x": pathlib.Path("lib/x")},
    "relative_path_distribution_resources": {"METADATA": pathlib.Path("lib/METADATA")},
    "is_utf8_filename_data": True,
    "file_executable": True,
    "file_data_embedded": b"file",
    "file_data_utf8_relative_path": pathlib.Path("lib/file"),
}


def named(name, **values):
    resource = OxidizedResource()
    resource.name = name
    for attribute, value in values.items():
        setattr(resource, attribute, value)
    return resource


class Packed(unittest.TestCase):
    def test_reads_what_others_write(self):
        (resource,) = read_packed_resources(BY_HAND)
        self.assertEqual((resource.name, resource.is_module, resource.in_memory_source), ("a", True, b"x=1"))
        self.assertFalse(resource.is_package)

    def test_every_value_comes_back(self):
        for attribute, value in VALUES.items():
            with self.subTest(attribute):
                data = write_packed_resources([named("before"), named("x.y", **{attribute: value}), named("z")])
                before, resource, _ = read_packed_resources(data)
                self.assertEqual(resource.name, "x.y")
                for other, expected in VALUES.items():
                    unset = False if expected is True else None
                    self.assertEqual(getattr(resource, other), value if other == attribute else unset)
                    self.assertEqual(getattr(before, other), unset)

    def test_all_values_at_once(self):
        data = write_packed_resources([named("all", **VALUES)])
        (resource,) = read_packed_resources(bytearray(data))
        self.assertEqual({name: getattr(resource, name) for name in VALUES}, VALUES)
        self.assertEqual(write_packed_resources([resource]), data)

    def test_every_truncation_is_an_error(self):
        for size in range(len(BY_HAND)):
            with self.subTest(size), self.assertRaises(ValueError):
                read_packed_resources(BY_HAND[:size])

    def test_unknown_fields_and_versions_are_errors(self):
        unknown = BY_HAND.replace(b"\x01\x03\x01\x00\x16", b"\x01\x03\x01\x00\x7f")
        for data in (unknown, BY_HAND.replace(b"\x03", b"\x02", 1)):
            with self.assertRaises(ValueError):
                read_packed_resources(data)

    def test_wrong_types_are_errors(self):
        wrong = [
            ("name", b"a"),
            ("is_module", 1),
            ("in_memory_source", "text"),
            ("in_memory_package_resources", ["a"]),
            ("in_memory_package_resources", {"a": "text"}),
            ("shared_library_dependency_names", "lib"),
            ("relative_path_module_source", 3),
        ]
        for attribute, value in wrong:
            with self.subTest(attribute), self.assertRaises(TypeError):
                setattr(OxidizedResource(), attribute, value)
