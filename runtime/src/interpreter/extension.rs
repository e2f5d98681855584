//! Extension modules of the host program, and the table of built-in modules that they are entered in.

use super::api;
use super::error::Error;
use pyo3_ffi::{_inittab as Inittab, PyObject};
use std::ffi::{CStr, CString};
use std::sync::Mutex;

/// An extension module that is compiled into the program.
///
/// With pyo3, `init` is the function `__pyo3_init` that `#[pymodule]` puts into the module.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExtensionModule {
    /// The name to import it by.
    pub name: String,
    /// Makes the module: what is called `PyInit_NAME` in a library.
    pub init: unsafe extern "C" fn() -> *mut PyObject,
}

impl ExtensionModule {
    /// A module and the function that makes it.
    pub fn new(name: impl Into<String>, init: unsafe extern "C" fn() -> *mut PyObject) -> ExtensionModule {
        ExtensionModule { name: name.into(), init }
    }
}

/// CPython's table is one for the process, and its own functions only make it longer. So each interpreter gets a table
/// of its own: what is built in, and the modules of its configuration. Those of an earlier one are not in it.
struct Table {
    built_in: Vec<Inittab>,
    /// What CPython refers to, with an empty entry at the end.
    given: Vec<Inittab>,
    /// What `given` refers to.
    names: Vec<CString>,
}

// Safety: the pointers lead to static data, and to names that are kept beside them.
unsafe impl Send for Table {}

static TABLE: Mutex<Table> = Mutex::new(Table { built_in: vec![], given: vec![], names: vec![] });

/// Makes `own` and the modules of a configuration the built-in ones, beside CPython's; while no interpreter runs.
pub fn enter(own: &ExtensionModule, modules: &[ExtensionModule]) -> Result<(), Error> {
    let mut table = TABLE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let variable = api::inittab();
    // Safety: CPython's variable; nothing runs that could read it now.
    let current = unsafe { *variable };
    // Otherwise it is the table that CPython started with, or a copy with modules that the program added by itself.
    if current != table.given.as_mut_ptr() {
        let is_ours = |entry: &Inittab| table.names.iter().any(|name| name.as_ptr() == entry.name);
        table.built_in = entries(current).filter(|entry| !is_ours(entry)).collect();
    }
    let mut names = vec![];
    let mut given = table.built_in.clone();
    for module in std::iter::once(own).chain(modules) {
        let refuse = |reason| Error::ExtensionModule { name: module.name.clone(), reason };
        if module.name.is_empty() {
            return Err(refuse("it has no name"));
        }
        let name = CString::new(module.name.as_str()).map_err(|_| refuse("its name contains a zero"))?;
        // Safety: names of the table are C strings.
        if given.iter().any(|entry| unsafe { CStr::from_ptr(entry.name) } == name.as_c_str()) {
            return Err(refuse("there is a built-in module of that name already"));
        }
        given.push(Inittab { name: name.as_ptr(), initfunc: Some(module.init) });
        names.push(name);
    }
    given.push(Inittab { name: std::ptr::null(), initfunc: None });
    (table.given, table.names) = (given, names);
    // Safety: as above.
    unsafe { *variable = table.given.as_mut_ptr() };
    Ok(())
}

/// Up to the empty one.
fn entries(table: *const Inittab) -> impl Iterator<Item = Inittab> {
    // Safety: CPython's table ends with an empty entry.
    (0..).map(move |index| unsafe { *table.add(index) }).take_while(|entry| !entry.name.is_null())
}
