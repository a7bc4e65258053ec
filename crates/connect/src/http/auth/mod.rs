//! Ways to authenticate that a manifest may name. Another one is one more file and one arm of [`of`].

mod hmac;
mod key;

use serde_json::{Map, Value};
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{self, Auth};
use usher_domain::template::{Encoding, Template};

use super::values::Values;
use crate::bearer::{Bearer, header};
use crate::secrets::Secret;
use crate::wire::Authorize;

/// The way that this instance uses. `config` holds the secrets too.
///
/// # Errors
/// `CONNECT-003`: usher can't do this way yet. `CONNECT-004`: a value is missing.
pub(crate) fn of(instance: &str, auth: Option<&Auth>, config: &Map<String, Value>) -> Result<Box<dyn Authorize>, Diagnostic> {
    let render = |template: &Template| {
        let values = Values { config: Some(config), ..Values::default() };
        template.render(Encoding::Raw, |name| values.get(name)).map(Secret::new).map_err(|error| {
            Diagnostic::new("CONNECT-004", "the instance lacks a value", format!("{instance}: {error}"))
                .hint("give it under config or secrets in usher.yaml; usher app show APP lists what the app needs")
        })
    };
    Ok(match auth {
        None | Some(Auth::None) => Box::new(Bearer::new(instance, None)?),
        Some(Auth::Bearer(bearer)) => Box::new(Bearer::new(instance, Some(render(&bearer.token)?))?),
        Some(Auth::Basic(basic)) => Box::new(key::InHeader::basic(instance, &render(&basic.username)?, &render(&basic.password)?)?),
        Some(Auth::ApiKey(key)) => match key.place {
            manifest::KeyPlace::Header => Box::new(key::InHeader::new(instance, &key.name, &render(&key.value)?)?),
            manifest::KeyPlace::Query => Box::new(key::InQuery::new(&key.name, render(&key.value)?)),
        },
        Some(Auth::Hmac(hmac)) => Box::new(hmac::Signer::new(instance, hmac, config.clone(), render(&hmac.key)?)),
        Some(other @ (Auth::Oauth2ClientCredentials(_) | Auth::Oauth2JwtBearer(_) | Auth::Oauth2RefreshToken(_) | Auth::Session(_))) => {
            let word = serde_json::to_value(other.method()).unwrap_or_default();
            let detail = format!("{instance}: {}", word.as_str().unwrap_or_default());
            return Err(Diagnostic::new("CONNECT-003", "usher can't authenticate in this way yet", detail)
                .hint("name another of the app's ways with auth: in usher.yaml, or give its secrets"));
        }
    })
}
