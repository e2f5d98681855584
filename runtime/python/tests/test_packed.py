import base64
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

# What oxidized_importer 0.6.0 of PyPI wrote for the resources "all", "one" and "two". The only value of bytecode is empty,
# and that section is left out.
BY_PYOXIDIZER = base64.b64decode(
    "cHllbWJlZAMQ0QAAAAMAAAC4AAAAAQIDAwkAAAAAAAAA/wECBgMOAAAAAAAAAP8BAggDAQAAAAAAAAD/AQIJAwIAAAAAAAAA/wECCgMEAAAA"
    "AAAAAP8BAgsDDQAAAAAAAAD/AQIMAw8AAAAAAAAA/wECDQMDAAAAAAAAAP8BAg4DCAAAAAAAAAD/AQIPAwgAAAAAAAAA/wECEAMJAAAAAAAA"
    "AP8BAhEDCgAAAAAAAAD/AQISAwoAAAAAAAAA/wECEwMIAAAAAAAAAP8BAhQDDAAAAAAAAAD/AQIVAw0AAAAAAAAA/wABAwMABAUGBgAAAAcA"
    "AAAACAEAAAAJAgAAAAoEAAAACwIAAAABAAAAAAAAAAAACAABAAAAAAAAAAwBAAAACAAHAAAAAAAAAA0DAAAAAAAAAA4CAAQABAAPCAAAABAJ"
    "AAAAEQoAAAASCgAAABMIAAAAFAIAAAABAAUAAAABAAUAAAAVAQAAAAgABQAAABYXGBka/wEDAwAGAwAAABb/AQMDAAYFAAAACwEAAAABAAIA"
    "AAAAAAAAFv8AYWxsb25ldHdvc291cmNleD0xeD0yMjIxMjJ/RUxGYWIvw6QudHh0QnFxcU1FVEFEQVRBTmFtZTogeGxpYmxpYmJsaWJhbGli"
    "L2EucHlsaWIvYS5weWNsaWIvYTEucHljbGliL2EyLnB5Y2xpYi94LnNveGxpYi94eWxpYi95TUVUQURBVEFsaWIvTQ=="
)
VALUES_OF_PYOXIDIZER = {
    **{name: value for name, value in VALUES.items() if "file" not in name},
    "in_memory_shared_library": b"lib",
    "relative_path_extension_module_shared_library": pathlib.Path("lib/x.so"),
    "relative_path_package_resources": {"x": pathlib.Path("lib/x"), "y": pathlib.Path("lib/y")},
    "relative_path_distribution_resources": {"METADATA": pathlib.Path("lib/M")},
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

    def test_reads_what_pyoxidizer_writes(self):
        every, one, two = read_packed_resources(BY_PYOXIDIZER)
        self.assertEqual([every.name, one.name, two.name], ["all", "one", "two"])
        self.assertEqual({name: getattr(every, name) for name in VALUES_OF_PYOXIDIZER}, VALUES_OF_PYOXIDIZER)
        self.assertEqual((one.in_memory_source, one.in_memory_bytecode), (b"x=1", None))
        self.assertEqual((two.in_memory_source, two.in_memory_package_resources), (b"x=222", {"q": b"qq"}))
        # Values that are not empty need their section.
        with self.assertRaises(ValueError):
            read_packed_resources(BY_PYOXIDIZER.replace(b"\x07\0\0\0\0\x08", b"\x07\1\0\0\0\x08"))

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
