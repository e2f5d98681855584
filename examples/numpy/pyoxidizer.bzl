# NumPy with its bundled OpenBLAS, loaded from the executable itself.
#
#   oxd run --path examples/numpy -- 4


CODE = """
import sys
import numpy

n = int(sys.argv[1]) if len(sys.argv) > 1 else 3
hilbert = 1 / (numpy.arange(n)[:, None] + numpy.arange(n)[None, :] + 1)
print("numpy", numpy.__version__, "from", numpy.__file__)
print("condition of the Hilbert matrix of order %d: %.6g" % (n, numpy.linalg.cond(hilbert)))
"""


def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(
        name = "hilbert",
        config = PythonInterpreterConfig(run_eval = CODE),
    )
    exe.add_python_resources(dist.pip_install(["numpy==2.1.3"]))
    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
