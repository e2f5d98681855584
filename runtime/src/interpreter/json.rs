//! Fields of a JSON object as typed values.

use std::collections::HashMap;
use tinyjson::JsonValue;

#[derive(Default)]
pub struct Fields {
    values: HashMap<String, JsonValue>,
    /// What error messages put before names: "run.".
    prefix: String,
}

/// What a field can be read as; None when it has another type or a value that is not allowed.
pub trait Value: Sized {
    fn from_json(value: &JsonValue) -> Option<Self>;

    /// What an absent field means; None when it must be there.
    fn absent() -> Option<Self>;
}

impl Fields {
    pub fn parse(json: &str) -> Result<Fields, String> {
        let value: JsonValue = json.parse().map_err(|error| format!("{error}"))?;
        let values: Option<HashMap<_, _>> = value.try_into().ok();
        Ok(Fields { values: values.ok_or("it is no object")?, prefix: String::new() })
    }

    /// Takes over all fields of others, in place of those of the same names.
    #[cfg(feature = "c-api")]
    pub fn add(&mut self, others: &Fields) {
        self.values.extend(others.values.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    pub fn read<T: Value>(&self, name: &str) -> Result<T, String> {
        match self.values.get(name) {
            Some(value) => {
                T::from_json(value).ok_or_else(|| format!("\"{}{name}\" cannot be {}", self.prefix, shown(value)))
            }
            None => T::absent().ok_or_else(|| format!("\"{}{name}\" is missing", self.prefix)),
        }
    }

    /// A text that must be there.
    pub fn needed(&self, name: &str) -> Result<String, String> {
        self.read::<Option<String>>(name)?.ok_or_else(|| format!("\"{}{name}\" is missing", self.prefix))
    }

    pub fn object(&self, name: &str) -> Result<Fields, String> {
        let value = self.values.get(name).and_then(|value| value.get::<HashMap<String, JsonValue>>());
        let values = value.cloned().ok_or_else(|| format!("\"{name}\" is missing"))?;
        Ok(Fields { values, prefix: format!("{name}.") })
    }
}

fn shown(value: &JsonValue) -> String {
    value.stringify().unwrap_or_default()
}

impl Value for bool {
    fn from_json(value: &JsonValue) -> Option<bool> {
        value.get().copied()
    }

    fn absent() -> Option<bool> {
        Some(false)
    }
}

macro_rules! whole_number {
    ($($type:ty),*) => { $(
        impl Value for $type {
            fn from_json(value: &JsonValue) -> Option<$type> {
                let number = *value.get::<f64>()?;
                (number == number.trunc() && number >= <$type>::MIN as f64 && number <= <$type>::MAX as f64)
                    .then_some(number as $type)
            }

            fn absent() -> Option<$type> {
                Some(0)
            }
        }
    )* };
}

whole_number!(u8, i32, u64);

impl Value for String {
    fn from_json(value: &JsonValue) -> Option<String> {
        value.get().cloned()
    }

    fn absent() -> Option<String> {
        None
    }
}

impl<T: Value> Value for Option<T> {
    fn from_json(value: &JsonValue) -> Option<Option<T>> {
        T::from_json(value).map(Some)
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl Value for Vec<String> {
    fn from_json(value: &JsonValue) -> Option<Vec<String>> {
        value.get::<Vec<JsonValue>>()?.iter().map(String::from_json).collect()
    }

    fn absent() -> Option<Vec<String>> {
        Some(vec![])
    }
}
