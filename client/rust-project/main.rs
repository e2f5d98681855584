//! Starts the Python that is packed into this program, and runs what `pyoxidizer.bzl` says.

use oxd_runtime::{Error, Interpreter};

// Defines `default_python_config()`: the settings of `pyoxidizer.bzl`. build.rs says where the file is.
include!(env!("DEFAULT_PYTHON_CONFIG_RS"));

fn main() {
    // Python code may start this program again as a plain `python`. Then `start_python` does not return: whatever only the
    // program itself shall do belongs behind it.
    let code = match start_python() {
        Ok(python) => python.run(),
        Err(error) => {
            eprintln!("{}: {error}", env!("CARGO_PKG_NAME"));
            1
        }
    };
    std::process::exit(code);
}

fn start_python() -> Result<Interpreter, Error> {
    let config = default_python_config()?;
    // Settings of this program go here, such as extension modules in Rust. They are built-in modules of Python:
    //
    //     let config = config.extra_extension_modules([ExtensionModule::new("fast", fast::__pyo3_init)]);
    //
    // where `fast` is a module of pyo3, and Cargo.toml has the two lines that are commented out there:
    //
    //     #[pyo3::pymodule]
    //     mod fast {
    //         #[pyo3::pyfunction]
    //         fn double(number: i64) -> i64 {
    //             number * 2
    //         }
    //     }
    Interpreter::start(config)
}

#[cfg(test)]
mod tests {
    #[test]
    fn python_has_its_standard_library() {
        let python = super::start_python().expect("Python starts");
        python
            .run_code("import json; assert json.loads('[1]') == [1]")
            .expect("the code runs");
        python.finalize().expect("Python ends");
    }
}
