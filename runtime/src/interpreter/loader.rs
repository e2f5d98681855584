//! Loads packed modules: importlib's own file loaders with the bytecode unmarshalled straight from the mapping. Everything else
//! (get_data, get_source, resource readers, `path`) is importlib's own, working on the executable as a directory.

use super::finder::Importlib;
use super::module::{self, method};
use super::object::{Object, Raised, Result};
use super::{api, report_damaged};
use pyo3_ffi::{PyMethodDef, PyObject};

const METHODS: &[PyMethodDef] = &[
    method(
        c"get_code",
        get_code,
        c"get_code(fullname)\n--\n\nThe module's code: packed bytecode where there is some, otherwise compiled.",
    ),
    method(
        c"exec_module",
        exec_module,
        c"exec_module(module)\n--\n\nRuns the module; then multiprocessing has the start method of this program.",
    ),
];

/// What the loaders do in their own way. Running modules is importlib's, unless something is to follow.
pub fn methods() -> &'static [PyMethodDef] {
    if module::start_method().is_some() { METHODS } else { &METHODS[..1] }
}

/// Of a .pyc file, PEP 552.
const PYC_HEADER_BYTES: usize = 16;

unsafe extern "C" fn get_code(
    this: *mut PyObject,
    arguments: *const *mut PyObject,
    count: isize,
    names: *mut PyObject,
) -> *mut PyObject {
    // Safety: what a method with this convention is called with.
    let code = unsafe {
        if count != 1 || !names.is_null() {
            api::PyErr_SetString(api::PyExc_TypeError(), c"get_code() takes the module's name".as_ptr());
            return std::ptr::null_mut();
        }
        let (this, name) = (Object::borrowed(this), Object::borrowed(*arguments));
        this.zip(name).ok_or(Raised).and_then(|(this, name)| code_of(&this, &name))
    };
    code.map_or(std::ptr::null_mut(), Object::into_ptr)
}

unsafe extern "C" fn exec_module(
    this: *mut PyObject,
    arguments: *const *mut PyObject,
    count: isize,
    names: *mut PyObject,
) -> *mut PyObject {
    // Safety: what a method with this convention is called with.
    let done = unsafe {
        if count != 1 || !names.is_null() {
            api::PyErr_SetString(api::PyExc_TypeError(), c"exec_module() takes the module".as_ptr());
            return std::ptr::null_mut();
        }
        let (this, module) = (Object::borrowed(this), Object::borrowed(*arguments));
        this.zip(module).ok_or(Raised).and_then(|(this, module)| execute(&this, &module))
    };
    done.map_or(std::ptr::null_mut(), |()| Object::none().into_ptr())
}

fn execute(loader: &Object, module: &Object) -> Result<()> {
    // Both loaders inherit it from the same base.
    Importlib::get()?.source_base.call_method(c"exec_module", &[loader, module])?;
    let name = module.attribute(c"__name__")?;
    match module::start_method() {
        Some(method) if name.utf8() == Some(b"multiprocessing.context") => choose_start_method(module, method),
        _ => Ok(()),
    }
}

/// Changes the default alone, so that the program may still say `set_start_method`.
fn choose_start_method(context: &Object, method: &str) -> Result<()> {
    let chosen = context.attribute(c"_concrete_contexts")?.call_method(c"get", &[&Object::text(method.as_bytes())?])?;
    if chosen.is_none() {
        Ok(())
    } else {
        context.attribute(c"_default_context")?.set_attribute(c"_default_context", &chosen)
    }
}

fn code_of(loader: &Object, name: &Object) -> Result<Object> {
    let importlib = Importlib::get()?;
    let path = loader.attribute(c"path")?;
    match packed_code(importlib, &path, name)? {
        Some(code) => Ok(code),
        None if path.utf8().is_some_and(|path| path.ends_with(b".pyc")) => {
            importlib.bytecode_base.call_method(c"get_code", &[loader, name])
        }
        None => importlib.source_base.call_method(c"get_code", &[loader, name]),
    }
}

fn packed_code(importlib: &Importlib, path: &Object, name: &Object) -> Result<Option<Object>> {
    let payload = module::payload();
    let Some(relative) = path.utf8().and_then(|path| path.strip_prefix(payload.root())?.strip_prefix(b"/")) else {
        return Ok(None);
    };
    let mut modules = payload.modules(name.utf8().unwrap_or_default());
    let module = modules.find(|module| importlib.file(module) == Some(relative));
    let Some((module, node)) = module.and_then(|module| Some((module, module.bytecode[importlib.level]?))) else {
        return Ok(None);
    };
    let content = payload.module_content(&module, node).map_err(|damaged| report_damaged(&damaged))?;
    let Some((header, code)) = content.split_at_checked(PYC_HEADER_BYTES) else { return Ok(None) };
    if header[..4] != importlib.magic {
        return Ok(None);
    }
    // Safety: the bytes were verified to be what was packed.
    let code =
        unsafe { Object::owned(api::PyMarshal_ReadObjectFromString(code.as_ptr().cast(), code.len() as isize))? };
    // Compiled before it was known where the executable will stand. Tracebacks name the source, packed or not.
    let source = if module.source.is_some() {
        path.clone()
    } else {
        Object::path(&[payload.root(), b"/", &relative[..relative.len() - 1]].concat())?
    };
    importlib.fix_filename.call(&[&code, &source])?;
    Ok(Some(code))
}
