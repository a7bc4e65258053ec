//! What a plan was made from: an instance's configuration without its secrets (approvals-and-evidence.md §1, `pins`).

use serde_json::{Map, Value};

use super::Instance;
use crate::canon::{self, CanonError};
use crate::manifest::Manifest;

impl Instance {
    /// The config that the connector works with: what `usher.yaml` gives, and the manifest's defaults for the rest. Without secrets.
    pub fn resolved_config(&self, manifest: &Manifest) -> Map<String, Value> {
        let mut config = Map::new();
        for (name, key) in manifest.config.iter().filter(|(_, key)| !key.secret) {
            let given = self.config.get(name.as_str()).map(|value| value.value.clone());
            if let Some(value) = given.or_else(|| key.default.clone()) {
                config.insert(name.value.clone(), value);
            }
        }
        config
    }

    /// The RFC 8785 bytes of the instance's resolved configuration: references to secrets stay references. Its digest is the `config` of a pin.
    ///
    /// # Errors
    /// A number in the config that canonical JSON can't hold.
    pub fn pin(&self, name: &str, manifest: &Manifest) -> Result<Vec<u8>, CanonError> {
        let mut pin = match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        };
        pin.insert("name".to_owned(), name.into());
        pin.insert("config".to_owned(), Value::Object(self.resolved_config(manifest)));
        canon::to_vec(&Value::Object(pin))
    }
}
