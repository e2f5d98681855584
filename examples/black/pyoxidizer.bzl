# Black, which reads its own files through __file__ and brings modules compiled to native code: packed all the same.
#
#   oxd run --path examples/black -- --version


def make_exe():
    dist = default_python_distribution()

    config = PythonInterpreterConfig(
        run_eval = "from black import patched_main; patched_main()",
    )

    exe = dist.to_python_executable(name = "black", config = config)
    exe.add_python_resources(exe.pip_install(["black==24.10.0"]))

    return exe


register_target("exe", make_exe, default = True)

resolve_targets()
