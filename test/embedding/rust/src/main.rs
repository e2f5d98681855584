//! One scenario after the other in one process. Each prints a line that the test compares.

mod allocators;

use oxd_runtime::pyo3::prelude::*;
use oxd_runtime::{Error, ExtensionModule, Interpreter, InterpreterConfig, PackedResources, Run};
use std::path::PathBuf;

#[pymodule]
mod fast {
    use super::*;

    #[pyfunction]
    fn double(number: i64) -> i64 {
        number * 2
    }
}

#[pymodule]
mod other {
    use super::*;

    #[pyfunction]
    fn name() -> &'static str {
        "the other one"
    }
}

/// The file that the test names, or the executable itself.
fn resources() -> PackedResources {
    match std::env::var_os("PACKED_RESOURCES") {
        Some(path) if std::env::var_os("AS_BYTES").is_some() => {
            PackedResources::Bytes(std::fs::read(path).expect("readable").leak())
        }
        Some(path) => PackedResources::File(PathBuf::from(path)),
        None => PackedResources::Executable,
    }
}

fn config() -> InterpreterConfig {
    InterpreterConfig::default().resources(resources())
}

fn with_modules(modules: &[&str]) -> InterpreterConfig {
    let known = |name: &&str| match *name {
        "fast" => ExtensionModule::new("fast", fast::__pyo3_init),
        name => ExtensionModule::new(name, other::__pyo3_init),
    };
    config().extra_extension_modules(modules.iter().map(known).collect::<Vec<_>>())
}

fn evaluate(python: &Interpreter, expression: &str) -> String {
    python.with_gil(|py| {
        let code = std::ffi::CString::new(expression).expect("no zeros");
        match py.eval(&code, None, None) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    })
}

const CALL_FAST: &str = "__import__('fast').double(21)";
const CALL_OTHER: &str = "__import__('other').name()";
const COUNT: &str = "[__import__('sys').builtin_module_names.count(name) for name in ('_oxd', 'fast', 'other', 'sys')]";

fn main() -> Result<(), Error> {
    if Interpreter::is_child() {
        Interpreter::start(config())?;
        unreachable!();
    }
    let scenario = std::env::args().nth(1).unwrap_or_default();
    match scenario.as_str() {
        "once" => {
            let python = Interpreter::start(config())?;
            println!("{}", evaluate(&python, "__import__('json').__file__"));
            python.finalize()
        }
        "sequence" => sequence(),
        "settings" => settings(),
        "run" => run(),
        "errors" => errors(),
        "threads" => threads(),
        "allocators" => allocators::show(config()),
        "mapped" => mapped(false),
        "replaced" => mapped(true),
        "child" => {
            let python = Interpreter::start(config())?;
            let code = "import subprocess, sys, json
print(subprocess.check_output([sys.executable, '-c', 'import sys, json; print(json.__file__, sys.argv)'], text=True), end='')";
            python.run_code(code)?;
            python.finalize()
        }
        "packed" => std::process::exit(Interpreter::start(resources().config()?)?.run()),
        other => panic!("no scenario {other:?}"),
    }
}

/// Each interpreter has the modules of its own configuration, once.
fn sequence() -> Result<(), Error> {
    for modules in [&["fast"][..], &["other"], &[], &["fast", "other"], &["fast"]] {
        let python = Interpreter::start(with_modules(modules))?;
        let said = [CALL_FAST, CALL_OTHER, COUNT].map(|expression| evaluate(&python, expression));
        println!("{modules:?}: {}", said.join("; "));
        python.finalize()?;
    }
    Ok(())
}

/// Settings of one do not stay for the next.
fn settings() -> Result<(), Error> {
    let rows = [
        config(),
        config().optimization_level(2).sys_frozen(true).utf8_mode(true).arguments(["one", "two"]),
        config().hash_seed(7).search_paths(["$ORIGIN/plugins"]).sys_meipass(true),
        config(),
    ];
    for row in rows {
        let python = Interpreter::start(row)?;
        let code = "(lambda sys: (sys.flags.optimize, sys.flags.utf8_mode, sys.flags.hash_randomization, \
                    hasattr(sys, 'frozen'), hasattr(sys, '_MEIPASS'), sys.argv, sys.path[0].split('/')[-1]))(__import__('sys'))";
        println!("{}", evaluate(&python, code));
    }
    Ok(())
}

