//! Large libraries, whose code stays in the executable: what happens to them is what happens to the same file on disk.

#[path = "library/rig.rs"]
mod rig;
mod support;

use libc::{RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL, RTLD_NODELETE, RTLD_NOLOAD, RTLD_NOW, c_int, c_void};
use rig::rig;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

type Answer = unsafe extern "C" fn() -> c_int;

fn open(path: &Path, flags: c_int) -> Result<*mut c_void, String> {
    rig();
    let path = CString::new(path.as_os_str().as_bytes()).unwrap();
    let handle = unsafe { libc::dlopen(path.as_ptr(), flags) };
    if !handle.is_null() {
        return Ok(handle);
    }
    let text = unsafe { libc::dlerror() };
    Err(if text.is_null() { String::new() } else { unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned() })
}

fn symbol(handle: *mut c_void, name: &CStr) -> Option<Answer> {
    let found = unsafe { libc::dlsym(handle, name.as_ptr()) };
    unsafe { std::mem::transmute(found) }
}

fn answer(handle: *mut c_void) -> c_int {
    unsafe { symbol(handle, c"answer").unwrap()() }
}

/// What /proc says is mapped where this function is.
fn mapped_from(function: Answer) -> String {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let holds = |line: &&str| {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let number = |text| usize::from_str_radix(text, 16).unwrap();
        (number(start)..number(end)).contains(&(function as usize))
    };
    maps.lines().find(holds).unwrap_or_default().to_string()
}

/// Runs one test of this program in a process of its own, with the same libraries.
fn alone(test: &str, variables: &[(&str, &Path)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).env("OXD_TEST_RIG", &rig().folder).env("OXD_TEST_ALONE", "1");
    let output = child.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{test} ended with {}: {said}", output.status);
    said
}

fn is_alone() -> bool {
    std::env::var_os("OXD_TEST_ALONE").is_some()
}

/// In a process of its own: opens the library of that name, uses it and, if asked to, closes it.
#[test]
fn one_life() {
    if !is_alone() {
        return;
    }
    let variable = |name| std::env::var_os(name).unwrap_or_default();
    let handle = open(Path::new(&variable("OXD_TEST_LIBRARY")), RTLD_NOW).unwrap();
    assert_eq!(answer(handle), 42);
    if !variable("OXD_TEST_CLOSES").is_empty() {
        assert_eq!(unsafe { libc::dlclose(handle) }, 0);
    }
    println!(
        "mapped from {}",
        mapped_from(symbol(open(&rig().packed("plain.so"), RTLD_NOW).unwrap(), c"answer").unwrap())
    );
}

#[test]
fn constructors_and_destructors_run_as_they_do_for_a_file_on_disk() {
    let rig = rig();
    for closes in ["", "1"] {
        let life = |library: &Path, other: &Path, name: &str| {
            let log = rig.folder.join(format!("log-{name}{closes}"));
            let _ = std::fs::remove_file(&log);
            let given = [
                ("OXD_TEST_LIBRARY", library),
                ("OXD_TEST_OTHER", other),
                ("OXD_TEST_LOG", &log),
                ("OXD_TEST_CLOSES", Path::new(closes)),
            ];
            alone("one_life", &given);
            std::fs::read_to_string(&log).unwrap()
        };
        let disk = life(&rig.on_disk("eventful.so"), &rig.on_disk("plain.so"), "disk");
        let packed = life(&rig.packed("eventful.so"), &rig.packed("plain.so"), "packed");
        assert_eq!(packed, disk);
        let expected = ["DT_INIT", "constructor with the program's arguments", "static object", "it has its name"];
        assert!(expected.iter().all(|event| disk.lines().any(|line| line == *event)), "{disk}");
        let ends = ["it opened another", "atexit", "static object is gone", "destructor", "DT_FINI"];
        assert!(ends.iter().all(|event| disk.lines().any(|line| line == *event)), "{disk}");
    }
}

#[test]
fn code_stays_in_the_executable_where_that_is_possible() {
    let rig = rig();
    let rows = [
        ("plain.so", true),
        ("above.so", true),
        ("small.so", false),
        ("ifunc.so", false),
        ("own-ifunc.so", false),
        ("textrel.so", false),
        ("no-constructors.so", false),
        ("sectionless.so", false),
        ("astray.so", false),
    ];
    for (name, stays) in rows {
        let handle = open(&rig.packed(name), RTLD_NOW | RTLD_LOCAL).unwrap();
        assert_eq!(answer(handle), 42, "{name}");
        let mapping = mapped_from(symbol(handle, c"answer").unwrap());
        assert_eq!(mapping.ends_with(rig.executable.to_str().unwrap()), stays, "{name}: {mapping}");
        assert!(mapping.contains("r-x"), "{name}: {mapping}");
    }
}

