//! Loads packed modules: importlib's own file loaders with the bytecode unmarshalled straight from the mapping. Everything else
//! (get_data, get_source, resource readers, `path`) is importlib's own, working on the executable as a directory.

use super::finder::Importlib;
use super::module::{self, method};
use super::object::{Object, Raised, Result};
use super::{api, fail_damaged};
use pyo3_ffi::{PyMethodDef, PyObject};

pub const METHODS: &[PyMethodDef] = &[method(
    c"get_code",
    get_code,
    c"get_code(fullname)\n--\n\nThe module's code: packed bytecode where there is some, otherwise compiled.",
)];

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
    let content = payload.module_content(&module, node).unwrap_or_else(|damaged| fail_damaged(&damaged));
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
