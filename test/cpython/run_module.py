"""Runs test modules (or single tests) of CPython's own suite and writes the outcome of each test as a line of JSON.

run_module.py OUTCOMES SECONDS NAME...   Outcomes are pass, skip and fail. After SECONDS it shows where it hangs and ends.
"""

import faulthandler
import json
import os
import sys
import unittest


class Outcomes(unittest.TestResult):
    def __init__(self, file):
        super().__init__()
        self.file = file
        self.failed = set()

    def write(self, test, outcome):
        # Sub-tests belong to their test: one that fails lets the whole fail.
        test = getattr(test, "test_case", test)
        if test.id() in self.failed:
            return
        if outcome == "fail":
            self.failed.add(test.id())
        self.file.write(json.dumps([test.id(), outcome]) + "\n")
        self.file.flush()

    def explain(self, test, error):
        print(test.id(), self._exc_info_to_string(error, test), sep="\n", file=sys.stderr)
        self.write(test, "fail")

    def addSuccess(self, test):
        self.write(test, "pass")

    def addError(self, test, error):
        self.explain(test, error)

    def addFailure(self, test, error):
        self.explain(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.explain(test, error)

    def addSkip(self, test, reason):
        self.write(test, "skip")

    def addExpectedFailure(self, test, error):
        self.write(test, "pass")

    def addUnexpectedSuccess(self, test):
        self.write(test, "fail")


def forget_on_read_only():
    """Tests delete bytecode below each entry of sys.path before they begin. Where there is none, a read-only folder
    says EROFS all the same; as for any Python that an administrator installed, that is no failure."""
    from test.support import import_helper

    unlink = import_helper.unlink

    def unlink_if_there(path):
        if os.path.lexists(path):
            unlink(path)

    import_helper.unlink = unlink_if_there


def add_stand_ins():
    """Makes the modules of stand_ins/ importable as `test.NAME` where the test package has none of that
    name."""
    import test

    test.__path__.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "stand_ins"))


def main():
    from test import support
    from test.support import os_helper

    forget_on_read_only()
    outcomes, seconds, *names = sys.argv[1:]
    del sys.argv[1:]
    # As `python -m test` without -u: no network, nothing that takes the whole disk or an hour.
    support.use_resources = ()
    support.verbose = 0
    faulthandler.dump_traceback_later(float(seconds), exit=True)
    with open(outcomes, "a") as file, os_helper.temp_cwd("oxd_cpython_" + str(os.getpid())):
        unittest.defaultTestLoader.loadTestsFromNames(names).run(Outcomes(file))
    # What a test leaves behind (threads, children) is not judged here.
    sys.stderr.flush()
    os._exit(0)


# Children that are spawned import this file again, and look their tests up by name.
add_stand_ins()
if __name__ == "__main__":
    main()