#[test]
fn without_the_executables_file_all_is_copied() {
    let nowhere = rig().folder.join("nowhere");
    let said = alone("one_life", &[("OXD_TEST_LIBRARY", &rig().packed("plain.so")), ("OXD_TEST_BACKING", &nowhere)]);
    assert!(said.contains("mapped from") && said.contains("memfd:"), "{said}");
    // Another file in its place is not mistaken for it.
    std::fs::write(rig().folder.join("other"), vec![0; 1 << 20]).unwrap();
    let other = rig().folder.join("other");
    let said = alone("one_life", &[("OXD_TEST_LIBRARY", &rig().packed("plain.so")), ("OXD_TEST_BACKING", &other)]);
    assert!(said.contains("memfd:"), "{said}");
}

#[test]
fn a_library_that_cannot_be_loaded_leaves_nothing_behind() {
    let rig = rig();
    let rows =
        [("broken.so", "undefined symbol: missing_symbol"), ("damaged.so", "\"large/damaged.so\" in it is damaged")];
    for (name, words) in rows {
        let path = rig.packed(name);
        for _ in 0..40 {
            let error = open(&path, RTLD_NOW).unwrap_err();
            assert!(error.starts_with(path.to_str().unwrap()) && error.contains(words), "{error}");
        }
    }
    assert_eq!(answer(open(&rig.packed("plain.so"), RTLD_NOW).unwrap()), 42);
}

#[test]
fn what_it_needs_on_disk_may_use_it_first() {
    for path in [rig().packed("needs-eager.so"), rig().on_disk("needs-eager.so")] {
        // -1 from the constructor of what it needs, and 43 of its own.
        alone("one_life", &[("OXD_TEST_LIBRARY", &path), ("OXD_TEST_OTHER", &path)]);
    }
}

#[test]
fn libraries_that_need_each_other_are_an_error() {
    for name in ["libfirst.so", "libsecond.so"] {
        let error = open(&rig().packed(name), RTLD_NOW).unwrap_err();
        assert!(error.contains("libraries that need each other"), "{error}");
    }
}

#[test]
fn flags_mean_what_they_mean_to_libc() {
    if !is_alone() {
        alone("flags_mean_what_they_mean_to_libc", &[]);
        return;
    }
    let rig = rig();
    let (path, user) = (rig.packed("visible.so"), rig.packed("user.so"));
    assert_eq!(open(&path, RTLD_NOW | RTLD_NOLOAD), Err(String::new()));
    let local = open(&path, RTLD_NOW | RTLD_LOCAL).unwrap();
    assert!(open(&user, RTLD_NOW).unwrap_err().contains("undefined symbol: visible_answer"));
    unsafe { libc::dlclose(local) };
    assert_eq!(open(&path, RTLD_NOW | RTLD_NOLOAD), Err(String::new()), "closed");
    let kept = open(&path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE).unwrap();
    assert_eq!(answer(open(&user, RTLD_NOW).unwrap()), 42);
    unsafe { libc::dlclose(kept) };
    assert_eq!(open(&path, RTLD_NOW | RTLD_NOLOAD), Ok(kept), "it is not to be deleted");
}

#[test]
fn other_threads_bind_to_no_symbol_before_its_code_is_there() {
    let name = "other_threads_bind_to_no_symbol_before_its_code_is_there";
    if !is_alone() {
        alone(name, &[]);
        return;
    }
    let path = rig().packed("visible.so");
    // Has a function of that name of its own, bound at the first call: libc looks for it without any lock.
    let lazy = symbol(open(&rig().on_disk("lazy.so"), RTLD_LAZY).unwrap(), c"answer").unwrap();
    std::thread::scope(|scope| {
        // What it needs on disk waits for a fifth of a second: libc has mapped it by then and goes no further.
        let opening = scope.spawn(|| open(&path, RTLD_NOW | RTLD_GLOBAL).is_ok());
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(unsafe { lazy() }, 42);
        assert!(opening.join().unwrap());
    });
}

