//! The part of CPython's C API that the runtime calls. Linked statically where libpython is; looked up by name where it
//! is packed and loaded at start, so that the stub itself needs no libpython.
#![allow(non_snake_case, reason = "CPython's names")]

use pyo3_ffi::{
    _inittab, Py_ssize_t, PyConfig, PyInterpreterState, PyMemAllocatorDomain, PyMemAllocatorEx, PyMethodDef,
    PyModuleDef, PyObject, PyObjectArenaAllocator, PyPreConfig, PyStatus, PyThreadState, PyType_Spec, PyWideStringList,
};
use std::ffi::{c_char, c_int, c_long, c_void};

pub type WideChar = libc::wchar_t;
pub type AuditHook = unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int;

#[cfg(not(oxd_shared_python))]
macro_rules! functions {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        unsafe extern "C" { $($(#[$meta])* pub fn $name($($argument: $type),*) $(-> $result)?;)* }
    };
}

#[cfg(not(oxd_shared_python))]
macro_rules! objects {
    ($($name:ident),*) => {
        mod linked { unsafe extern "C" { $(pub static $name: *mut pyo3_ffi::PyObject;)* } }
        $(pub fn $name() -> *mut PyObject {
            // Safety: set by CPython's start, before anything asks.
            unsafe { linked::$name }
        })*
    };
}

#[cfg(oxd_shared_python)]
fn symbol(cell: &std::sync::atomic::AtomicPtr<c_void>, name: &std::ffi::CStr) -> *mut c_void {
    use std::sync::atomic::Ordering;
    let known = cell.load(Ordering::Relaxed);
    if !known.is_null() {
        return known;
    }
    // Safety: a lookup by name.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    if found.is_null() {
        super::fail(&format!("the packed libpython lacks {}", name.to_string_lossy()));
    }
    cell.store(found, Ordering::Relaxed);
    found
}

#[cfg(oxd_shared_python)]
macro_rules! cell {
    ($name:ident) => {{
        static CELL: std::sync::atomic::AtomicPtr<c_void> = std::sync::atomic::AtomicPtr::new(std::ptr::null_mut());
        const NAME: &std::ffi::CStr =
            match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("names hold no zero"),
            };
        symbol(&CELL, NAME)
    }};
}

#[cfg(oxd_shared_python)]
macro_rules! functions {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        $($(#[$meta])* pub unsafe fn $name($($argument: $type),*) $(-> $result)? {
            // Safety: declared as CPython declares it; the caller keeps the function's own rules.
            let function: unsafe extern "C" fn($($type),*) $(-> $result)? = unsafe { std::mem::transmute(cell!($name)) };
            unsafe { function($($argument),*) }
        })*
    };
}

#[cfg(oxd_shared_python)]
macro_rules! objects {
    ($($name:ident),*) => {
        $(pub fn $name() -> *mut PyObject {
            // Safety: a variable of that type in libpython.
            unsafe { *cell!($name).cast::<*mut PyObject>() }
        })*
    };
}

/// The variable that holds CPython's table of built-in modules.
pub fn inittab() -> *mut *mut _inittab {
    #[cfg(not(oxd_shared_python))]
    return &raw mut pyo3_ffi::PyImport_Inittab;
    #[cfg(oxd_shared_python)]
    cell!(PyImport_Inittab).cast()
}

objects!(
    PyExc_ImportError,
    PyExc_KeyboardInterrupt,
    PyExc_ModuleNotFoundError,
    PyExc_OverflowError,
    PyExc_SystemExit,
    PyExc_TypeError
);

