//! The packed tree against the kernel: the same calls on a packed folder and on the same folder on a read-only disk must
//! say the same. This program defines libc's calls as every executable of ours does; what it loads is met by them.

#[path = "directory/rig.rs"]
mod rig;
mod support;

use libc::{RTLD_LOCAL, RTLD_NOW, c_char, c_void};
use rig::{Rig, compile, rig};
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    let program = rig.folder.join("probe");
    compile(&probe_source(), &program, &["-DPROGRAM", "-w"]);
    rig.ask_on_read_only_disk(&program, &[])
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

/// Each call with what it found in the indented lines after it.
fn calls(said: &str) -> Vec<String> {
    let mut calls: Vec<String> = Vec::new();
    for line in said.lines() {
        match calls.last_mut() {
            Some(call) if line.starts_with(' ') => *call += &format!("{line}\n"),
            _ => calls.push(format!("{line}\n")),
        }
    }
    calls
}

#[test]
fn the_tree_answers_as_a_read_only_folder_does() {
    let rig = rig();
    let (kernel, tree) = (ask_kernel(rig), ask_tree(rig));
    assert!(kernel.lines().count() > 4000);
    let (kernel, tree) = (calls(&kernel), calls(&tree));
    assert_eq!(kernel.len(), tree.len());
    let different = kernel.iter().zip(&tree).filter(|(expected, found)| expected != found);
    let different: Vec<String> = different
        .map(|(expected, found)| format!("kernel {}\ntree   {}", expected.trim_end(), found.trim_end()))
        .collect();
    assert!(different.is_empty(), "{} calls differ:\n{}", different.len(), different.join("\n"));
}

/// Opens a packed library and calls its function of type `int (void)`.
fn call(library: &str, function: &CStr) -> i32 {
    let path = c(&rig().executable.join(library));
    let handle = unsafe { libc::dlopen(path.as_ptr(), RTLD_NOW | RTLD_LOCAL) };
    assert!(!handle.is_null(), "{}", last_error());
    let function: unsafe extern "C" fn() -> i32 = symbol(handle, function);
    unsafe { function() }
}

#[test]
fn a_library_finds_what_it_needs_in_the_tree() {
    assert_eq!(call("package/extension.so", c"answer"), 42);
    assert_eq!(call("package/needy.so", c"answer"), 42);
}

#[test]
fn a_library_is_opened_once_and_keeps_its_name() {
    let path = c(&rig().executable.join("package/once.so"));
    let other = c(&rig().executable.join("package/../package//./once.so"));
    unsafe {
        let loaded = |path: &CString| libc::dlopen(path.as_ptr(), libc::RTLD_NOLOAD | RTLD_NOW);
        let first = libc::dlopen(path.as_ptr(), RTLD_NOW);
        assert!(!first.is_null(), "{}", last_error());
        assert_eq!(libc::dlopen(other.as_ptr(), RTLD_NOW), first);
        let function: *const c_void = symbol(first, c"plugin");
        let mut info: libc::Dl_info = std::mem::zeroed();
        assert_ne!(libc::dladdr(function, &mut info), 0);
        assert_eq!(CStr::from_ptr(info.dli_fname), path.as_c_str());
        libc::dlclose(first);
        assert_eq!(loaded(&path), first, "one of two is still open");
        libc::dlclose(first);
        libc::dlclose(first);
        assert!(loaded(&path).is_null(), "the last has closed it");
    }
}

#[test]
fn a_library_is_found_by_name_from_where_it_is_asked_for() {
    let path = c(&rig().executable.join("package/asking.so"));
    let handle = unsafe { libc::dlopen(path.as_ptr(), RTLD_NOW) };
    assert!(!handle.is_null(), "{}", last_error());
    let ask: unsafe extern "C" fn() -> *mut c_void = symbol(handle, c"ask");
    assert!(!unsafe { ask() }.is_null(), "{}", last_error());
    let lonely = unsafe { libc::dlopen(c"liblonely.so".as_ptr(), RTLD_NOW) };
    assert!(!lonely.is_null(), "{}", last_error());
}

