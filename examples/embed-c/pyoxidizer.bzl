# A library with Python, json and all, for the C program beside this file. `oxd build` writes the header, the library and
# the file for pkg-config; `make` links the program.

def make_library():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    config = dist.make_python_interpreter_config()
    config.run_command = "import sys; print('arguments:', sys.argv[1:]); sys.exit(len(sys.argv) - 1)"
    exe = dist.to_python_executable(name = "embedded", packaging_policy = policy, config = config)
    return exe.to_library(kind = VARS.get("kind", "shared"))

register_target("library", make_library)
resolve_targets()
