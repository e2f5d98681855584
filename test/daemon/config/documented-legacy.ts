// Pages of 0.6 and 0.7.
import { exe, type Sample } from './documented-sample.ts';

/** By page. */
export const legacyPages: Readonly<Record<string, Sample>> = {
  'configuration: a distribution and a program of it': {
    config: `
def make_dist():
    return default_python_distribution()

def make_exe(dist):
    return dist.to_python_executable("old", config=PythonInterpreterConfig(run_repl=True))

register_target("dist", make_dist)
register_target("exe", make_exe, depends=["dist"], default=True)
resolve_targets()
`,
    targets: ['exe'],
    comes: ['exe: old runs repl', '  stdlib memory source 0'],
  },
  'configuration: the same page, with an argument that no version has': {
    config: exe('return default_python_distribution().to_python_executable("old", run_repl=True)'),
    refused: /unexpected keyword argument.*run_repl/,
  },
  'configuration: templates': {
    config: `
def make_install():
    files = FileManifest()
    files.add_manifest(glob(["web/templates/**/*"], strip_prefix=CWD + "/web/"))
    return files
register_target("install", make_install)
`,
    files: { 'web/templates/a.html': 'a', 'web/templates/parts/b.html': 'b' },
    comes: ['install: FileManifest', '  file templates/a.html', '  file templates/parts/b.html'],
  },
  'the API: sources of the standard library as files': {
    config: `
def make():
    files = FileManifest()
    files.add_python_resources("lib", default_python_distribution().source_modules())
    return files
register_target("files", make)
`,
    comes: ['files: FileManifest', '  stdlib below lib'],
  },
  'getting started: one package': {
    config: exe(`
dist = default_python_distribution()
exe = dist.to_python_executable("checker")
exe.add_in_memory_python_resources(dist.pip_install(["pyflakes==2.1.1"]))
return exe`),
    comes: [
      'exe: checker runs repl',
      '  stdlib memory source 0',
      '  pip install pyflakes==2.1.1 memory source 0',
      '  pip install pyflakes==2.1.1 memory',
    ],
  },
  'additional files: the formatter in memory': {
    config: exe(`
dist = default_python_distribution()
config = PythonInterpreterConfig(run_module="black")
exe = dist.to_python_executable(name="black", config=config)
exe.add_python_resources(dist.pip_install(["black==19.3b0"]))
return exe`),
    comes: [
      'exe: black runs module black',
      '  stdlib memory source 0',
      '  pip install black==19.3b0 memory source 0',
      '  pip install black==19.3b0 memory',
    ],
  },
  'additional files: the formatter beside its program': {
    config: `
def make_python():
    return default_python_distribution()

def make_exe(dist):
    config = PythonInterpreterConfig(run_module="black", sys_paths=["$ORIGIN/lib"])
    return dist.to_python_executable(name="black", config=config, extension_module_filter="all",
        include_sources=True, include_resources=False, include_test=False)

def make_install(dist, exe):
    files = FileManifest()
    files.add_python_resource(".", exe)
    files.add_python_resources("lib", dist.pip_install(["black==19.3b0"]))
    return files

register_target("python", make_python)
register_target("exe", make_exe, depends=["python"])
register_target("install", make_install, depends=["python", "exe"], default=True)
resolve_targets()
`,
    targets: ['install'],
    comes: [
      'install: FileManifest',
      '  program black at the root',
      '  pip install black==19.3b0 below lib',
      '  bytecode of pip install black==19.3b0 below lib',
      '  pip install black==19.3b0 below lib',
    ],
  },
  'resources: the three policies': {
    config: exe(`
dist = default_python_distribution()
for policy in ["in-memory-only", "filesystem-relative-only:lib", "prefer-in-memory-fallback-filesystem-relative:lib"]:
    exe = dist.to_python_executable(name="policies", resources_policy=policy)
return exe`),
    comes: ['exe: policies runs repl', '  stdlib memory source 0'],
  },
  'resources: each source in two places': {
    config: exe(`
dist = default_python_distribution()
exe = dist.to_python_executable("both", resources_policy="prefer-in-memory-fallback-filesystem-relative:lib")
for resource in dist.pip_install(["app"]):
    if type(resource) == "PythonSourceModule":
        exe.add_in_memory_module_source(resource)
        exe.add_filesystem_relative_module_source("site-packages", resource)
return exe`),
    comes: [
      'exe: both runs repl',
      '  searches $ORIGIN/site-packages',
      '  stdlib memory source 0',
      '  pip install app memory source',
      '  pip install app site-packages source',
    ],
  },
};