#[test]
fn a_library_that_cannot_be_opened_says_why() {
    let check = |library: &str, words: &str| {
        let path = rig().executable.join(library);
        assert!(unsafe { libc::dlopen(c(&path).as_ptr(), RTLD_NOW) }.is_null());
        let error = last_error();
        assert!(error.starts_with(path.to_str().unwrap()) && error.contains(words), "{error}");
        assert!(unsafe { libc::dlerror() }.is_null(), "an error is told once");
    };
    check("package/none.so", "cannot open shared object file: No such file or directory");
    check("package", "cannot read file data: Is a directory");
    check("package/broken.so", "undefined symbol: missing_symbol");
    check("package/not-a-library.so", "file too short");
    assert!(unsafe { libc::dlopen(c"libnowhere.so.9".as_ptr(), RTLD_NOW) }.is_null());
    assert!(last_error().starts_with("libnowhere.so.9: cannot open shared object file"));
    let path = c(&rig().executable.join("package/extension.so"));
    assert!(unsafe { libc::dlmopen(libc::LM_ID_NEWLM, path.as_ptr(), RTLD_NOW) }.is_null());
    assert!(last_error().contains("namespace"));
}

#[test]
fn other_ways_to_the_executable_lead_into_the_tree() {
    let rig = rig();
    let link = rig.folder.join("link");
    let _ = std::os::unix::fs::symlink(&rig.executable, &link);
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count());
    let relative = format!("{up}{}", rig.executable.join("tree/file").to_str().unwrap());
    let rows = [
        link.join("tree/file"),
        rig.folder.join("./app//tree/./file"),
        rig.folder.join("app/tree/dir/../../../app/tree/file"),
        PathBuf::from(relative),
    ];
    for path in rows {
        assert_eq!(std::fs::read(&path).unwrap(), b"hello, file\n", "{}", path.display());
    }
    // Links that to the kernel lead nowhere.
    let (dangling, folder) = (rig.folder.join("dangling"), rig.folder.join("dangling-folder"));
    let _ = std::os::unix::fs::symlink(rig.executable.join("tree/file"), &dangling);
    let _ = std::os::unix::fs::symlink(rig.executable.join("tree/dir"), &folder);
    assert_eq!(std::fs::read(&dangling).unwrap(), b"hello, file\n");
    assert_eq!(std::fs::read(folder.join("inner/deep/leaf")).unwrap(), b"leaf\n");
    // Out of the tree again, and not into a file that only looks like the executable.
    assert!(std::fs::read(rig.folder.join("app/../app")).unwrap().starts_with(b"the executable"));
    std::fs::write(rig.folder.join("app2"), "").unwrap();
    let beside = std::fs::metadata(rig.folder.join("app2/tree"));
    assert_eq!(beside.unwrap_err().raw_os_error(), Some(libc::ENOTDIR));
    // The executable itself stays a file.
    assert!(std::fs::metadata(&rig.executable).unwrap().is_file());
    let refused = std::fs::remove_dir(&rig.executable).unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::ENOTDIR));
    let listed = std::fs::read_dir(&rig.executable).unwrap().map(|entry| entry.unwrap().file_name());
    let listed: Vec<_> = listed.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(listed, ["bin", "elsewhere", "package", "package.libs", "tree"]);
}

#[test]
fn threads_and_forks_do_not_disturb_each_other() {
    let rig = rig();
    let (file, folder) = (rig.executable.join("tree/file"), rig.executable.join("tree/dir"));
    let library = c(&rig.executable.join("package/extension.so"));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..200 {
                    assert_eq!(std::fs::read(&file).unwrap().len(), 12);
                    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
                    let handle = unsafe { libc::dlopen(library.as_ptr(), RTLD_NOW) };
                    assert!(!handle.is_null(), "{}", last_error());
                    assert_eq!(unsafe { libc::dlclose(handle) }, 0);
                }
            });
        }
        for _ in 0..50 {
            // The child only does what a child of a threaded program may.
            let child = unsafe { libc::fork() };
            if child == 0 {
                let fd = unsafe { libc::open(c(&file).as_ptr(), libc::O_RDONLY) };
                let mut stat: libc::stat = unsafe { std::mem::zeroed() };
                let failed = unsafe { libc::fstat(fd, &mut stat) };
                unsafe { libc::_exit(if failed == 0 && stat.st_size == 12 { 0 } else { 1 }) };
            }
            let mut status = 0;
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0);
        }
    });
}

#[test]
fn a_packed_program_runs_from_memory() {
    let run = rig().executable.join("tree/run");
    let output = Command::new(&run).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ran\n");
    let refused = Command::new(rig().executable.join("tree/file")).output().unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::EACCES));
    let absent = Command::new(rig().executable.join("tree/none")).output().unwrap_err();
    assert_eq!(absent.raw_os_error(), Some(libc::ENOENT));
}

#[test]
fn the_list_of_exports_is_what_is_defined() {
    for name in include_str!("../src/directory/exports.txt").lines() {
        let name = CString::new(name).unwrap();
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
        assert_ne!(unsafe { libc::dladdr(found, &mut info) }, 0, "{name:?}");
        let object = unsafe { CStr::from_ptr(info.dli_fname) }.to_string_lossy().into_owned();
        assert!(object.contains("directory"), "{name:?} is defined in {object}");
    }
}

