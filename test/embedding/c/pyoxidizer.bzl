# A library for test/e2e/library-interface.test.ts: its kind and where its tree is are variables.

def make_library():
    dist = default_python_distribution()
    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; sys.exit(len(sys.argv))"
    exe = dist.to_python_executable(name = "embedded", config = config)
    exe.packed_resources_load_mode = VARS.get("mode", "embedded:packed-resources")
    exe.add_python_resources(exe.read_package_root(CWD, ["only_here"]))
    return exe.to_library(kind = VARS.get("kind", "shared"))

register_target("library", make_library)
resolve_targets()
