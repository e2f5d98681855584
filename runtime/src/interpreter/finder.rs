//! Finds packed modules in the index: no stat, no listing, no .pyc check.
//!
//! It gives what the path's finder would give on the executable as a directory, only sooner: it walks the same search
//! path, asks the ordinary finders for folders that are not packed, and leaves namespace packages, zip files and all it
//! does not know to the path's finder, which comes after it.

use super::api;
use super::module::{self, method};
use super::object::{Object, Raised, Result};
use super::tcl;
use crate::payload::{Module, ModuleKind, Payload};
use pyo3_ffi::{PyMethodDef, PyObject};
use std::sync::RwLock;
use std::sync::atomic::{AtomicPtr, Ordering};

pub const METHODS: &[PyMethodDef] = &[method(
    c"find_spec",
    find_spec,
    c"find_spec(fullname, path=None, target=None)\n--\n\nThe spec of a packed module, or None.",
)];

/// What is asked of importlib for every module, looked up once for an interpreter.
pub struct Importlib {
    spec: Object,
    path_finder: Object,
    extension_loader: Object,
    loader: Object,
    bytecode_loader: Object,
    pub source_base: Object,
    pub bytecode_base: Object,
    pub fix_filename: Object,
    pub magic: [u8; 4],
    /// Which bytecode: `-O`.
    pub level: usize,
}

// Safety: used with the GIL held, like all of this folder.
unsafe impl Sync for Importlib {}
unsafe impl Send for Importlib {}

static KNOWN: AtomicPtr<Importlib> = AtomicPtr::new(std::ptr::null_mut());

/// The objects of an interpreter end with it: the next one has its own. Nothing may be given back by then.
pub fn forget_importlib() {
    KNOWN.store(std::ptr::null_mut(), Ordering::Release);
}

impl Importlib {
    pub fn get() -> Result<&'static Importlib> {
        // Safety: what is stored there is never freed.
        if let Some(known) = unsafe { KNOWN.load(Ordering::Acquire).as_ref() } {
            return Ok(known);
        }
        #[cfg(Py_3_11)]
        module::name_library()?;
        let external = Object::import(c"_frozen_importlib_external")?;
        let optimize = Object::sys(c"flags").ok_or(Raised)?.attribute(c"optimize")?;
        // Safety: plain calls.
        let (level, magic) = unsafe { (api::PyLong_AsLong(optimize.as_ptr()), api::PyImport_GetMagicNumber()) };
        let source_base = external.attribute(c"SourceFileLoader")?;
        let bytecode_base = external.attribute(c"SourcelessFileLoader")?;
        let made = Importlib {
            spec: Object::import(c"_frozen_importlib")?.attribute(c"ModuleSpec")?,
            path_finder: external.attribute(c"PathFinder")?,
            extension_loader: external.attribute(c"ExtensionFileLoader")?,
            loader: module::make_loader(c"SourceFileLoader", &source_base)?,
            bytecode_loader: module::make_loader(c"SourcelessFileLoader", &bytecode_base)?,
            source_base,
            bytecode_base,
            fix_filename: Object::import(c"_imp")?.attribute(c"_fix_co_filename")?,
            magic: (magic as u32).to_le_bytes(),
            level: level.clamp(0, 2) as usize,
        };
        let made = Box::leak(Box::new(made));
        KNOWN.store(made, Ordering::Release);
        Ok(made)
    }

    /// What `__file__` names: the source or the library; the bytecode of a module that has no source.
    pub fn file(&self, module: &Module) -> Option<&'static [u8]> {
        module::payload().module_path(module, module.source.or(module.bytecode[self.level])?)
    }
}

/// Folders beside the executable that hold modules of a packed package, each with its package's name.
static PORTIONS: RwLock<Vec<(Vec<u8>, String)>> = RwLock::new(Vec::new());

/// "PACKAGE=FOLDER", where the folder may begin with `$ORIGIN`.
pub fn set_portions(portions: &[String], origin: &str) {
    let parts = portions.iter().filter_map(|portion| portion.split_once('='));
    let known = parts.map(|(package, folder)| (package.into(), folder.replace("$ORIGIN", origin))).collect();
    *PORTIONS.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = known;
}

unsafe extern "C" fn find_spec(
    _: *mut PyObject,
    arguments: *const *mut PyObject,
    count: isize,
    names: *mut PyObject,
) -> *mut PyObject {
    // Safety: what a method with this convention is called with; named arguments come after the positional ones.
    let found = unsafe {
        let at = |index: isize| Object::borrowed(*arguments.offset(index)).ok_or(Raised);
        if count < 1 {
            api::PyErr_SetString(api::PyExc_TypeError(), c"find_spec() takes the module's name".as_ptr());
            return std::ptr::null_mut();
        }
        let path = || {
            if count >= 2 {
                return at(1).map(Some);
            }
            let names = Object::borrowed(names).map_or(Ok(vec![]), |names| names.items())?;
            let index = names.iter().position(|name| name.utf8() == Some(b"path"));
            index.map(|index| at(count + index as isize)).transpose()
        };
        at(0).and_then(|name| find(&name, path()?.filter(|path| !path.is_none())))
    };
    match found {
        Ok(spec) => spec.unwrap_or_else(Object::none).into_ptr(),
        Err(Raised) => std::ptr::null_mut(),
    }
}