#[test]
fn every_export_is_exercised() {
    let sources = [
        include_str!("directory/probe.c"),
        include_str!("directory/hierarchy.c"),
        include_str!("directory/twins.c"),
        include_str!("directory.rs"),
    ];
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let words: Vec<&str> = sources.iter().flat_map(|source| source.split(|character| !is_name(character))).collect();
    let exports = include_str!("../src/directory/exports.txt").lines();
    let unused: Vec<&str> = exports.filter(|name| !words.contains(name)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn shells_of_libc_get_a_name_that_they_can_run() {
    let interpreter = rig().executable.join("bin/python3");
    let command = |text: &str| CString::new(format!("{text} {}", interpreter.display())).unwrap();
    assert_eq!(unsafe { libc::system(command("test -f").as_ptr()) }, 0);
    let pipe = unsafe { libc::popen(command("echo").as_ptr(), c"r".as_ptr()) };
    let mut line = [0; 4096];
    assert!(!unsafe { libc::fgets(line.as_mut_ptr(), 4096, pipe) }.is_null());
    assert_eq!(unsafe { libc::pclose(pipe) }, 0);
    let expected = format!("{}/.//./app\n", rig().folder.display());
    assert_eq!(unsafe { CStr::from_ptr(line.as_ptr()) }.to_str(), Ok(&expected[..]));
}

/// Kernels can be told to refuse files in memory; a filter for one child does the same.
fn refuse_memory_files() -> std::io::Result<()> {
    const ALLOWED: u32 = 0x7fff_0000;
    const REFUSED: u32 = 0x0005_0000 | libc::EPERM as u32;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut filter = [
        step(0x20, 0, 0, 0), // load the number of the call
        step(0x15, 0, 1, libc::SYS_memfd_create as u32),
        step(0x06, 0, 0, REFUSED),
        step(0x06, 0, 0, ALLOWED),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    let failed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) != 0
    };
    if failed { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}

#[test]
fn without_files_in_memory_a_private_folder_serves() {
    const INSIDE: &str = "OXD_TEST_WITHOUT_MEMORY";
    let name = "without_files_in_memory_a_private_folder_serves";
    if std::env::var_os(INSIDE).is_some() {
        assert_eq!(unsafe { libc::memfd_create(c"x".as_ptr(), 0) }, -1);
        assert_eq!(std::fs::read(rig().executable.join("tree/file")).unwrap(), b"hello, file\n");
        assert_eq!(call("package/extension.so", c"answer"), 42);
        return;
    }
    let cache = rig().folder.join("cache");
    let run = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", name, "--nocapture"])
            .env(INSIDE, "1")
            .env("XDG_CACHE_HOME", &cache)
            .env("OXD_DEBUG", "1");
        unsafe { std::os::unix::process::CommandExt::pre_exec(&mut child, refuse_memory_files) };
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches("libraries are kept in").count(), 1, "{said}");
    };
    run();
    let folder = cache.join("oxd-libraries");
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let kept = || std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let (first, size) = (kept(), |path: &PathBuf| std::fs::metadata(path).unwrap().len());
    assert_eq!(first.len(), 3, "the extension and the two that it needs: {first:?}");
    let sizes: Vec<u64> = first.iter().map(size).collect();
    // What is there is not trusted.
    first.iter().for_each(|path| std::fs::remove_file(path).and_then(|()| std::fs::write(path, "spoiled")).unwrap());
    run();
    assert_eq!(kept().iter().map(size).collect::<Vec<_>>(), sizes);
}

#[test]
fn the_interpreter_is_this_executable_under_its_virtual_name() {
    let interpreter = rig().executable.join("bin/python3");
    // What is executed is this test program, which lists its tests.
    let mut listing = Command::new(&interpreter);
    let listed = listing.arg("--list").output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("the_interpreter_is_this_executable"));
    // $PATH is searched in the tree too, after what it names before.
    let path = format!("/nowhere:{}", rig().executable.join("bin").to_str().unwrap());
    let listed = Command::new("python3").env("PATH", &path).arg("--list").output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("the_interpreter_is_this_executable"));
    let absent = Command::new("python4").env("PATH", &path).output().unwrap_err();
    assert_eq!(absent.raw_os_error(), Some(libc::ENOENT));
    // A shell gets a name that it can run.
    let shown = Command::new("/bin/sh").args(["-c", &format!("echo '{}'", interpreter.display())]).output().unwrap();
    let expected = format!("{}/.//./app\n", rig().folder.display());
    assert_eq!(String::from_utf8_lossy(&shown.stdout), expected);
}