#[test]
fn threads_and_forks_open_one_library_at_once() {
    if !is_alone() {
        alone("threads_and_forks_open_one_library_at_once", &[]);
        return;
    }
    unsafe extern "C" fn visit(_: *mut libc::dl_phdr_info, _: usize, _: *mut c_void) -> c_int {
        0
    }
    let rig = rig();
    let throws = symbol(open(&rig.packed("eventful.so"), RTLD_NOW).unwrap(), c"answer").unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..150 {
                        for name in ["plain.so", "above.so"] {
                            let handle = open(&rig.packed(name), RTLD_NOW).unwrap();
                            assert_eq!(answer(handle), 42);
                            unsafe { libc::dlclose(handle) };
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(unsafe { throws() }, 42, "it throws and catches");
                unsafe { libc::dl_iterate_phdr(Some(visit), std::ptr::null_mut()) };
            }
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    let kept = open(&rig.packed("plain.so"), RTLD_NOW).unwrap();
    let child = unsafe { libc::fork() };
    if child == 0 {
        let right =
            answer(kept) == 42 && open(&rig.packed("above.so"), RTLD_NOW).is_ok_and(|handle| answer(handle) == 42);
        unsafe { libc::_exit(c_int::from(!right)) };
    }
    let mut status = -1;
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0);
}

#[test]
fn a_child_does_not_look_for_its_parents_descriptors() {
    if !is_alone() {
        alone("a_child_does_not_look_for_its_parents_descriptors", &[]);
        return;
    }
    let path = rig().packed("patient.so");
    let mut ready = [0; 2];
    assert_eq!(unsafe { libc::pipe(ready.as_mut_ptr()) }, 0);
    let child = std::thread::scope(|scope| {
        // Copied already, it waits for what libc did not find: the constructor of that takes a fifth of a second.
        let opening = scope.spawn(|| answer(open(&path, RTLD_NOW).unwrap()));
        std::thread::sleep(Duration::from_millis(100));
        let child = unsafe { libc::fork() };
        if child == 0 {
            let mut byte = 0u8;
            unsafe { libc::read(ready[0], (&raw mut byte).cast(), 1) };
            let handle = open(&path, RTLD_NOW).unwrap_or(std::ptr::null_mut());
            let stays = |answer| mapped_from(answer).ends_with(rig().executable.to_str().unwrap());
            let right = !handle.is_null() && answer(handle) == 42 && symbol(handle, c"answer").is_some_and(stays);
            unsafe { libc::_exit(c_int::from(!right)) };
        }
        assert_eq!(opening.join().unwrap(), 42);
        child
    });
    // Now the parent has closed what it made.
    assert_eq!(unsafe { libc::write(ready[1], [0u8].as_ptr().cast(), 1) }, 1);
    let mut status = -1;
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0);
}

#[test]
fn exceptions_frames_and_objects_of_threads_cross_libraries() {
    if !is_alone() {
        alone("exceptions_frames_and_objects_of_threads_cross_libraries", &[]);
        return;
    }
    let rig = rig();
    let (path, needed) = (rig.packed("catcher.so"), rig.packed("libthrower.so"));
    for _ in 0..2 {
        let catcher = open(&path, RTLD_NOW).unwrap();
        assert_eq!(answer(catcher), 42);
        let thrower = open(&needed, RTLD_NOW | RTLD_NOLOAD).unwrap();
        let called = |name| unsafe { symbol(thrower, name).unwrap()() };
        assert_eq!(called(c"times_loaded"), 1, "nothing stays of an earlier life");
        let in_thread = symbol(thrower, c"use_thread").unwrap();
        assert_eq!(std::thread::spawn(move || unsafe { in_thread() }).join().unwrap(), 55);
        assert_eq!(called(c"threads_left"), 1);

        type Frames = unsafe extern "C" fn(*mut *mut c_void, c_int) -> c_int;
        let frames: Frames = unsafe { std::mem::transmute(symbol(catcher, c"frames_above").unwrap()) };
        let mut addresses = [std::ptr::null_mut(); 64];
        let count = unsafe { frames(addresses.as_mut_ptr(), 64) } as usize;
        let names: Vec<_> = addresses[..count].iter().map(|address| object_at(*address)).collect();
        assert_eq!((&names[0][..], &names[1][..]), (needed.to_str().unwrap(), path.to_str().unwrap()));
        assert!(names.len() > 4, "unwound to the end: {names:?}");

        for handle in [catcher, thrower] {
            unsafe { libc::dlclose(handle) };
        }
        assert_eq!(open(&path, RTLD_NOW | RTLD_NOLOAD), Err(String::new()), "closed");
        assert_eq!(open(&needed, RTLD_NOW | RTLD_NOLOAD), Err(String::new()), "closed with it");
    }
}

fn object_at(address: *mut c_void) -> String {
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    match unsafe { libc::dladdr(address, &mut info) } {
        0 => String::new(),
        _ => unsafe { CStr::from_ptr(info.dli_fname) }.to_string_lossy().into_owned(),
    }
}
