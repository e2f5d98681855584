//! Owned references to Python objects, with errors as values. All of it needs the GIL, which this process's main thread
//! holds whenever code of this folder runs.

use super::api;
use pyo3_ffi::PyObject;
use std::ffi::{CStr, c_long};
use std::ptr::NonNull;

/// A Python exception is set.
#[derive(Debug)]
pub struct Raised;

pub type Result<T> = std::result::Result<T, Raised>;

/// One owned reference.
pub struct Object(NonNull<PyObject>);

impl Drop for Object {
    fn drop(&mut self) {
        // Safety: owned by us.
        unsafe { api::Py_DecRef(self.0.as_ptr()) }
    }
}

impl Object {
    /// Takes over a new reference as the API returned it; null means that an exception is set.
    ///
    /// # Safety
    /// `pointer` is null or a reference that belongs to the caller.
    pub unsafe fn owned(pointer: *mut PyObject) -> Result<Object> {
        NonNull::new(pointer).map(Object).ok_or(Raised)
    }

    /// Adds a reference to a borrowed one; None for null.
    ///
    /// # Safety
    /// `pointer` is null or alive.
    pub unsafe fn borrowed(pointer: *mut PyObject) -> Option<Object> {
        let object = NonNull::new(pointer)?;
        unsafe { api::Py_IncRef(pointer) };
        Some(Object(object))
    }

    pub fn as_ptr(&self) -> *mut PyObject {
        self.0.as_ptr()
    }

    /// Gives the reference away.
    pub fn into_ptr(self) -> *mut PyObject {
        let pointer = self.0.as_ptr();
        std::mem::forget(self);
        pointer
    }

    pub fn none() -> Object {
        // Safety: an empty format gives None. It cannot fail.
        unsafe { Object::owned(api::Py_BuildValue(c"".as_ptr())) }.expect("None always exists")
    }

    pub fn boolean(value: bool) -> Object {
        // Safety: cannot fail.
        unsafe { Object::owned(api::PyBool_FromLong(c_long::from(value))) }.expect("True and False always exist")
    }

    pub fn text(value: &[u8]) -> Result<Object> {
        // Safety: copies the bytes.
        unsafe { Object::owned(api::PyUnicode_FromStringAndSize(value.as_ptr().cast(), value.len() as isize)) }
    }

    pub fn bytes(value: &[u8]) -> Result<Object> {
        // Safety: copies the bytes.
        unsafe { Object::owned(api::PyBytes_FromStringAndSize(value.as_ptr().cast(), value.len() as isize)) }
    }

    /// A list of new references.
    pub fn list(items: &[Object]) -> Result<Object> {
        let items = tuple(&items.iter().collect::<Vec<_>>())?;
        // Safety: alive.
        unsafe { Object::owned(api::PySequence_List(items.as_ptr())) }
    }

    /// A path, decoded as `os.fsdecode` does.
    pub fn path(value: &[u8]) -> Result<Object> {
        // Early in CPython's start the locale decodes, and that looks for the final zero.
        let terminated = [value, b"\0"].concat();
        // Safety: copies the bytes.
        unsafe {
            Object::owned(api::PyUnicode_DecodeFSDefaultAndSize(terminated.as_ptr().cast(), value.len() as isize))
        }
    }

    pub fn import(name: &CStr) -> Result<Object> {
        // Safety: plain call.
        unsafe { Object::owned(api::PyImport_ImportModule(name.as_ptr())) }
    }

    /// A module that has been imported, or None.
    pub fn imported(name: &CStr) -> Option<Object> {
        // Safety: both are borrowed; PyDict_GetItemString sets no exception.
        unsafe { Object::borrowed(api::PyDict_GetItemString(api::PyImport_GetModuleDict(), name.as_ptr())) }
    }

    /// An attribute of the sys module.
    pub fn sys(name: &CStr) -> Option<Object> {
        // Safety: borrowed.
        unsafe { Object::borrowed(api::PySys_GetObject(name.as_ptr())) }
    }

    pub fn attribute(&self, name: &CStr) -> Result<Object> {
        // Safety: alive.
        unsafe { Object::owned(api::PyObject_GetAttrString(self.as_ptr(), name.as_ptr())) }
    }

    pub fn set_attribute(&self, name: &CStr, value: &Object) -> Result<()> {
        // Safety: alive.
        check(unsafe { api::PyObject_SetAttrString(self.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    pub fn call(&self, arguments: &[&Object]) -> Result<Object> {
        let arguments = tuple(arguments)?;
        // Safety: alive.
        unsafe { Object::owned(api::PyObject_Call(self.as_ptr(), arguments.as_ptr(), std::ptr::null_mut())) }
    }

    pub fn call_method(&self, name: &CStr, arguments: &[&Object]) -> Result<Object> {
        self.attribute(name)?.call(arguments)
    }

    pub fn append(&self, item: &Object) -> Result<()> {
        // Safety: raises for what is no list.
        check(unsafe { api::PyList_Append(self.as_ptr(), item.as_ptr()) })
    }

    /// The items of any iterable.
    pub fn items(&self) -> Result<Vec<Object>> {
        // Safety: the list is ours, so its items stay alive while we add our references.
        unsafe {
            let list = Object::owned(api::PySequence_List(self.as_ptr()))?;
            let length = api::PyList_Size(list.as_ptr());
            Ok((0..length).filter_map(|index| Object::borrowed(api::PyList_GetItem(list.as_ptr(), index))).collect())
        }
    }

    /// UTF-8 of a str; None, with no exception set, for other objects and lone surrogates.
    pub fn utf8(&self) -> Option<&[u8]> {
        let mut length = 0;
        // Safety: the bytes live inside the object, which `self` keeps alive and which is immutable.
        unsafe {
            let bytes = api::PyUnicode_AsUTF8AndSize(self.as_ptr(), &mut length);
            if bytes.is_null() {
                api::PyErr_Clear();
                return None;
            }
            Some(std::slice::from_raw_parts(bytes.cast(), length as usize))
        }
    }

    pub fn is_true(&self) -> Result<bool> {
        // Safety: alive.
        match unsafe { api::PyObject_IsTrue(self.as_ptr()) } {
            -1 => Err(Raised),
            value => Ok(value == 1),
        }
    }

    pub fn is_none(&self) -> bool {
        self.as_ptr() == Object::none().as_ptr()
    }
}

impl Clone for Object {
    fn clone(&self) -> Object {
        // Safety: alive, so not null.
        unsafe { api::Py_IncRef(self.as_ptr()) };
        Object(self.0)
    }
}

/// A tuple of new references.
pub fn tuple(items: &[&Object]) -> Result<Object> {
    // Safety: PyTuple_SetItem takes over the reference.
    unsafe {
        let tuple = Object::owned(api::PyTuple_New(items.len() as isize))?;
        for (index, item) in items.iter().enumerate() {
            check(api::PyTuple_SetItem(tuple.as_ptr(), index as isize, (*item).clone().into_ptr()))?;
        }
        Ok(tuple)
    }
}

/// The API's other convention: -1 means that an exception is set.
pub fn check(result: std::ffi::c_int) -> Result<()> {
    if result < 0 { Err(Raised) } else { Ok(()) }
}
