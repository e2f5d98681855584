# What `oxd` builds from here, and how: `oxd build`, `oxd run`, `oxd list-targets`.
#
# This is Starlark, a small language that reads like Python. Each function below makes one target; the calls of
# register_target() at the end give the targets their names and say what each needs.

# The Python that the program carries with it.
def make_dist():
    return default_python_distribution()

# One executable file: Python, its standard library, and your code.
def make_exe(dist):
    policy = dist.make_python_packaging_policy()

    # Keep the source next to the bytecode, for tracebacks that show it.
    policy.include_distribution_sources = True
    # Leave out the tests of the standard library.
    policy.include_test = False

    config = dist.make_python_interpreter_config()

    # What runs when the program starts: an interactive prompt, unless one of these is set.
    #   config.run_command = "import myapp; myapp.main()"  Python code
    #   config.run_module = "myapp"                        a module, as `python -m myapp` does
    #   config.run_filename = "/path/to/main.py"           a file
#?code     config.run_command = $RUN

    exe = dist.to_python_executable(
        name = $NAME,
        packaging_policy = policy,
        config = config,
    )

    # Packages, as pip installs them.
#?pip     exe.add_python_resources(exe.pip_install($PACKAGES))
#?no-pip     # exe.add_python_resources(exe.pip_install(["pyflakes==3.2.0"]))

    # Modules of this project: the packages named, below this folder.
    # exe.add_python_resources(exe.read_package_root(path = CWD, packages = ["myapp"]))

    return exe

# A folder with the executable and whatever shall lie next to it: `oxd build install`.
def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)

    # Packages as plain files beside the executable. They are found with
    # `config.module_search_paths = ["$ORIGIN/lib"]` above.
    # files.add_python_resources("lib", exe.pip_install(["black==24.10.0"]))

    return files

register_target("dist", make_dist)
register_target("exe", make_exe, depends = ["dist"], default = True)
register_target("install", make_install, depends = ["exe"])

resolve_targets()
