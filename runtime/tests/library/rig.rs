//! Libraries that are large enough to stay in the executable, in a file on disk that acts as the executable.

use crate::support::image::{self, File};
use oxd_runtime::{directory, payload};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where the payload begins in its file, as behind a stub.
const OFFSET: usize = 8192;
/// What the code of one library is padded with.
const HALT: u8 = 0xf4;
const PADDING: &str = "asm(\".pushsection .text\\n.skip 400000, 0x90\\n.popsection\");\n";

pub struct Rig {
    pub folder: PathBuf,
    /// The file that acts as the executable.
    pub executable: PathBuf,
}

impl Rig {
    /// A packed library.
    pub fn packed(&self, name: &str) -> PathBuf {
        self.executable.join("large").join(name)
    }

    /// The same library as an ordinary file.
    pub fn on_disk(&self, name: &str) -> PathBuf {
        self.folder.join("build").join(name)
    }
}

/// Made anew by each test program. `OXD_TEST_RIG` names that of the program that started this one.
pub fn rig() -> &'static Rig {
    static RIG: OnceLock<Rig> = OnceLock::new();
    RIG.get_or_init(|| {
        let made = std::env::var_os("OXD_TEST_RIG").map(PathBuf::from);
        let folder = made.unwrap_or_else(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library");
            let _ = std::fs::remove_dir_all(&folder);
            make(&folder);
            folder
        });
        let executable = folder.join("app");
        install(&executable);
        Rig { folder, executable }
    })
}

fn install(executable: &Path) {
    let file = std::fs::File::open(executable).unwrap();
    let length = file.metadata().unwrap().len() as usize - OFFSET;
    let address = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            length,
            libc::PROT_READ,
            libc::MAP_PRIVATE,
            file.as_raw_fd(),
            OFFSET as libc::off_t,
        )
    };
    assert_ne!(address, libc::MAP_FAILED);
    let bytes = unsafe { std::slice::from_raw_parts(address.cast::<u8>(), length) };
    let payload = payload::Payload::open(bytes, executable.as_os_str().as_bytes().to_vec()).unwrap();
    let backing = std::env::var_os("OXD_TEST_BACKING").unwrap_or(executable.as_os_str().to_owned());
    let identity = payload::Identity::from(&file.metadata().unwrap());
    payload::install(payload.backed_by(payload::Backing::new(&backing, OFFSET as u64, Some(identity))));
    directory::start();
}

