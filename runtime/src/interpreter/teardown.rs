//! Whether taking the interpreter's heap apart would do anything that somebody could see.
//!
//! `Py_FinalizeEx` frees every object, which takes milliseconds and is for nothing when the process ends anyway, except
//! where freeing an object has an effect: data in a file object that was never closed, a `__del__`, a suspended
//! generator with a `finally`, a database handle of an extension module.

use super::api;
use super::module;
use super::object::{Object, Raised, Result};
use pyo3_ffi::{PyObject, destructor};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// Of the standard library's extension modules, those whose objects write when they are freed.
const WRITING_MODULES: [&[u8]; 3] = [b"_sqlite3", b"_dbm", b"_gdbm"];

static REQUIRED: AtomicBool = AtomicBool::new(false);

/// Has the heap taken apart in any case: statistics are printed at the end of that.
pub fn require() {
    REQUIRED.store(true, Ordering::Relaxed);
}

/// Answers true when in doubt.
pub fn can_be_observed() -> bool {
    if REQUIRED.load(Ordering::Relaxed) {
        return true;
    }
    let observed = has_foreign_modules().and_then(|found| if found { Ok(true) } else { has_finalizers() });
    observed.unwrap_or_else(|Raised| {
        // Safety: an exception is set.
        unsafe { api::PyErr_Clear() };
        true
    })
}

/// Extension modules that are not the standard library's may do anything when their objects go. Development mode and
/// verbose mode talk about what happens.
fn has_foreign_modules() -> Result<bool> {
    let flags = Object::sys(c"flags").ok_or(Raised)?;
    for name in [c"dev_mode", c"verbose"] {
        if flags.attribute(name)?.is_true()? {
            return Ok(true);
        }
    }
    // Safety: the dictionary of modules always exists; its values are looked at while a list holds them.
    let modules = unsafe { Object::owned(api::PyDict_Values(api::PyImport_GetModuleDict()))? };
    for found in modules.items()? {
        // Safety: PyModule_GetDict raises for what is no module; the rest is borrowed.
        let (file, name) = unsafe {
            let globals = api::PyModule_GetDict(found.as_ptr());
            if globals.is_null() {
                // Some object in a module's place, such as the class `typing.io` of 3.11: its finalizers are looked at.
                api::PyErr_Clear();
                continue;
            }
            let item = |name: &std::ffi::CStr| Object::borrowed(api::PyDict_GetItemString(globals, name.as_ptr()));
            (item(c"__file__"), item(c"__name__"))
        };
        let name = name.as_ref().and_then(Object::utf8).unwrap_or_default();
        let file = file.as_ref().and_then(Object::utf8).unwrap_or_default();
        if WRITING_MODULES.contains(&name) || file.ends_with(b".so") && !module::is_standard_extension(file) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether any living object does something when it is freed.
fn has_finalizers() -> Result<bool> {
    let harmless = harmless_finalizers()?;
    let streams = standard_streams();
    for object in Object::import(c"gc")?.call_method(c"get_objects", &[])?.items()? {
        // Safety: a living object has a type, whose layout is CPython's.
        let (finalize, delete) = unsafe {
            let kind = (*object.as_ptr()).ob_type;
            ((*kind).tp_finalize, (*kind).tp_del)
        };
        let (None, None) = (finalize, delete) else {
            let is_harmless = finalize.is_some_and(|finalize| harmless.contains(&(finalize as usize)))
                && (is_reader(&object)? || streams.contains(&object.as_ptr()));
            if is_harmless {
                continue;
            }
            return Ok(true);
        };
    }
    Ok(false)
}

/// Those of the io module: they flush and close.
fn harmless_finalizers() -> Result<HashSet<usize>> {
    let io = Object::import(c"_io")?;
    let names = [c"FileIO", c"BufferedReader", c"BufferedWriter", c"TextIOWrapper"];
    let finalizers = names.iter().map(|name| {
        let kind = io.attribute(name)?;
        // Safety: a type object.
        let finalize: Option<destructor> = unsafe { (*kind.as_ptr().cast::<pyo3_ffi::PyTypeObject>()).tp_finalize };
        Ok(finalize.map(|finalize| finalize as usize))
    });
    Ok(finalizers.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Files that hold nothing back: the kernel closes them as well as we could.
fn is_reader(object: &Object) -> Result<bool> {
    let io = Object::import(c"_io")?;
    // Safety: a living object has a type.
    let kind = unsafe { (*object.as_ptr()).ob_type }.cast::<PyObject>();
    Ok([c"FileIO", c"BufferedReader"]
        .iter()
        .map(|name| io.attribute(name))
        .collect::<Result<Vec<_>>>()?
        .iter()
        .any(|reader| reader.as_ptr() == kind))
}

/// They have been flushed.
fn standard_streams() -> HashSet<*mut PyObject> {
    let names = [c"stdin", c"stdout", c"stderr", c"__stdin__", c"__stdout__", c"__stderr__"];
    let mut found = HashSet::new();
    for stream in names.iter().filter_map(|name| Object::sys(name)) {
        found.insert(stream.as_ptr());
        let Ok(buffer) = stream.attribute(c"buffer") else {
            // Safety: an exception is set: None, or a stream of the program's own.
            unsafe { api::PyErr_Clear() };
            continue;
        };
        found.insert(buffer.as_ptr());
    }
    found
}
