//! The packed tree against the kernel: the same calls on a packed folder and on the same folder on a read-only disk must
//! say the same. This program defines libc's calls as every executable of ours does; what it loads is met by them.

mod support;

use libc::{RTLD_NOW, c_char, c_void};
use oxd_runtime::{directory, payload};
use std::ffi::{CStr, CString};
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};
use support::image::{self, File};

const MTIME: u64 = 1_700_000_000;

fn files() -> Vec<File<'static>> {
    let file = |path, bytes, executable| File { path, bytes, executable };
    vec![
        file("tree/file", b"hello, file\n", false),
        file("tree/run", b"#!/bin/sh\necho ran\n", true),
        file("tree/empty", b"", false),
        file("tree/dir/inner/deep/leaf", b"leaf\n", false),
        file("tree/.hidden", b"h\n", false),
    ]
}

/// The workshop of this test program: a folder on disk with the executable, the sources compiled, the tree packed.
struct Rig {
    folder: PathBuf,
    /// The file that acts as the executable.
    executable: PathBuf,
}

fn rig() -> &'static Rig {
    static RIG: OnceLock<Rig> = OnceLock::new();
    RIG.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("directory-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let executable = folder.join("app");
        std::fs::write(&executable, b"the executable itself").unwrap();
        let libraries = libraries(&folder);
        let mut packed = files();
        packed.extend(libraries.iter().map(|(path, bytes)| File { path, bytes, executable: false }));
        let bytes = image::payload(&[packed, vec![File { path: "tree/file", bytes: b"hello, file\n", executable: false }]], MTIME);
        let root = executable.as_os_str().as_bytes().to_vec();
        payload::install(payload::Payload::open(bytes.leak(), root).unwrap());
        directory::start();
        Rig { folder, executable }
    })
}

fn compile(source: &Path, to: &Path, arguments: &[&str]) {
    let mut gcc = Command::new("cc");
    gcc.arg("-O1").args(arguments).arg("-o").arg(to).arg(source);
    let made = gcc.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn compile_text(text: &str, to: &Path, arguments: &[&str]) {
    let source = to.with_extension("c");
    std::fs::write(&source, text).unwrap();
    let libraries = arguments.iter().skip_while(|argument| !argument.starts_with('-')).copied().collect::<Vec<_>>();
    compile(&source, to, &[&["-shared", "-fPIC", "-Wl,--no-as-needed"], &libraries[..]].concat());
}

/// Libraries that need each other as those of wheels do: the bundled ones in a folder beside the package.
fn libraries(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let build = folder.join("build");
    std::fs::create_dir_all(&build).unwrap();
    let at = |name: &str| build.join(name);
    let search = format!("-L{}", build.display());
    let make = |name: &'static str, text: &str, arguments: &[&str]| {
        let soname = format!("-Wl,-soname,{name}");
        compile_text(text, &at(name), &[&[&soname[..], &search], arguments].concat());
    };
    make("libbase.so.1", "int counter; int base(void) { return 40 + counter; }", &[]);
    make("libmiddle.so.1", "int base(void); int middle(void) { return base() + 1; }", &["-l:libbase.so.1"]);
    // Uses base() without saying so, as some bundled libraries do.
    make("libunderlinked.so.1", "int base(void); int (*pointer)(void) = base; int under(void) { return pointer(); }", &[]);
    let origin = "-Wl,-rpath,$ORIGIN/../package.libs";
    make("extension.so", "int middle(void); int answer(void) { return middle() + 1; }", &["-l:libmiddle.so.1", origin]);
    make(
        "needy.so",
        "int under(void); int base(void); int answer(void) { return under() + base() - 38; }",
        &["-l:libunderlinked.so.1", "-l:libbase.so.1", origin],
    );
    make("broken.so", "int missing_symbol(void); int (*at)(void) = missing_symbol;", &[]);
    make("plugin.so", "int plugin(void) { return 7; }", &[]);
    make(
        "asking.so",
        "#include <dlfcn.h>\nvoid *ask(void) { return dlopen(\"plugin.so\", RTLD_NOW); }",
        &["-Wl,-rpath,$ORIGIN/plugins"],
    );
    let read = |name: &str| std::fs::read(at(name)).unwrap();
    vec![
        ("package.libs/libbase.so.1", read("libbase.so.1")),
        ("package.libs/libmiddle.so.1", read("libmiddle.so.1")),
        ("package.libs/libunderlinked.so.1", read("libunderlinked.so.1")),
        ("package/extension.so", read("extension.so")),
        ("package/needy.so", read("needy.so")),
        ("package/broken.so", read("broken.so")),
        ("package/asking.so", read("asking.so")),
        ("package/plugins/plugin.so", read("plugin.so")),
        ("elsewhere/liblonely.so", read("plugin.so")),
        ("package/not-a-library.so", b"text".to_vec()),
    ]
}

