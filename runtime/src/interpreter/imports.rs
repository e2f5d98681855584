//! The record of imported modules: `write_modules_directory_env`, and what `oxd trim` looks at.
//!
//! Names are noted as modules are imported, since a process may end without a chance to say anything: killed, aborted,
//! by `os._exit`, as children of multiprocessing do. Who ends in the usual way leaves them sorted.

use super::object::{Object, Result};
use super::{api, module};
use crate::use_record::UseRecord;
use std::collections::BTreeSet;
use std::ffi::{CStr, OsString, c_char, c_int, c_void};
use std::sync::Mutex;

const KIND: &str = "modules";

struct Imports {
    records: Vec<UseRecord>,
    process: u32,
    noted: BTreeSet<Vec<u8>>,
    /// Asked for, and known to be imported only when they are in `sys.modules`.
    pending: Vec<Vec<u8>>,
}

static IMPORTS: Mutex<Option<Imports>> = Mutex::new(None);

/// Begins a record in each folder; before Python starts, so that nothing is missed.
pub fn begin(folders: &[OsString]) {
    let records: Vec<UseRecord> = folders.iter().filter_map(|folder| UseRecord::create(folder, KIND)).collect();
    if records.is_empty() {
        return;
    }
    let imports = Imports { records, process: std::process::id(), noted: BTreeSet::new(), pending: vec![] };
    if let Ok(mut slot) = IMPORTS.lock() {
        *slot = Some(imports);
    }
    // Safety: the function lives for ever. Finders would not see built-in and frozen modules; this sees all.
    unsafe { api::PySys_AddAuditHook(on_event, std::ptr::null_mut()) };
}

/// Notes what has been imported by now, and has the rest written in order at the end.
pub fn complete_at_exit() -> Result<()> {
    if !with(|_| {}) {
        return Ok(());
    }
    note_all();
    module::call_at_exit(|| {
        note_all();
        with(|imports| {
            for record in &imports.records {
                record.replace(imports.noted.iter().map(Vec::as_slice));
            }
        });
    })
}

/// Everything in `sys.modules`.
fn note_all() {
    // Safety: the dictionary of modules always exists.
    let keys = unsafe { Object::owned(api::PyDict_Keys(api::PyImport_GetModuleDict())) };
    let names = keys.and_then(|keys| keys.items()).unwrap_or_default();
    with(|imports| {
        names.iter().filter_map(Object::utf8).for_each(|name| imports.note(name));
        imports.pending.clear();
    });
}

/// False when there is no record. Whoever is in the middle of noting something, in this thread or in one that is gone since
/// a fork, is not waited for.
fn with(work: impl FnOnce(&mut Imports)) -> bool {
    let Ok(mut slot) = IMPORTS.try_lock() else { return false };
    let Some(imports) = slot.as_mut() else { return false };
    imports.follow_fork();
    work(imports);
    true
}

unsafe extern "C" fn on_event(event: *const c_char, arguments: *mut pyo3_ffi::PyObject, _: *mut c_void) -> c_int {
    // Safety: CPython passes a C string and a tuple whose first item is the module's name.
    unsafe {
        if CStr::from_ptr(event) == c"import"
            && let Some(name) = Object::borrowed(api::PyTuple_GetItem(arguments, 0))
            && let Some(name) = name.utf8()
        {
            with(|imports| imports.ask(name));
        }
    }
    0
}

impl Imports {
    /// A forked child has a record of its own, which tells all that it has imported, its parent's modules too.
    fn follow_fork(&mut self) {
        let process = std::process::id();
        if process == self.process {
            return;
        }
        self.process = process;
        self.records = self.records.iter().filter_map(|record| record.another(KIND)).collect();
        for record in &self.records {
            record.replace(self.noted.iter().map(Vec::as_slice));
        }
    }

    /// The program asks for a module. One that is packed is about to run, whatever becomes of it; others may not be there.
    fn ask(&mut self, name: &[u8]) {
        for pending in std::mem::take(&mut self.pending) {
            if is_imported(&pending) {
                self.note(&pending);
            } else {
                self.pending.push(pending);
            }
        }
        if module::payload().modules(name).next().is_some() {
            self.note(name);
        } else if !self.noted.contains(name) {
            self.pending.push(name.to_owned());
        }
    }

    fn note(&mut self, name: &[u8]) {
        if self.noted.insert(name.to_owned()) {
            for record in &self.records {
                record.append(name);
            }
        }
    }
}

fn is_imported(name: &[u8]) -> bool {
    std::ffi::CString::new(name).is_ok_and(|name| Object::imported(&name).is_some())
}
