//! Where the filesystem importer is off: `sys.path` counts for packed folders only.
//!
//! Folders and zip files of the machine are not looked at, whatever a program or its user puts on the path. The path's
//! finder stays: it serves namespace packages of the tree.

use super::module::{self, method};
use super::object::{Object, Raised, Result};
use super::{api, program};
use pyo3_ffi::PyObject;

/// Takes the place of all path hooks. The last of them, importlib's for folders, is asked for packed ones.
pub fn install() -> Result<()> {
    let hooks = Object::sys(c"path_hooks").ok_or(Raised)?;
    let folders = hooks.items()?.pop().ok_or(Raised)?;
    let definition =
        Box::leak(Box::new(method(c"path_hook", hook, c"path_hook(path)\n--\n\nThe finder of a packed folder.")));
    // Safety: the definition lives for ever; the function holds the hook as its self.
    let ours = unsafe { Object::owned(api::PyCFunction_NewEx(definition, folders.into_ptr(), std::ptr::null_mut()))? };
    hooks.call_method(c"clear", &[])?;
    hooks.append(&ours)?;
    Object::sys(c"path_importer_cache").ok_or(Raised)?.call_method(c"clear", &[]).map(drop)
}

unsafe extern "C" fn hook(
    this: *mut PyObject,
    arguments: *const *mut PyObject,
    count: isize,
    _: *mut PyObject,
) -> *mut PyObject {
    // Safety: what a function with this convention is called with.
    let path = unsafe { if count == 1 { Object::borrowed(*arguments) } else { None } };
    let found = unsafe { Object::borrowed(this) }.zip(path).ok_or(Raised).and_then(|(folders, path)| {
        let root = module::payload().root();
        let below = path.utf8().and_then(|path| path.strip_prefix(root)).is_some_and(|rest| rest.starts_with(b"/"));
        if below { folders.call(&[&path]) } else { Err(program::raise(c"only packed folders are searched")) }
    });
    found.map_or(std::ptr::null_mut(), Object::into_ptr)
}
