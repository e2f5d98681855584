// Pages of 0.8 to 0.24 for those who know their way: resources, settings, other systems, signatures.
import { exe, type Sample } from './documented-sample.ts';

/** By page. */
export const laterPages: Readonly<Record<string, Sample>> = {
  'resources: typed, or plain files': {
    config: exe(`
dist = default_python_distribution()
policy = dist.make_python_packaging_policy()
for mode in ["classify", "files"]:
    policy.set_resource_handling_mode(mode)
    exe = dist.to_python_executable(name="modes", packaging_policy=policy)
    print(mode, sorted(dict([(type(r), None) for r in exe.pip_install([mode])]).keys()))
return exe`),
    prints: [
      'classify ["PythonExtensionModule", "PythonModuleSource", "PythonPackageDistributionResource", "PythonPackageResource"]',
      'files ["File"]',
    ],
    comes: ['exe: modes runs repl', '  stdlib memory source 0'],
  },
  'resources: the three kinds of places': {
    config: exe(`
dist = default_python_distribution()
for place, second in [("in-memory", None), ("filesystem-relative:lib", None), ("in-memory", "filesystem-relative:lib")]:
    policy = dist.make_python_packaging_policy()
    policy.resources_location = place
    policy.resources_location_fallback = second
    exe = dist.to_python_executable(name="places", packaging_policy=policy)
    resource = exe.make_python_module_source("m", "")
    print(resource.add_location, resource.add_location_fallback)
return exe`),
    prints: ['in-memory None', 'filesystem-relative:lib None', 'in-memory filesystem-relative:lib'],
    comes: ['exe: places runs repl', '  stdlib memory source 0'],
  },
  'resources: a callback that sorts by package': {
    config: `
def place(policy, resource):
    if type(resource) in ("PythonModuleSource", "PythonPackageResource", "PythonPackageDistributionResource"):
        resource.add_location = "filesystem-relative:lib" if resource.package == "app" else "in-memory"

def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.register_resource_callback(place)
    exe = dist.to_python_executable(name="sorted", packaging_policy=policy)
    exe.add_python_resources(exe.pip_install(["app", "other"]))
    return exe

register_target("exe", make_exe)
resolve_targets()
`,
    comes: [
      'exe: sorted runs repl',
      '  searches $ORIGIN/lib',
      '  stdlib memory source 0',
      '  stdlib memory',
      '  pip install app other lib source 0',
      '  pip install app other memory',
      '  pip install app other lib',
      '  pip install app other memory source 0',
    ],
  },
  'packed resources: a file that is mapped': {
    config: exe(`
exe = default_python_distribution().to_python_executable(name="mapped")
exe.packed_resources_load_mode = "binary-relative-memory-mapped:mapped.pypacked"
return exe`),
    comes: ['exe: mapped runs repl', '  packs into mapped.pypacked', '  stdlib memory source 0'],
  },
  'certificates: certifi': {
    config: exe(`
exe = default_python_distribution().to_python_executable("tls")
exe.add_python_resources(exe.pip_install(["certifi==2024.7.4"]))
return exe`),
    comes: [
      'exe: tls runs repl',
      '  stdlib memory source 0',
      '  pip install certifi==2024.7.4 memory source 0',
      '  pip install certifi==2024.7.4 memory',
    ],
  },
  'static linking: a distribution of that flavor': {
    config: exe(
      'return default_python_distribution(flavor="standalone_static").to_python_executable("linked")',
    ),
    comes: ['exe: linked runs repl', '  stdlib memory source 0'],
  },
  'tkinter: where Tcl lies': {
    config: exe('exe = dist.to_python_executable("window")\nexe.tcl_files_path = "lib"\nreturn exe', 'dist'),
    targets: ['exe'],
    comes: ['exe: window runs repl', '  Tcl in lib', '  stdlib memory source 0'],
  },
  'terminfo, masquerading, multiprocessing and trimming': {
    config: exe(`
dist = default_python_distribution()
config = dist.make_python_interpreter_config()
config.terminfo_resolution = "none"
config.sys_frozen = False
config.sys_meipass = True
config.multiprocessing_start_method = "spawn"
config.write_modules_directory_env = "OXD_MODULES"
exe = dist.to_python_executable("masked", config=config)
exe.filter_resources_from_files(files=["used.txt"])
return exe`),
    files: { 'used.txt': '# all that is used\nos\n' },
    comes: ['exe: masked runs repl', '  stdlib memory source 0', '  keeps os'],
  },
  'interpreter settings: a list that is read is a copy': {
    config: exe(`
dist = default_python_distribution()
config = dist.make_python_interpreter_config()
config.module_search_paths = ["a", "b"]
config.module_search_paths.append("c")
print(config.module_search_paths)
paths = config.module_search_paths
paths.append("c")
config.module_search_paths = paths
print(config.module_search_paths)
return dist.to_python_executable("copies", config=config)`),
    prints: ['["a", "b"]', '["a", "b", "c"]'],
    comes: ['exe: copies runs repl', '  searches a b c', '  stdlib memory source 0'],
  },
  'distributions: an archive by path, one by address': {
    config: `
linux = PythonDistribution(
    sha256="${'1'.repeat(64)}",
    local_path="/srv/pythons/linux.tar.zst",
)
macos = PythonDistribution(
    sha256="${'2'.repeat(64)}",
    url="https://example.invalid/cpython-3.11-macos.tar.zst",
)
print(type(linux), type(macos))
`,
    prints: ['PythonDistribution PythonDistribution'],
  },
  'extensions to files: modules of the standard library': {
    config: `
def make():
    files = FileManifest()
    for resource in default_python_distribution().python_resources():
        if type(resource) == "PythonModuleSource" and not resource.name.startswith("test"):
            files.add_python_resource("lib", resource)
    return files
register_target("files", make)
`,
    comes: ['files: FileManifest', '  stdlib below lib'],
  },
  'Windows: the Visual C++ runtime': {
    config: exe(`
exe = default_python_distribution().to_python_executable("windowed")
exe.windows_runtime_dlls_mode = "never"
exe.windows_subsystem = "windows"
return exe`),
    comes: ['exe: windowed runs repl', '  stdlib memory source 0'],
  },
  'WiX: an installer of a program for Linux': {
    config: `
def make_bundle():
    exe = default_python_distribution().to_python_executable("installed")
    return exe.to_wix_bundle_builder("installed", "Installed", "1.0", "A Maker")
register_target("bundle", make_bundle)
`,
    refused: /it is built for x86_64-unknown-linux-gnu/,
  },
  'code signing: a thumbprint': {
    config: `
signer = code_signer_from_windows_store_sha1_thumbprint("deadbeefdeadbeefdeadbeefdeadbeefdeadbeef")
signer.activate()
print(type(signer))
`,
    prints: ['CodeSigner'],
  },
  'code signing: a file, if one is given': {
    config: `
PFX = VARS.get("PFX")
SECRET = VARS.get("SECRET", "")

def signers():
    if PFX:
        code_signer_from_pfx_file(PFX, SECRET).activate()
    print("signs" if PFX else "does not sign")

signers()
`,
    prints: ['does not sign'],
  },
  'code signing: asked for, and declined where nobody answers': {
    config: `
def signers():
    if prompt_confirm("sign?", default=False):
        file = prompt_input("which file?")
        code_signer_from_pfx_file(file, prompt_password("its password?", confirm=True)).activate()
    print("asked", can_prompt())

signers()
`,
    prints: ['asked False'],
  },
  'code signing: a file that is left alone': {
    config: `
def callback(request):
    if request.filename == "vcruntime140.dll":
        request.prevent_signing = True

signer = code_signer_from_windows_store_auto()
signer.set_signing_callback(callback)
signer.activate()
print("set")
`,
    prints: ['set'],
  },
  'files: gathered, renamed both ways, installed': {
    config: `
def make():
    files = FileManifest()
    files.add_file(FileContent(path="file0.txt"))
    second = FileContent(path="file1.txt")
    files.add_file(second, path="by-path.txt")
    second.filename = "by-name.txt"
    files.add_file(second)
    return files
register_target("files", make)
`,
    files: { 'file0.txt': '0', 'file1.txt': '1' },
    comes: ['files: FileManifest', '  file file0.txt', '  file by-path.txt', '  file by-name.txt'],
  },
};