/// A packed module, with the folder in which a search must look to find it.
struct Candidate {
    module: Module,
    file: &'static [u8],
    folder: &'static [u8],
}

fn find(name: &Object, path: Option<Object>) -> Result<Option<Object>> {
    let payload = module::payload();
    let Some(text) = name.utf8() else { return Ok(None) };
    tcl::announce(text);
    let mut modules = payload.modules(text).peekable();
    if modules.peek().is_none() {
        return Ok(None);
    }
    let importlib = Importlib::get()?;
    let candidates: Vec<Candidate> = modules.filter_map(|module| candidate(importlib, module)).collect();
    let is_top_level = path.is_none();
    let Some(path) = path.or_else(|| Object::sys(c"path")) else { return Ok(None) };
    for entry in path.items()? {
        let folder = entry.utf8().and_then(|entry| packed_folder(payload, entry));
        if let Some(found) = candidates.iter().find(|candidate| Some(candidate.folder) == folder) {
            return make_spec(payload, name, found).map(Some);
        }
        // The index knows all modules of the usual packed folders; any other entry is searched as ever.
        let is_indexed = is_top_level && folder.is_some_and(module::is_search_root);
        if !is_indexed && let Some(spec) = find_elsewhere(name, &entry)? {
            return Ok(Some(spec));
        }
    }
    Ok(None)
}

fn candidate(importlib: &Importlib, module: Module) -> Option<Candidate> {
    let file = importlib.file(&module)?;
    let folder = parent(file);
    let folder = if module.is_package { parent(folder) } else { folder };
    Some(Candidate { module, file, folder })
}

fn parent(path: &'static [u8]) -> &'static [u8] {
    path.iter().rposition(|byte| *byte == b'/').map_or(b"", |slash| &path[..slash])
}

/// The packed folder that an entry of a search path names.
fn packed_folder<'a>(payload: &Payload, entry: &'a [u8]) -> Option<&'a [u8]> {
    match entry.strip_prefix(payload.root())? {
        b"" => Some(b""),
        rest => rest.strip_prefix(b"/"),
    }
}

/// What the path's finder would say about one entry; portions of namespace packages are left to it.
fn find_elsewhere(name: &Object, entry: &Object) -> Result<Option<Object>> {
    let importlib = Importlib::get()?;
    if entry.utf8().is_none() {
        return Ok(None);
    }
    let finder = importlib.path_finder.call_method(c"_path_importer_cache", &[entry])?;
    if finder.is_none() {
        return Ok(None);
    }
    let spec = finder.call_method(c"find_spec", &[name])?;
    if spec.is_none() || spec.attribute(c"loader")?.is_none() { Ok(None) } else { Ok(Some(spec)) }
}

fn make_spec(payload: &Payload, name: &Object, found: &Candidate) -> Result<Object> {
    let importlib = Importlib::get()?;
    let below = |path: &[u8]| Object::path(&[payload.root(), b"/", path].concat());
    let file = below(found.file)?;
    let loader = match found.module.kind {
        ModuleKind::Python if found.module.source.is_none() => importlib.bytecode_loader.call(&[name, &file])?,
        ModuleKind::Python => importlib.loader.call(&[name, &file])?,
        ModuleKind::Extension => importlib.extension_loader.call(&[name, &file])?,
    };
    let spec = importlib.spec.call(&[name, &loader])?;
    spec.set_attribute(c"origin", &file)?;
    spec.set_attribute(c"_set_fileattr", &Object::boolean(true))?;
    let bytecode = found.module.bytecode[importlib.level].and_then(|node| payload.module_path(&found.module, node));
    if let Some(bytecode) = bytecode {
        spec.set_attribute(c"_cached", &below(bytecode)?)?;
    }
    if found.module.is_package {
        let mut folders = vec![below(parent(found.file))?];
        let beside = PORTIONS.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (_, folder) in beside.iter().filter(|(package, _)| Some(package.as_slice()) == name.utf8()) {
            folders.push(Object::path(folder.as_bytes())?);
        }
        let locations = super::object::tuple(&folders.iter().collect::<Vec<_>>())?;
        // Safety: a new list.
        let locations = unsafe { Object::owned(api::PySequence_List(locations.as_ptr()))? };
        spec.set_attribute(c"submodule_search_locations", &locations)?;
    }
    Ok(spec)
}