/// Exit codes, as often as one likes; names of `__main__` do not stay.
fn run() -> Result<(), Error> {
    let programs = [
        Run::Eval("import sys; sys.exit(7)".into()),
        Run::Eval("import atexit; atexit.register(print, 'at exit'); kept = 1".into()),
        Run::Eval("kept".into()),
        Run::Module("this_is_no_module".into()),
        Run::Noop,
    ];
    for program in programs {
        println!("{}", Interpreter::start(config().run(program))?.run());
    }
    Ok(())
}

fn errors() -> Result<(), Error> {
    let shown = |result: Result<Interpreter, Error>| match result {
        Ok(_) => "started".to_string(),
        Err(error) => error.to_string(),
    };
    let twice = |py: InterpreterConfig| -> Result<String, Error> {
        let first = Interpreter::start(py.clone())?;
        let second = shown(Interpreter::start(py));
        first.finalize()?;
        Ok(second)
    };
    println!("{}", twice(config())?);
    println!("{}", shown(Interpreter::start(with_modules(&["fast", "fast"]))));
    println!("{}", shown(Interpreter::start(with_modules(&["sys"]))));
    println!("{}", shown(Interpreter::start(config().resources(PackedResources::File("/nowhere".into())))));
    println!("{}", shown(Interpreter::start(config().resources(PackedResources::File("/etc/passwd".into())))));
    println!("{}", shown(Interpreter::start(config().resources(PackedResources::File("/bin/true".into())))));
    println!("{}", shown(Interpreter::start(config().resources(PackedResources::Bytes(b"short")))));
    println!("{:?}", InterpreterConfig::from_json("{}").map(drop).map_err(|error| error.to_string()));
    println!("{}", shown(Interpreter::start(config().parse_argv(true).arguments(["x", "--version"]))));
    let python = Interpreter::start(config())?;
    println!("{}", python.run_code("1 / 0").unwrap_err());
    println!("{}", python.run_code("sys.exit(").unwrap_err());
    python.run_code("kept = 5")?;
    python.run_code("print(kept)")?;
    python.finalize()?;
    // The last one: it breaks CPython for this process.
    println!("{}", shown(Interpreter::start(config().filesystem_encoding("nonsense"))));
    println!("{}", shown(Interpreter::start(config())));
    Ok(())
}

/// Other threads attach while this one keeps the interpreter.
fn threads() -> Result<(), Error> {
    let python = Interpreter::start(with_modules(&["fast"]))?;
    let sum: i64 = std::thread::scope(|scope| {
        let work = |number: i64| {
            Python::attach(|py| {
                let module = py.import("fast").expect("built in");
                module.call_method1("double", (number,)).and_then(|value| value.extract::<i64>()).expect("a number")
            })
        };
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || work(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("ends")).sum()
    });
    println!("{sum}");
    python.finalize()
}

/// How often the file with the resources is mapped, before and after a large library in it is loaded.
fn mapped(is_replaced: bool) -> Result<(), Error> {
    let file = PathBuf::from(std::env::var_os("PACKED_RESOURCES").expect("given"));
    let name = file.to_str().expect("UTF-8").to_string();
    let maps = || {
        let maps = std::fs::read_to_string("/proc/self/maps").expect("readable");
        maps.lines().filter(|line| line.contains(&name)).count()
    };
    let python = Interpreter::start(config())?;
    let before = maps();
    if is_replaced {
        let other = file.with_extension("other");
        std::fs::copy(&file, &other).and_then(|_| std::fs::rename(&other, &file)).expect("writable");
    }
    python.run_code("import unicodedata")?;
    println!("{} {}", maps() > before, evaluate(&python, "__import__('unicodedata').name('x')"));
    python.finalize()
}
