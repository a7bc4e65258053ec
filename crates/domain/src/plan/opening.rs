//! What stands behind a step's `about`: the person, the account, and what is expected before and after.

use serde_json::{Map, Value, json};

use crate::digest::Digest;
use crate::jsonl::{self, Fields as _, LineError};
use crate::names::Salt;

/// The personal half of a step. It is kept beside the plan, never in it, so that it can be erased.
///
/// Secrets never stand here: the value of a secret attribute is `{"set":true}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    map: Map<String, Value>,
    line: Vec<u8>,
    digest: Digest,
}

impl Opening {
    /// Makes an opening. `before` and `after` hold only the attributes that the step depends on and writes;
    /// `{"gone":true}` stands for no account. `email` and `name` are empty for an account of nobody.
    ///
    /// # Errors
    /// [`LineError`] if the parts have no canonical form (a floating point number, an integer past 2⁵³−1, more than 1 MiB).
    pub fn new(
        email: &str,
        name: &str,
        account: Map<String, Value>,
        before: Map<String, Value>,
        after: Map<String, Value>,
        salt: Salt,
    ) -> Result<Opening, LineError> {
        let mut map = Map::new();
        map.insert("account".to_owned(), Value::Object(account));
        map.insert("after".to_owned(), Value::Object(after));
        map.insert("before".to_owned(), Value::Object(before));
        map.insert("person".to_owned(), json!({"email": email, "name": name}));
        map.insert("salt".to_owned(), json!(salt.to_string()));
        let line = jsonl::line(&map)?;
        Ok(Opening { digest: Digest::of(&line), map, line })
    }

    /// Reads a line as [`Opening::line`] gives it.
    ///
    /// # Errors
    /// [`LineError`] if it is not canonical or not a step's opening.
    pub fn parse(line: &[u8]) -> Result<Opening, LineError> {
        let map = jsonl::object(line)?;
        let fits = |map: &Map<String, Value>| -> Result<(), String> {
            map.map("account")?;
            map.map("after")?;
            map.map("before")?;
            let person = map.map("person")?;
            person.text("email")?;
            person.text("name")?;
            map.text("salt")?.parse::<Salt>().map_err(|e| format!("`salt`: {e}"))?;
            Ok(())
        };
        fits(&map).map_err(LineError::NotObject)?;
        Ok(Opening { digest: Digest::of(line), map, line: line.to_vec() })
    }

    /// What stands behind an erasure: nothing is expected before, and afterwards it is gone.
    pub(crate) fn of_erase() -> Opening {
        let mut map = Map::new();
        for (key, value) in [("account", json!({})), ("after", json!({"gone": true})), ("before", json!({}))] {
            map.insert(key.to_owned(), value);
        }
        Opening { map, line: Vec::new(), digest: Digest::of(b"") }
    }

    /// The digest that the step's `about` names.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The canonical line, without LF, as the store and `personal.jsonl` keep it.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The person's address; empty for an account of nobody.
    pub fn person_email(&self) -> &str {
        self.person("email")
    }

    /// The person's name; empty for an account of nobody.
    pub fn person_name(&self) -> &str {
        self.person("name")
    }

    /// The account as it is addressed: `id` (native id), `userName` …
    pub fn account(&self) -> &Map<String, Value> {
        self.part("account")
    }

    /// The account's native id, if it has one yet.
    pub fn native_id(&self) -> Option<&str> {
        self.account().get("id").and_then(Value::as_str)
    }

    /// The account's login name, if it has one.
    pub fn user_name(&self) -> Option<&str> {
        self.account().get("userName").and_then(Value::as_str)
    }

    /// What the account must show right before the write.
    pub fn before(&self) -> &Map<String, Value> {
        self.part("before")
    }

    /// What a read must show after the write.
    pub fn after(&self) -> &Map<String, Value> {
        self.part("after")
    }

    fn person(&self, key: &str) -> &str {
        self.map.get("person").and_then(|p| p.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    fn part(&self, key: &str) -> &Map<String, Value> {
        static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.map.get(key).and_then(Value::as_object).unwrap_or(&NONE)
    }
}
