import importlib
import importlib.util
import sys
import unittest
import unittest.mock
import warnings

from oxidized_importer import OxidizedFinder, pkg_resources_find_distributions, register_pkg_resources
from test_finder import RESOURCES
from test_packed import named


@unittest.skipUnless(importlib.util.find_spec("pkg_resources"), "this Python has no pkg_resources")
class PkgResources(unittest.TestCase):
    def test_resources_and_distributions(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pkg_resources
        finder = OxidizedFinder()
        finder.add_resources(RESOURCES)
        sys.meta_path.insert(0, finder)
        self.addCleanup(sys.meta_path.remove, finder)
        sys.path_hooks.insert(0, finder.path_hook)
        self.addCleanup(sys.path_hooks.remove, finder.path_hook)
        register_pkg_resources()
        self.assertEqual(pkg_resources.resource_string("packed_a", "top.txt"), b"top")
        with pkg_resources.resource_stream("packed_a", "data/x.json") as stream:
            self.assertEqual(stream.read(), b"{}")
        self.assertTrue(pkg_resources.resource_exists("packed_a", "top.txt"))
        self.assertTrue(pkg_resources.resource_isdir("packed_a", "data"))
        self.assertFalse(pkg_resources.resource_isdir("packed_a", "top.txt"))
        self.assertEqual(pkg_resources.resource_listdir("packed_a", ""), ["data", "top.txt"])
        self.assertFalse(pkg_resources.resource_exists("packed_a", "missing"))
        with self.assertRaises(NotImplementedError):
            pkg_resources.resource_filename("packed_a", "top.txt")
        (found,) = pkg_resources.find_distributions(finder.path_hook_base_str)
        self.assertEqual((found.project_name, found.version), ("Some.Thing", "1.5"))
        self.assertEqual([str(required) for required in found.requires()], ["other"])
        self.check_working_set(pkg_resources, pkg_resources.WorkingSet([finder.path_hook_base_str]))
        working_set = pkg_resources.WorkingSet([])
        for found in pkg_resources_find_distributions(finder, finder.path_hook_base_str):
            working_set.add(found)
        self.check_working_set(pkg_resources, working_set)

    def test_pkg_resources_of_a_finder_knows_it(self):
        for is_wanted in (None, False):
            with self.subTest(is_wanted), unittest.mock.patch.dict(sys.modules):
                finder = OxidizedFinder()
                module = named("pkg_resources", is_module=True)
                module.in_memory_source = (
                    b"finders = []\n"
                    b"def register_finder(of, _): finders.append(of)\n"
                    b"def register_loader_type(of, _): loader = of\n"
                )
                finder.add_resource(module)
                if is_wanted is not None:
                    finder.pkg_resources_import_auto_register = is_wanted
                sys.modules.pop("pkg_resources", None)
                with unittest.mock.patch("sys.meta_path", [finder, *sys.meta_path]):
                    imported = importlib.import_module("pkg_resources")
                self.assertEqual(OxidizedFinder in imported.finders, is_wanted is None)

    def check_working_set(self, pkg_resources, working_set):
        self.assertEqual(working_set.find(pkg_resources.Requirement.parse("some.thing>=1")).version, "1.5")
        (entry,) = working_set.iter_entry_points("g", "run")
        self.assertEqual((entry.module_name, entry.attrs), ("packed_a", ("b",)))
        with self.assertRaises(pkg_resources.DistributionNotFound) as raised:
            working_set.require("Some.Thing")
        self.assertEqual(raised.exception.req.key, "other")
