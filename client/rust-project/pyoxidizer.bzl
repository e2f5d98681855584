# What this program carries: `cargo build` and `oxd build` read it.
#
# This is Starlark, a small language that reads like Python. Each function below makes one target.

def make_exe():
    # The Python that the program carries. .cargo/python.txt names its version too.
    dist = default_python_distribution(python_version = "$VERSION")

    policy = dist.make_python_packaging_policy()
    # Leave out the tests of the standard library.
    policy.include_test = False

    config = dist.make_python_interpreter_config()

    # What runs when the program starts: an interactive prompt, unless one of these is set.
    #   config.run_command = "import myapp; myapp.main()"  Python code
    #   config.run_module = "myapp"                        a module, as `python -m myapp` does

    exe = dist.to_python_executable(
        name = "$NAME",
        packaging_policy = policy,
        config = config,
    )

    # Packages, as pip installs them.
    # exe.add_python_resources(exe.pip_install(["pyflakes==3.2.0"]))

    # Modules of this project: the packages named, below the folder `python`.
    # exe.add_python_resources(exe.read_package_root(path = CWD + "/python", packages = ["myapp"]))

    return exe

# What `cargo build` embeds.
def make_resources(exe):
    return exe.to_embedded_resources()

# A folder with the executable and whatever shall lie next to it: `oxd build install`.
def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe, default = True)
register_target("resources", make_resources, depends = ["exe"], default_build_script = True)
register_target("install", make_install, depends = ["exe"])

resolve_targets()