functions! {
    fn PyBool_FromLong(value: c_long) -> *mut PyObject;
    fn PyBytes_FromStringAndSize(bytes: *const c_char, length: Py_ssize_t) -> *mut PyObject;
    fn PyConfig_Clear(config: *mut PyConfig);
    fn PyConfig_InitIsolatedConfig(config: *mut PyConfig);
    fn PyConfig_InitPythonConfig(config: *mut PyConfig);
    fn PyConfig_Read(config: *mut PyConfig) -> PyStatus;
    fn PyConfig_SetBytesArgv(config: *mut PyConfig, count: Py_ssize_t, arguments: *const *mut c_char) -> PyStatus;
    fn PyConfig_SetBytesString(config: *mut PyConfig, field: *mut *mut WideChar, value: *const c_char) -> PyStatus;
    fn PyDict_GetItemString(dict: *mut PyObject, key: *const c_char) -> *mut PyObject;
    fn PyDict_Keys(dict: *mut PyObject) -> *mut PyObject;
    fn PyDict_SetItemString(dict: *mut PyObject, key: *const c_char, value: *mut PyObject) -> c_int;
    fn PyCFunction_NewEx(definition: *mut PyMethodDef, this: *mut PyObject, module: *mut PyObject) -> *mut PyObject;
    fn PyDict_Values(dict: *mut PyObject) -> *mut PyObject;
    fn PyErr_Clear();
    fn PyErr_ExceptionMatches(kind: *mut PyObject) -> c_int;
    fn PyErr_Fetch(kind: *mut *mut PyObject, value: *mut *mut PyObject, traceback: *mut *mut PyObject);
    fn PyErr_NormalizeException(kind: *mut *mut PyObject, value: *mut *mut PyObject, traceback: *mut *mut PyObject);
    fn PyErr_Occurred() -> *mut PyObject;
    fn PyErr_Print();
    fn PyErr_Restore(kind: *mut PyObject, value: *mut PyObject, traceback: *mut PyObject);
    fn PyErr_SetString(kind: *mut PyObject, message: *const c_char);
    fn PyErr_WriteUnraisable(object: *mut PyObject);
    fn PyEval_RestoreThread(thread: *mut PyThreadState);
    fn PyEval_SaveThread() -> *mut PyThreadState;
    fn PyEval_EvalCode(code: *mut PyObject, globals: *mut PyObject, locals: *mut PyObject) -> *mut PyObject;
    fn PyGILState_Ensure() -> c_int;
    fn PyGILState_Release(state: c_int);
    fn PyImport_AddModule(name: *const c_char) -> *mut PyObject;
    fn PyImport_GetMagicNumber() -> c_long;
    fn PyImport_GetModuleDict() -> *mut PyObject;
    fn PyImport_ImportModule(name: *const c_char) -> *mut PyObject;
    fn PyInterpreterState_Main() -> *mut PyInterpreterState;
    fn PyList_Append(list: *mut PyObject, item: *mut PyObject) -> c_int;
    fn PyList_GetItem(list: *mut PyObject, index: Py_ssize_t) -> *mut PyObject;
    #[cfg(Py_3_14)]
    fn PyList_Insert(list: *mut PyObject, index: Py_ssize_t, item: *mut PyObject) -> c_int;
    fn PyList_Size(list: *mut PyObject) -> Py_ssize_t;
    fn PyLong_AsLong(object: *mut PyObject) -> c_long;
    fn PyMarshal_ReadObjectFromString(bytes: *const c_char, length: Py_ssize_t) -> *mut PyObject;
    fn PyModule_Create2(definition: *mut PyModuleDef, version: c_int) -> *mut PyObject;
    fn PyMem_SetAllocator(domain: PyMemAllocatorDomain, allocator: *mut PyMemAllocatorEx);
    fn PyMem_SetupDebugHooks();
    fn PyModule_GetDict(module: *mut PyObject) -> *mut PyObject;
    fn PyOS_setsig(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t;
    fn PyObject_Call(callable: *mut PyObject, arguments: *mut PyObject, named: *mut PyObject) -> *mut PyObject;
    fn PyObject_GetAttrString(object: *mut PyObject, name: *const c_char) -> *mut PyObject;
    fn PyObject_IsTrue(object: *mut PyObject) -> c_int;
    fn PyObject_SetAttrString(object: *mut PyObject, name: *const c_char, value: *mut PyObject) -> c_int;
    fn PyObject_SetArenaAllocator(allocator: *mut PyObjectArenaAllocator);
    fn PyObject_Str(object: *mut PyObject) -> *mut PyObject;
    fn PyPreConfig_InitPythonConfig(config: *mut PyPreConfig);
    fn PySequence_List(object: *mut PyObject) -> *mut PyObject;
    fn PyStatus_Exception(status: PyStatus) -> c_int;
    fn PyStatus_IsExit(status: PyStatus) -> c_int;
    fn PySys_AddAuditHook(hook: AuditHook, data: *mut c_void) -> c_int;
    fn PySys_GetObject(name: *const c_char) -> *mut PyObject;
    fn PyTuple_GetItem(tuple: *mut PyObject, index: Py_ssize_t) -> *mut PyObject;
    fn PyTuple_New(length: Py_ssize_t) -> *mut PyObject;
    fn PyTuple_SetItem(tuple: *mut PyObject, index: Py_ssize_t, item: *mut PyObject) -> c_int;
    fn PyType_FromSpecWithBases(spec: *mut PyType_Spec, bases: *mut PyObject) -> *mut PyObject;
    fn PyUnicode_AsUTF8AndSize(text: *mut PyObject, length: *mut Py_ssize_t) -> *const c_char;
    fn PyUnicode_DecodeFSDefaultAndSize(bytes: *const c_char, length: Py_ssize_t) -> *mut PyObject;
    fn PyUnicode_FromStringAndSize(bytes: *const c_char, length: Py_ssize_t) -> *mut PyObject;
    fn PyWideStringList_Append(list: *mut PyWideStringList, item: *const WideChar) -> PyStatus;
    fn Py_BuildValue(format: *const c_char) -> *mut PyObject;
    fn Py_CompileStringExFlags(code: *const c_char, name: *const c_char, start: c_int, flags: *mut c_void, level: c_int) -> *mut PyObject;
    fn Py_DecRef(object: *mut PyObject);
    fn Py_DecodeLocale(text: *const c_char, length: *mut usize) -> *mut WideChar;
    fn Py_ExitStatusException(status: PyStatus) -> !;
    fn Py_FinalizeEx() -> c_int;
    fn Py_IncRef(object: *mut PyObject);
    fn Py_InitializeFromConfig(config: *const PyConfig) -> PyStatus;
    fn Py_IsInitialized() -> c_int;
    fn Py_PreInitialize(config: *const PyPreConfig) -> PyStatus;
    fn Py_PreInitializeFromBytesArgs(config: *const PyPreConfig, count: Py_ssize_t, arguments: *const *mut c_char) -> PyStatus;
    fn Py_RunMain() -> c_int;
    fn _Py_InitializeMain() -> PyStatus;
}
