# What `oxd` builds from here, and how: `oxd build`, `oxd run`, `oxd list-targets`.
#
# This is Starlark, a small language that reads like Python. Each function below makes one target; the calls of
# register_target() at the end give the targets their names and say what each needs.

# The Python that the program carries with it.
def make_dist():
    return default_python_distribution()

# One executable file: Python, its standard library, and your code.
def make_exe(dist):
    config = PythonInterpreterConfig(
        # What runs when the program starts. One of:
        #   run_repl = True                          an interactive prompt
        #   run_eval = "import myapp; myapp.main()"  Python code
        #   run_module = "myapp"                     a module, as `python -m myapp` does
        #   run_file = "/path/to/main.py"            a file
        $RUN,
    )

    exe = dist.to_python_executable(
        name = $NAME,
        config = config,
        # Keep the source next to the bytecode, for tracebacks that show it.
        include_sources = True,
        # Leave out the tests of the standard library.
        include_test = False,
    )

    # Packages, as pip installs them.
#?pip     exe.add_python_resources(dist.pip_install($PACKAGES))
#?no-pip     # exe.add_python_resources(dist.pip_install(["pyflakes==3.2.0"]))

    # Modules of this project: the packages named, below this folder.
    # exe.add_python_resources(dist.read_package_root(path = CWD, packages = ["myapp"]))

    return exe

# A folder with the executable and whatever shall lie next to it: `oxd build install`.
def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)

    # Packages as plain files beside the executable. They are found with `sys_paths = ["$ORIGIN/lib"]` in the config above;
    # give make_install the argument `dist` too, and its target the dependency.
    # files.add_python_resources("lib", dist.pip_install(["black==24.10.0"]))

    return files

register_target("dist", make_dist)
register_target("exe", make_exe, depends = ["dist"], default = True)
register_target("install", make_install, depends = ["exe"])

resolve_targets()