fn c(text: &Path) -> CString {
    CString::new(text.as_os_str().as_bytes()).unwrap()
}

fn symbol<T>(handle: *mut c_void, name: &CStr) -> T {
    let found = unsafe { libc::dlsym(handle, name.as_ptr()) };
    assert!(!found.is_null(), "{name:?}");
    unsafe { std::mem::transmute_copy(&found) }
}

fn last_error() -> String {
    let text = unsafe { libc::dlerror() };
    assert!(!text.is_null());
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

fn probe_source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/directory/probe.c")
}

/// What the kernel says, on a folder that is mounted read-only.
fn ask_kernel(rig: &Rig) -> String {
    let (program, folder) = (rig.folder.join("probe"), rig.folder.join("disk/tree"));
    compile(&probe_source(), &program, &["-DPROGRAM", "-w"]);
    for file in files() {
        let path = rig.folder.join("disk").join(file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, file.bytes).unwrap();
    }
    settle(&folder);
    let mount = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$1\" \"$0\"";
    let shell = Command::new("unshare").args(["-rm", "sh", "-c", mount]).arg(&folder).arg(&program).output().unwrap();
    assert!(shell.status.success(), "{}", String::from_utf8_lossy(&shell.stderr));
    String::from_utf8(shell.stdout).unwrap()
}

/// The modes and times that packed files have.
fn settle(path: &Path) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| settle(&entry.unwrap().path()));
    }
    let mode = if path.is_dir() || path.ends_with("run") { 0o555 } else { 0o444 };
    let file = std::fs::File::open(path).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(MTIME)).unwrap();
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn ask_tree(rig: &Rig) -> String {
    let library = rig.folder.join("probe.so");
    compile(&probe_source(), &library, &["-shared", "-fPIC", "-w"]);
    let handle = unsafe { libc::dlopen(c(&library).as_ptr(), RTLD_NOW) };
    assert!(!handle.is_null(), "{}", last_error());
    let probe: unsafe extern "C" fn(*const c_char, *mut libc::FILE) = symbol(handle, c"probe");
    let text = rig.folder.join("said");
    unsafe {
        let to = libc::fopen(c(&text).as_ptr(), c"w".as_ptr());
        probe(c(&rig.executable.join("tree")).as_ptr(), to);
        libc::fclose(to);
    }
    std::fs::read_to_string(text).unwrap()
}

#[test]
fn the_tree_answers_as_a_read_only_folder_does() {
    let rig = rig();
    let (kernel, tree) = (ask_kernel(rig), ask_tree(rig));
    assert!(kernel.lines().count() > 4000);
    let mut call = "";
    let mut different = Vec::new();
    for (expected, found) in kernel.lines().zip(tree.lines()) {
        call = if expected.starts_with(' ') { call } else { expected };
        if expected != found {
            different.push(format!("{call}\n    kernel {}\n    tree   {}", expected.trim(), found.trim()));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different[..different.len().min(40)].join("\n"));
    assert_eq!(kernel.lines().count(), tree.lines().count());
}
