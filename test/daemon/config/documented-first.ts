// Pages of 0.8 to 0.24 that a beginner reads: configuration, projects, files.
import { exe, type Sample } from './documented-sample.ts';

/** By page. */
export const firstPages: Readonly<Record<string, Sample>> = {
  'configuration, concepts: a distribution as a target of its own': {
    config: `
def get_python():
    return default_python_distribution()

def make_exe(python):
    return python.to_python_executable("concept")

register_target("python", get_python)
register_target("exe", make_exe, depends=["python"], default=True)
`,
    targets: ['exe'],
    comes: ['exe: concept runs repl', '  stdlib memory source 0'],
  },
  'the configuration file: the smallest': {
    config: exe('return default_python_distribution().to_python_executable("small")'),
    comes: ['exe: small runs repl', '  stdlib memory source 0'],
  },
  'the configuration file: a command': {
    config: exe(`
dist = default_python_distribution()
config = dist.make_python_interpreter_config()
config.run_command = "print('good morning')"
return dist.to_python_executable("greeting", config=config)`),
    comes: ["exe: greeting runs eval print('good morning')", '  stdlib memory source 0'],
  },
  'the configuration file: templates beside the program': {
    config: `
def make_exe():
    return default_python_distribution().to_python_executable("site")

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    files.add_manifest(glob([CWD + "/web/templates/**/*"], strip_prefix=CWD + "/web/"))
    return files

register_target("exe", make_exe)
register_target("install", make_install, depends=["exe"], default=True)
resolve_targets()
`,
    targets: ['install'],
    files: { 'web/templates/a.html': 'a', 'web/templates/parts/b.html': 'b', 'web/other.css': 'c' },
    comes: [
      'install: FileManifest',
      '  program site at the root',
      '  file templates/a.html',
      '  file templates/parts/b.html',
    ],
  },
  'getting started: a random number': {
    config: exe(`
dist = default_python_distribution()
python_config = dist.make_python_interpreter_config()
python_config.run_command = "import secrets; print(secrets.token_hex())"
return dist.to_python_executable(name="token", config=python_config)`),
    comes: ['exe: token runs eval import secrets; print(secrets.token_hex())', '  stdlib memory source 0'],
  },
  'getting started: an installed package, resource by resource': {
    config: exe(`
dist = default_python_distribution()
exe = dist.to_python_executable("checker")
for resource in exe.pip_install(["pyflakes==3.2.0"]):
    resource.add_location = "in-memory"
    exe.add_python_resource(resource)
return exe`),
    comes: [
      'exe: checker runs repl',
      '  stdlib memory source 0',
      '  pip install pyflakes==3.2.0 memory source 0',
      '  pip install pyflakes==3.2.0 memory',
    ],
  },
  'managing projects: a name from the command line': {
    config: `
FALLBACK = "unnamed"

def make_exe():
    return default_python_distribution().to_python_executable(name=VARS.get("app_name", FALLBACK))

register_target("exe", make_exe)
resolve_targets()
`,
    variables: { app_name: 'named' },
    comes: ['exe: named runs repl', '  stdlib memory source 0'],
  },
  'managing projects: the same page, whose function asks for a target that nobody gives': {
    config: `
def make_exe(dist):
    return dist.to_python_executable("never")

register_target("exe", make_exe)
resolve_targets()
`,
    refused: /missing 1 argument \(dist\)/,
  },
  'additional files: all in the program': {
    config: exe(
      `
config = dist.make_python_interpreter_config()
config.run_module = "black"
exe = dist.to_python_executable(name="black", config=config)
for resource in exe.pip_install(["black==24.4.2"]):
    resource.add_location = "in-memory"
    exe.add_python_resource(resource)
return exe`,
      'dist',
    ),
    targets: ['exe'],
    comes: [
      'exe: black runs module black',
      '  stdlib memory source 0',
      '  pip install black==24.4.2 memory source 0',
      '  pip install black==24.4.2 memory',
    ],
  },
  'additional files: wheels beside the program, with a second choice': {
    config: exe(
      `
policy = dist.make_python_packaging_policy()
policy.resources_location_fallback = "filesystem-relative:lib"
exe = dist.to_python_executable(name="numbers", packaging_policy=policy)
for resource in exe.pip_download(["numpy==2.0.0"]):
    resource.add_location = "filesystem-relative:lib"
    exe.add_python_resource(resource)
return exe`,
      'dist',
    ),
    targets: ['exe'],
    comes: [
      'exe: numbers runs repl',
      '  searches $ORIGIN/lib',
      '  stdlib memory source 0',
      '  pip download for x86_64-unknown-linux-gnu numpy==2.0.0 lib source 0',
      '  pip download for x86_64-unknown-linux-gnu numpy==2.0.0 lib',
    ],
  },
  'additional files: a package beside the program, found on the path': {
    config: exe(
      `
policy = dist.make_python_packaging_policy()
policy.resources_location_fallback = "filesystem-relative:lib"
python_config = dist.make_python_interpreter_config()
python_config.run_module = "black"
python_config.module_search_paths = ["$ORIGIN/lib"]
exe = dist.to_python_executable(name="black", packaging_policy=policy, config=python_config)
for resource in exe.pip_install(["black==24.4.2"]):
    resource.add_location = "filesystem-relative:lib"
    exe.add_python_resource(resource)
return exe`,
      'dist',
    ),
    targets: ['exe'],
    comes: [
      'exe: black runs module black',
      '  searches $ORIGIN/lib',
      '  stdlib memory source 0',
      '  pip install black==24.4.2 lib source 0',
      '  pip install black==24.4.2 lib',
    ],
  },
  'a python of one’s own': {
    config: `
def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = "all"
    policy.include_distribution_resources = True
    policy.resources_location = "filesystem-relative:lib"
    python_config = dist.make_python_interpreter_config()
    python_config.config_profile = "python"
    python_config.filesystem_importer = True
    python_config.oxidized_importer = False
    return dist.to_python_executable(name="mypython", packaging_policy=policy, config=python_config)

def make_resources(exe):
    return exe.to_embedded_resources()

def make_install(exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    return files

register_target("exe", make_exe)
register_target("resources", make_resources, depends=["exe"], default_build_script=True)
register_target("install", make_install, depends=["exe"], default=True)
resolve_targets()
`,
    targets: ['exe', 'resources', 'install'],
    comes: [
      'exe: mypython runs repl',
      // The interpreter starts with its library, before it knows another place.
      '  stdlib memory source 0',
      'resources: PythonEmbeddedResources',
      'install: FileManifest',
      '  program mypython at the root',
    ],
  },
  'Python files: from an index, both ways': {
    config: exe(`
exe = default_python_distribution().to_python_executable("two")
exe.add_python_resources(exe.pip_download(["pyflakes==3.2.0"]))
exe.add_python_resources(exe.pip_install(["pyflakes==3.2.0"]))
return exe`),
    comes: [
      'exe: two runs repl',
      '  stdlib memory source 0',
      '  pip download for x86_64-unknown-linux-gnu pyflakes==3.2.0 memory source 0',
      '  pip download for x86_64-unknown-linux-gnu pyflakes==3.2.0 memory',
      '  pip install pyflakes==3.2.0 memory source 0',
      '  pip install pyflakes==3.2.0 memory',
    ],
  },
  'Python files: a policy spelled out': {
    config: exe(
      `
policy = dist.make_python_packaging_policy()
policy.extension_module_filter = "all"
policy.include_distribution_sources = True
policy.include_distribution_resources = True
policy.include_test = False
config = dist.make_python_interpreter_config()
config.run_command = "from pyflakes.api import main; main()"
exe = dist.to_python_executable(name="pyflakes", packaging_policy=policy, config=config)
exe.add_python_resources(exe.read_virtualenv("/srv/environment"))
return exe`,
      'dist',
    ),
    targets: ['exe'],
    comes: [
      'exe: pyflakes runs eval from pyflakes.api import main; main()',
      '  stdlib memory source 0',
      '  virtualenv /srv/environment memory source 0',
      '  virtualenv /srv/environment memory',
    ],
  },
  'Python files: the project that the config lies in': {
    config: exe(`
exe = default_python_distribution().to_python_executable("local")
exe.add_python_resources(exe.pip_install(["./sub/package"]))
exe.add_python_resources(exe.setup_py_install(package_path="."))
exe.add_python_resources(exe.read_package_root("src", ["mine"]))
return exe`),
    comes: [
      'exe: local runs repl',
      '  stdlib memory source 0',
      '  pip install ./sub/package memory source 0',
      '  pip install ./sub/package memory',
      '  setup.py CWD memory source 0',
      '  setup.py CWD memory',
      '  package root CWD/src memory source 0',
      '  package root CWD/src memory',
    ],
  },
};
