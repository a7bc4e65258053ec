//! From a manifest's request and values to the request that travels.

use indexmap::IndexMap;
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;
use usher_domain::diagnostic::Diagnostic;
use usher_domain::manifest::{self, Literal};
use usher_domain::template::{Encoding, Template};
use usher_domain::yaml::At;

use super::values::{Values, no_value};
use crate::fault::{Fault, FaultClass};
use crate::secrets::percent_encoded;
use crate::wire::Request;

/// The parts of a request as the manifest has them.
pub(super) struct Parts<'m> {
    pub(super) request: &'m manifest::Request,
    pub(super) query: &'m IndexMap<String, At<Literal>>,
    pub(super) headers: &'m IndexMap<String, At<Template>>,
}

/// A request without body. `size` is a page size to ask for where the query doesn't name one itself.
pub(super) fn request(
    base: &Url,
    app_headers: &IndexMap<String, At<Template>>,
    parts: &Parts<'_>,
    size: Option<(&str, u32)>,
    values: Values<'_>,
) -> Result<Request, Fault> {
    let label = parts.request.to_string();
    let missing = |e: &_| no_value(&label, e);
    let value = |name: &str| values.get(name);
    let path = parts.request.path.render(Encoding::Path, value).map_err(|e| missing(&e))?;
    let mut pairs = Vec::new();
    for (name, literal) in parts.query {
        for text in literal.texts(&value).map_err(|e| missing(&e))? {
            pairs.push(format!("{}={}", percent_encoded(name), percent_encoded(&text)));
        }
    }
    if let Some((name, size)) = size.filter(|(name, _)| !parts.query.contains_key(*name)) {
        pairs.push(format!("{}={size}", percent_encoded(name)));
    }
    let mut url = base.clone();
    let path = format!("{}{path}", base.path().trim_end_matches('/'));
    url.set_path(&path);
    url.set_query((!pairs.is_empty()).then(|| pairs.join("&")).as_deref());
    // A normalised address would be another one than the manifest wrote.
    if url.path() != path && url.path() != path.replace(' ', "%20") {
        let message = Diagnostic::new("HTTP-001", "the request can't be made", format!("{label}: the path becomes {}", url.path()));
        return Err(Fault::new(FaultClass::Unsupported, message).not_sent());
    }
    let method = Method::from_bytes(parts.request.method.as_str().as_bytes()).unwrap_or(Method::GET);
    let mut request = Request::new(method, url).header(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, template) in app_headers.iter().chain(parts.headers) {
        let text = template.render(Encoding::Raw, value).map_err(|e| missing(&e))?;
        let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(&text).ok());
        let Some((name, value)) = pair else {
            let message =
                Diagnostic::new("HTTP-001", "the request can't be made", format!("{label}: `{name}` can't be a header with that value"));
            return Err(Fault::new(FaultClass::Unsupported, message).not_sent());
        };
        request = request.header(name, value);
    }
    Ok(request)
}

/// The same with a JSON body, compact.
pub(super) fn with_json(request: Request, body: &Value) -> Request {
    request.body("application/json", body.to_string().into_bytes())
}

/// The same with a form.
///
/// # Errors
/// Names the placeholder that has no value.
pub(super) fn with_form(request: Request, form: &IndexMap<String, At<Literal>>, values: Values<'_>) -> Result<Request, Fault> {
    let mut pairs = Vec::new();
    for (name, literal) in form {
        for text in literal.texts(&|name| values.get(name)).map_err(|e| no_value(name, &e))? {
            pairs.push(format!("{}={}", percent_encoded(name), percent_encoded(&text)));
        }
    }
    Ok(request.body("application/x-www-form-urlencoded", pairs.join("&").into_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(request: &str, query: Value, base: &str) -> Result<String, Fault> {
        let config = json!({"domain": "acme.example", "tags": ["a b", "c"]});
        let account = json!({"id": "00u/1", "userName": "o'x@y"});
        let values = Values { config: config.as_object(), account: account.as_object(), ..Values::default() };
        let literal = |v: &Value| At::nowhere(Literal::try_from(v.clone()).unwrap());
        let query = query.as_object().unwrap().iter().map(|(k, v)| (k.clone(), literal(v))).collect();
        let parts = Parts { request: &request.parse().unwrap(), query: &query, headers: &IndexMap::new() };
        super::request(&base.parse().unwrap(), &IndexMap::new(), &parts, Some(("limit", 200)), values).map(|r| r.url.to_string())
    }

    #[test]
    fn a_request_travels_as_the_manifest_writes_it() {
        assert_eq!(
            rendered("GET /users/{account.id}", json!({}), "https://h.example/api/").unwrap(),
            "https://h.example/api/users/00u%2F1?limit=200"
        );
        let query = json!({"limit": 5, "q": "{account.userName}", "tag": ["a", "{domain}"], "on": true, "none": null});
        assert_eq!(
            rendered("GET /u", query, "https://h.example").unwrap(),
            "https://h.example/u?limit=5&q=o%27x%40y&tag=a&tag=acme.example&on=true"
        );
        let fault = rendered("GET /u/{grant.id}", json!({}), "https://h.example").unwrap_err();
        assert_eq!((fault.class, fault.message.code, fault.sent), (FaultClass::Unsupported, "HTTP-001", false));
        assert_eq!(rendered("GET /a/../b", json!({}), "https://h.example").unwrap_err().message.code, "HTTP-001");
    }
}
