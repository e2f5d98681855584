//! The built-in module `_oxd`: the types of the finder and its loader live there, so that they can be pickled by name.

use super::choices::StartMethod;
use super::error::Error;
use super::extension::{self, ExtensionModule};
use super::object::{Object, Raised, Result, tuple};
use super::settings::LIBRARY;
use super::{api, finder, loader};
use crate::payload::Payload;
use pyo3_ffi::{
    Py_TPFLAGS_BASETYPE, Py_TPFLAGS_DEFAULT, Py_tp_doc, Py_tp_methods, PyMethodDef, PyModuleDef, PyModuleDef_HEAD_INIT,
    PyObject, PyType_Slot, PyType_Spec,
};
use std::ffi::{CStr, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

/// Of multiprocessing, where it is not to be CPython's choice: one more than its place among these.
static START_METHOD: AtomicU8 = AtomicU8::new(0);
const START_METHODS: [StartMethod; 3] = [StartMethod::Fork, StartMethod::Forkserver, StartMethod::Spawn];

/// The tree that the importer serves.
pub fn payload() -> &'static Payload {
    crate::payload::payload().expect("installed before Python starts")
}

pub fn start_method() -> Option<&'static str> {
    let place = usize::from(START_METHOD.load(Ordering::Relaxed)).checked_sub(1)?;
    START_METHODS.get(place).map(|method| method.as_str())
}

/// Whether a packed folder is one of those that start on sys.path.
pub fn is_search_root(folder: &[u8]) -> bool {
    match folder.strip_prefix(LIBRARY.as_bytes()) {
        Some(rest) => rest.is_empty() || rest == b"/lib-dynload",
        None => folder.is_empty(),
    }
}

/// Whether a file is one of the standard library's packed extension modules.
pub fn is_standard_extension(file: &[u8]) -> bool {
    let below = file.strip_prefix(payload().root()).and_then(|rest| rest.strip_prefix(b"/"));
    let rest = below.and_then(|rest| rest.strip_prefix(LIBRARY.as_bytes()));
    rest.is_some_and(|rest| rest.starts_with(b"/lib-dynload/"))
}

/// Makes `import _oxd` possible, and importing the program's own extension modules; before Python starts.
pub fn register(start_method: Option<StartMethod>, modules: &[ExtensionModule]) -> std::result::Result<(), Error> {
    let place = start_method.and_then(|wanted| START_METHODS.iter().position(|method| *method == wanted));
    START_METHOD.store(place.map_or(0, |place| place as u8 + 1), Ordering::Relaxed);
    finder::forget_importlib();
    extension::enter(&ExtensionModule::new("_oxd", create), modules)
}

unsafe extern "C" fn create() -> *mut PyObject {
    let definition = Box::leak(Box::new(PyModuleDef {
        m_base: PyModuleDef_HEAD_INIT,
        m_name: c"_oxd".as_ptr(),
        m_doc: c"The packed tree of this executable.".as_ptr(),
        m_size: -1,
        m_methods: std::ptr::null_mut(),
        m_slots: std::ptr::null_mut(),
        m_traverse: None,
        m_clear: None,
        m_free: None,
    }));
    // Safety: the definition lives for ever. 1013 is PYTHON_API_VERSION.
    unsafe { api::PyModule_Create2(definition, 1013) }
}

/// Puts the finder behind those of built-in and frozen modules and before the path's, which is not there yet.
pub fn install_finder() -> Result<()> {
    let module = Object::import(c"_oxd")?;
    let finder = make_type(c"_oxd.Finder", c"Finds packed modules.", None, finder::METHODS)?;
    module.set_attribute(c"Finder", &finder)?;
    let path = Object::sys(c"meta_path").ok_or(Raised)?;
    let instance = finder.call(&[])?;
    // From 3.14 on the path's finder is already there, at the end.
    // Safety: a list; the reference is added.
    #[cfg(Py_3_14)]
    return super::object::check(unsafe { api::PyList_Insert(path.as_ptr(), 2, instance.as_ptr()) });
    #[cfg(not(Py_3_14))]
    path.append(&instance)
}

