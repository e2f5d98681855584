# Pyflakes from PyPI as one executable.
#
#   oxd run --path examples/pyflakes -- some_file.py


def make_exe():
    dist = default_python_distribution()

    config = PythonInterpreterConfig(
        run_eval = "from pyflakes.api import main; main()",
    )

    exe = dist.to_python_executable(
        name = "pyflakes",
        config = config,
    )

    exe.add_python_resources(dist.pip_install(["pyflakes==3.2.0"]))

    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
