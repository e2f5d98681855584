# A local package with data files, which it reads in the three ways that packages do.
#
#   oxd run --path examples/greeter -- --language fi Ada


def make_exe():
    dist = default_python_distribution()
    exe = dist.to_python_executable(
        name = "greeter",
        config = PythonInterpreterConfig(run_module = "greeter"),
    )
    exe.add_python_resources(dist.read_package_root(CWD + "/src", ["greeter"]))
    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
