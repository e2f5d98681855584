//! Settings as JSON text over those of the packed tree, for languages without the typed ones.

use super::config::InterpreterConfig;
use super::error::Error;
use super::extension::ExtensionModule;
use super::json::Fields;
use super::resources::PackedResources;
use super::running::Interpreter;
use std::ffi::OsString;

/// Fields of the interpreter config that differ from the packed ones.
#[derive(Default)]
pub struct Settings(Fields);

impl Settings {
    /// Later ones count.
    pub fn add(&mut self, json: &str) -> Result<(), Error> {
        self.0.add(&Fields::parse(json).map_err(|reason| Error::Config { reason })?);
        Ok(())
    }
}

pub fn start_with(
    resources: &PackedResources,
    settings: &Settings,
    modules: &[ExtensionModule],
    arguments: Option<Vec<OsString>>,
) -> Result<Interpreter, Error> {
    let payload = resources.open()?;
    let refuse = |reason: String| Error::Config { reason };
    let json = std::str::from_utf8(payload.config()).map_err(|_| refuse("it is not UTF-8".into()))?;
    let mut fields = Fields::parse(json).map_err(refuse)?;
    fields.add(&settings.0);
    let mut config = InterpreterConfig::from_fields(&fields)?;
    config.resources = PackedResources::named_by(&config, &payload).unwrap_or_else(|| resources.clone());
    config.extra_extension_modules = modules.to_vec();
    config.arguments = arguments;
    Interpreter::start(config)
}