fn make(folder: &Path) {
    let build = folder.join("build");
    std::fs::create_dir_all(&build).unwrap();
    let source = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/library").join(name);
    let compile = |compiler: &str, source: &Path, name: &str, arguments: &[&str]| {
        let mut command = Command::new(compiler);
        command.args(["-O1", "-shared", "-fPIC", "-o"]).arg(build.join(name)).arg(source).args(arguments);
        let made = command.output().unwrap();
        assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
    };
    let text = |name: &str, text: &str, arguments: &[&str]| {
        let path = build.join(name).with_extension("c");
        std::fs::write(&path, text).unwrap();
        compile("cc", &path, name, arguments);
    };
    let padded = |name: &str, body: &str, arguments: &[&str]| text(name, &format!("{PADDING}{body}"), arguments);
    compile("c++", &source("eventful.cpp"), "eventful.so", &["-Wl,-init,first", "-Wl,-fini,last"]);
    let constant = "const int table[9] = {40, 41, 42}; static int ready;
        __attribute__((constructor)) static void prepare(void) { ready = table[2]; } int answer(void) { return ready; }";
    padded("plain.so", constant, &[]);
    text("small.so", constant, &[]);
    let pick = "static int one(void) { return 1; } static int (*pick(void))(void) { return one; }";
    let ifunc = |linkage: &str| {
        format!(
            "{pick} {linkage} int chosen(void) __attribute__((ifunc(\"pick\"))); int answer(void) {{ return chosen() + 41; }}"
        )
    };
    padded("ifunc.so", &ifunc(""), &[]);
    padded("own-ifunc.so", &ifunc("static"), &[]);
    let pointer = "int value = 42; asm(\".text\\n.balign 8\\npointer: .quad value\");
        int answer(void) { int **at; asm(\"lea pointer(%%rip), %0\" : \"=r\"(at)); return **at; }";
    padded("textrel.so", pointer, &["-Wl,-z,notext", "-w"]);
    padded("no-constructors.so", "int answer(void) { return 42; }", &["-nostartfiles"]);
    padded("broken.so", &format!("{constant} int missing_symbol(void); int (*at)(void) = missing_symbol;"), &[]);
    // What is opened with it on disk takes its time.
    text(
        "libslow.so",
        "#include <unistd.h>\n__attribute__((constructor)) static void wait(void) { usleep(200000); }",
        &[],
    );
    let slow = format!("-Wl,--no-as-needed,-rpath,{},-L{}", build.display(), build.display());
    padded("visible.so", &constant.replace("answer", "visible_answer"), &[&slow, "-l:libslow.so"]);
    // And so does this: its constructor opens who needs it, and uses it.
    let eager = "#include <dlfcn.h>\n#include <stdlib.h>\nint seen = -1;
        __attribute__((constructor)) static void look(void) {
            void *above = getenv(\"OXD_TEST_OTHER\") ? dlopen(getenv(\"OXD_TEST_OTHER\"), RTLD_LAZY) : 0;
            int (*answer)(void) = above ? (int (*)(void))dlsym(above, \"answer\") : 0;
            if (answer) seen = answer();
        }";
    text("libeager.so", eager, &[]);
    padded(
        "needs-eager.so",
        "extern int seen; __attribute__((constructor)) static void add(void) { seen += 43; } int answer(void) { return seen; }",
        &[&slow, "-l:libeager.so"],
    );
    text("libown.so", "int visible_answer(void) { return 42; }", &["-Wl,-soname,libown.so"]);
    let own = [&slow[..], "-l:libown.so", "-Wl,-z,lazy"];
    text("lazy.so", "int visible_answer(void); int answer(void) { return visible_answer(); }", &own);
    text("user.so", "int visible_answer(void); int answer(void) { return visible_answer(); }", &[]);
    padded("libbelow.so", &constant.replace("answer", "below"), &["-Wl,-soname,libbelow.so"]);
    let search = format!("-L{}", build.display());
    let above =
        "int below(void); static int ready; __attribute__((constructor)) static void prepare(void) { ready = below(); }
        int answer(void) { return ready; }";
    padded("above.so", above, &[&search, "-l:libbelow.so", "-Wl,-rpath,$ORIGIN"]);

    // Each needs the other, so one of them is made twice.
    let circle = |name: &str, other: &str, needs: &[&str]| {
        let soname = format!("-Wl,-soname,{name},--no-as-needed");
        padded(name, &format!("int {other}(void);"), &[&[&soname[..], "-Wl,-rpath,$ORIGIN", &search], needs].concat());
    };
    circle("libfirst.so", "second", &[]);
    circle("libsecond.so", "first", &["-l:libfirst.so"]);
    circle("libfirst.so", "second", &["-l:libsecond.so"]);
    let waits = constant.replace("ready =", "usleep(200000); ready =").replace("answer", "elsewhere");
    let elsewhere = "-Wl,-soname,libelsewhere.so";
    padded("libelsewhere.so", &format!("#include <unistd.h>\n{waits}"), &[elsewhere]);
    padded("patient.so", constant, &["-Wl,--no-as-needed", &search, "-l:libelsewhere.so"]);

    let thrower = "-Wl,-soname,libthrower.so";
    compile("c++", &source("thrower.cpp"), "libthrower.so", &[thrower]);
    compile("c++", &source("catcher.cpp"), "catcher.so", &[&search, "-l:libthrower.so", "-Wl,-rpath,$ORIGIN"]);
    let halt = format!("asm(\".pushsection .text\\n.skip 400000, {HALT}\\n.popsection\");\n{constant}");
    text("damaged.so", &halt, &[]);
    write_payload(folder);
}

fn write_payload(folder: &Path) {
    let read = |name: &str| std::fs::read(folder.join("build").join(name)).unwrap();
    let whole = [
        "eventful.so",
        "plain.so",
        "small.so",
        "ifunc.so",
        "own-ifunc.so",
        "textrel.so",
        "no-constructors.so",
        "broken.so",
        "damaged.so",
        "visible.so",
        "user.so",
        "libbelow.so",
        "above.so",
        "libthrower.so",
        "catcher.so",
        "patient.so",
        "needs-eager.so",
        "libfirst.so",
        "libsecond.so",
    ];
    let mut files: Vec<(&str, Vec<u8>, bool)> = whole.iter().map(|name| (*name, read(name), true)).collect();
    let mut sectionless = read("plain.so");
    sectionless[60..64].fill(0);
    files.push(("sectionless.so", sectionless, true));
    // Nobody's search path leads there.
    files.push(("other/libelsewhere.so", read("libelsewhere.so"), true));
    // The byte before makes it begin off a page.
    files.push(("astray-before", b"x".to_vec(), true));
    files.push(("astray.so", read("plain.so"), false));
    let paths: Vec<String> = files.iter().map(|(name, _, _)| format!("large/{name}")).collect();
    let files: Vec<File> = paths
        .iter()
        .zip(&files)
        .map(|(path, (_, bytes, on_page))| File { path, bytes, executable: false, on_page: *on_page })
        .collect();
    let mut bytes = vec![0xcc; OFFSET];
    bytes.extend(image::payload(&[files], 1_700_000_000));
    // In code that nobody runs: only the checksum tells.
    let at = bytes.windows(64).position(|run| run == [HALT; 64]).unwrap();
    bytes[at] ^= 1;
    std::fs::write(folder.join("app"), bytes).unwrap();
}
