# Runs pyflakes' own tests against the pyflakes that is packed into a program, in the program's own interpreter. The tests,
# and what only they need, lie outside: in the folder of an installed pyflakes and in a standard library, both behind all
# that is packed. Tests that start pyflakes start the program itself.
#
#   $OXD_PYTHON pyflakes_suite.py FOLDER_WITH_PYFLAKES STANDARD_LIBRARY
import os
import sys

program = os.environ["OXD_PROGRAM"]
installed, library = sys.argv[1:]

import pyflakes
import pyflakes.api
import pyflakes.checker
import pyflakes.messages
import pyflakes.reporter

# From here on the tests find what the program does not have, and nothing that it has.
sys.path += [library, library + "/lib-dynload"]
pyflakes.__path__.append(installed + "/pyflakes")

import subprocess
import unittest
from pyflakes.test import test_api


def run_pyflakes(self, paths, stdin=None):
    given = {} if stdin is None else {"input": stdin.encode()}
    ended = subprocess.run([program, *paths], capture_output=True, **given)
    return ended.stdout.decode(), ended.stderr.decode(), ended.returncode


test_api.IntegrationTests.runPyflakes = run_pyflakes

suite = unittest.TestLoader().discover(installed + "/pyflakes/test", top_level_dir=installed)
result = unittest.TextTestRunner(verbosity=0).run(suite)


def is_outside(name):
    return not (getattr(sys.modules[name], "__file__", None) or program).startswith(program + "/")


outside = [name for name in list(sys.modules) if is_outside(name) and sys.modules[name] is not sys.modules["__main__"]]
# `pyflakes.scripts` is what an installed bin/pyflakes calls; the program starts in another way.
only_tests = ("pyflakes.test", "pyflakes.scripts")
of_pyflakes = [name for name in outside if name.split(".")[0] == "pyflakes" and not name.startswith(only_tests)]
assert "pyflakes.test.test_api" in outside and of_pyflakes == [], of_pyflakes
print("ran", result.testsRun)
sys.exit(not result.wasSuccessful())