/// Tells importlib where frozen modules (`os`, `site`, `codecs` …) have their source, so that they get a `__file__`: 3.11
/// forgets what its configuration said. For the first search, which comes before those are imported.
#[cfg(Py_3_11)]
pub fn name_library() -> Result<()> {
    if Object::sys(c"_stdlib_dir").is_some_and(|folder| !folder.is_none()) {
        return Ok(());
    }
    let folder = [payload().root(), b"/", LIBRARY.as_bytes()].concat();
    Object::import(c"sys")?.set_attribute(c"_stdlib_dir", &Object::path(&folder)?)?;
    // The one that has been imported by now.
    if let Some(zipimport) = Object::imported(c"zipimport") {
        let file = Object::path(&[&folder, &b"/zipimport.py"[..]].concat())?;
        zipimport.set_attribute(c"__file__", &file)?;
        zipimport.attribute(c"__spec__")?.attribute(c"loader_state")?.set_attribute(c"filename", &file)?;
    }
    Ok(())
}

/// Makes the type of a loader, on top of one of importlib's.
pub fn make_loader(name: &'static CStr, base: &Object) -> Result<Object> {
    let qualified = [b"_oxd.", name.to_bytes_with_nul()].concat();
    let qualified =
        CStr::from_bytes_with_nul(Box::leak(qualified.into_boxed_slice())).expect("ends with the only zero");
    let made = make_type(qualified, c"Loads packed modules.", Some(base), loader::methods())?;
    Object::import(c"_oxd")?.set_attribute(name, &made)?;
    Ok(made)
}

fn make_type(name: &CStr, doc: &CStr, base: Option<&Object>, methods: &[PyMethodDef]) -> Result<Object> {
    // CPython keeps pointers to the methods; a type made once may stay.
    let methods = Box::leak(methods.iter().copied().chain([PyMethodDef::zeroed()]).collect::<Box<[_]>>());
    let mut slots = [
        PyType_Slot { slot: Py_tp_doc, pfunc: doc.as_ptr() as *mut c_void },
        PyType_Slot { slot: Py_tp_methods, pfunc: methods.as_mut_ptr().cast() },
        PyType_Slot { slot: 0, pfunc: std::ptr::null_mut() },
    ];
    let mut spec = PyType_Spec {
        name: name.as_ptr(),
        basicsize: 0,
        itemsize: 0,
        flags: (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE) as u32,
        slots: slots.as_mut_ptr(),
    };
    let bases = base.map(|base| tuple(&[base])).transpose()?;
    let bases = bases.as_ref().map_or(std::ptr::null_mut(), Object::as_ptr);
    // Safety: CPython copies spec and slots; size 0 inherits the base's.
    unsafe { Object::owned(api::PyType_FromSpecWithBases(&mut spec, bases)) }
}

/// `METH_FASTCALL | METH_KEYWORDS`.
pub type Method = unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, isize, *mut PyObject) -> *mut PyObject;

pub const fn method(name: &'static CStr, function: Method, doc: &'static CStr) -> PyMethodDef {
    PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: pyo3_ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: function },
        ml_flags: pyo3_ffi::METH_FASTCALL | pyo3_ffi::METH_KEYWORDS,
        ml_doc: doc.as_ptr(),
    }
}

type Action = Box<dyn FnOnce() + Send>;
static AT_EXIT: Mutex<Option<Action>> = Mutex::new(None);

/// Has the atexit module run `action`, after whatever programs register later.
pub fn call_at_exit(action: impl FnOnce() + Send + 'static) -> Result<()> {
    unsafe extern "C" fn run(_: *mut PyObject, _: *const *mut PyObject, _: isize, _: *mut PyObject) -> *mut PyObject {
        let action = AT_EXIT.lock().ok().and_then(|mut action| action.take());
        if let Some(action) = action {
            action();
        }
        Object::none().into_ptr()
    }
    if let Ok(mut slot) = AT_EXIT.lock() {
        *slot = Some(Box::new(action));
    }
    let definition = Box::leak(Box::new(method(c"at_exit", run, c"Ends what the runtime began.")));
    // Safety: the definition lives for ever.
    let function =
        unsafe { Object::owned(api::PyCFunction_NewEx(definition, std::ptr::null_mut(), std::ptr::null_mut()))? };
    Object::import(c"atexit")?.call_method(c"register", &[&function]).map(drop)
}
