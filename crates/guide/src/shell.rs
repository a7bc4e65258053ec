//! Requests of a manifest as lines for a shell: `curl` with variables where the manifest has placeholders, and the signature computed beside it.

use std::borrow::Cow;
use std::fmt::Write as _;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use usher_domain::manifest::{
    Access, Auth, Body, ClientAuthentication, Hmac, HmacAlgorithm, KeyPlace, Literal, MacEncoding, Manifest, Method, Request, ScimResource,
    SignedTarget,
};
use usher_domain::template::{Encoding, Template};
use usher_domain::yaml::At;

/// One request, as a manifest describes it.
pub(crate) struct Call<'m> {
    pub(crate) request: &'m Request,
    pub(crate) query: &'m IndexMap<String, At<Literal>>,
    pub(crate) headers: &'m IndexMap<String, At<Template>>,
    pub(crate) form: &'m IndexMap<String, At<Literal>>,
    pub(crate) body: Option<&'m Body>,
}

/// The call as a script for `sh`. It needs curl, and openssl where it signs.
pub(crate) fn script(manifest: &Manifest, call: &Call<'_>) -> String {
    let mut query: Vec<(String, String)> = Vec::new();
    for (name, literal) in call.query {
        for value in literal.texts(&variable).unwrap_or_default() {
            query.push((name.clone(), value));
        }
    }
    let auth = manifest.auth.values().next();
    if let Some(Auth::ApiKey(key)) = auth.filter(|auth| matches!(auth, Auth::ApiKey(key) if key.place == KeyPlace::Query)) {
        query.push((key.name.clone(), filled(&key.value)));
    }
    let form: Vec<(String, String)> = call
        .form
        .iter()
        .flat_map(|(name, literal)| literal.texts(&variable).unwrap_or_default().into_iter().map(move |v| (name.clone(), v)))
        .collect();
    let body = call.body.map(|body| body_of(manifest, body));
    let path = filled(&call.request.path);
    let target = if query.is_empty() { path.clone() } else { format!("{path}?{}", encoded(&query)) };
    let base = manifest.base_url.as_ref().map_or_else(|| format!("https://{}", var("HOST")), |base| filled(base));
    let mut lines = String::new();
    let mut headers: Vec<(String, String)> =
        call.headers.iter().chain(&manifest.headers).map(|(name, value)| (name.clone(), filled(value))).collect();
    match auth {
        Some(Auth::Hmac(hmac)) => {
            let sent = body.clone().or_else(|| (!form.is_empty()).then(|| encoded(&form)));
            lines.push_str(&signature(hmac, call.request.method, &path, &target, sent.as_deref()));
            headers.extend(hmac.headers.iter().map(|(name, value)| (name.clone(), filled(value))));
        }
        other => headers.extend(auth_header(other)),
    }
    if let Some(token) = auth.and_then(token) {
        lines.push_str(&token);
    }
    let method = if call.request.method == Method::Get { String::new() } else { format!(" -X {}", call.request.method.as_str()) };
    let address = if matches!(auth, Some(Auth::Hmac(_))) { format!("{base}{}", var("TARGET")) } else { format!("{base}{target}") };
    let _ = write!(lines, "curl -sS --fail-with-body{method} \"{}\"", quoted(&address));
    if let Some(Auth::Basic(basic)) = auth {
        let _ = write!(lines, " \\\n  -u \"{}:{}\"", quoted(&filled(&basic.username)), quoted(&filled(&basic.password)));
    }
    for (name, value) in headers {
        let _ = write!(lines, " \\\n  -H \"{name}: {}\"", quoted(&value));
    }
    if let Some(body) = body {
        if !call.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
            lines.push_str(" \\\n  -H \"Content-Type: application/json\"");
        }
        if matches!(auth, Some(Auth::Hmac(_))) {
            lines.push_str(" \\\n  --data-binary \"$BODY\"");
        } else {
            let _ = write!(lines, " \\\n  --data-binary @- <<JSON\n{}\nJSON", here(&body));
        }
    } else if !form.is_empty() {
        for (name, value) in &form {
            let _ = write!(lines, " \\\n  --data-urlencode \"{name}={}\"", quoted(value));
        }
    }
    lines.push('\n');
    lines
}

/// The requests of RFC 7644 that an operation by SCIM is made of.
pub(crate) fn scim(manifest: &Manifest, resource: ScimResource, operation: &str) -> String {
    let users = matches!(resource, ScimResource::Users);
    let (base, kind, one) =
        if users { ("/Users", "User", "/Users/{account.id}") } else { ("/Groups", "Group", "/Groups/{entitlement.id}") };
    let patch = |operations: Value| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let active = |is: bool| patch(json!([{"op": "replace", "path": "active", "value": is}]));
    let (method, path, query, body) = match operation {
        "create_account" => (
            "POST",
            base,
            vec![],
            Some(
                json!({"schemas": [format!("urn:ietf:params:scim:schemas:core:2.0:{kind}")], "userName": "{account.userName}", "active": true}),
            ),
        ),
        "update_account" => {
            ("PATCH", one, vec![], Some(patch(json!([{"op": "replace", "path": "displayName", "value": "{account.displayName}"}]))))
        }
        "deactivate_account" | "suspend_account" => ("PATCH", one, vec![], Some(active(false))),
        "reactivate_account" => ("PATCH", one, vec![], Some(active(true))),
        "delete_account" => ("DELETE", one, vec![], None),
        "get_account" => ("GET", one, vec![], None),
        "grant" => ("PATCH", one, vec![], Some(patch(json!([{"op": "add", "path": "members", "value": [{"value": "{account.id}"}]}])))),
        "revoke" => ("PATCH", one, vec![], Some(patch(json!([{"op": "remove", "path": "members[value eq \"{account.id}\"]"}])))),
        _ => ("GET", base, vec![("startIndex", "1"), ("count", "100")], None),
    };
    let text = |text: &str| text.parse::<Template>().map(At::nowhere).ok();
    let Ok(request) = format!("{method} {path}").parse::<Request>() else { return String::new() };
    let headers = [("Accept", true), ("Content-Type", body.is_some())];
    let headers =
        headers.iter().filter(|(_, is)| *is).filter_map(|(name, _)| Some(((*name).to_owned(), text("application/scim+json")?))).collect();
    let query =
        query.into_iter().filter_map(|(name, value)| Some((name.to_owned(), At::nowhere(Literal::Text(value.parse().ok()?))))).collect();
    let body = body.and_then(|body| Literal::try_from(body).ok()).and_then(|literal| match literal {
        Literal::Map(map) => Some(Body::Literal(map)),
        _ => None,
    });
    script(manifest, &Call { request: &request, query: &query, headers: &headers, form: &IndexMap::new(), body: body.as_ref() })
}

/// The variable of the shell that stands for a placeholder: `account.id` is `$ACCOUNT_ID`.
fn name_of(placeholder: &str) -> String {
    let letters = placeholder.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    letters.collect()
}

/// A variable of the shell inside a text, told apart from a `$` that the manifest writes.
fn var(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

fn variable<'v>(placeholder: &str) -> Option<Cow<'v, Value>> {
    Some(Cow::Owned(Value::String(var(&name_of(placeholder)))))
}

/// A template with variables for its placeholders.
fn filled(template: &Template) -> String {
    template.render(Encoding::Raw, variable).unwrap_or_else(|_| template.text().to_owned())
}

/// A query or form as it travels; variables stay variables, and what stands in them must be encoded already.
fn encoded(pairs: &[(String, String)]) -> String {
    let one = |text: &str| {
        let mut out = String::new();
        for c in text.chars() {
            match c {
                'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' | OPEN | CLOSE => out.push(c),
                c => {
                    let mut bytes = [0; 4];
                    for b in c.encode_utf8(&mut bytes).bytes() {
                        let _ = write!(out, "%{b:02X}");
                    }
                }
            }
        }
        out
    };
    pairs.iter().map(|(name, value)| format!("{}={}", one(name), one(value))).collect::<Vec<_>>().join("&")
}

/// Text between double quotes of a shell: only our variables are variables.
fn quoted(text: &str) -> String {
    shell(text, &['\\', '"', '`', '$'])
}

/// Text of a here-document: quotes are text there.
fn here(text: &str) -> String {
    shell(text, &['\\', '`', '$'])
}

fn shell(text: &str, special: &[char]) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if c != OPEN {
            out.extend(special.contains(&c).then_some('\\'));
            out.push(c);
            continue;
        }
        let mut name = String::new();
        for c in letters.by_ref() {
            if c == CLOSE {
                break;
            }
            name.push(c);
        }
        let joins = letters.peek().is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_');
        out.push_str(&if joins { format!("${{{name}}}") } else { format!("${name}") });
    }
    out
}

/// The JSON that a request carries.
fn body_of(manifest: &Manifest, body: &Body) -> String {
    let value = match body {
        Body::Literal(map) => {
            Value::Object(map.iter().map(|(name, literal)| (name.clone(), literal.value(&variable).unwrap_or_default())).collect())
        }
        Body::Account => account(manifest, true),
        Body::AccountChanges => account(manifest, false),
    };
    // JSON would write the marks of our variables as escapes; nothing else of them can stand in it.
    let text = serde_json::to_string(&value).unwrap_or_default();
    text.replace("\\u0001", &OPEN.to_string()).replace("\\u0002", &CLOSE.to_string())
}

/// The account in the app's own form, from its map, backwards.
fn account(manifest: &Manifest, creating: bool) -> Value {
    let mut root = Value::Object(Map::new());
    for (name, attribute) in manifest.account.iter().flat_map(|account| &account.map) {
        let written = match attribute.access {
            Access::ReadWrite | Access::Write => true,
            Access::Create => creating,
            Access::Read => false,
        };
        // Without values to choose from, a reader sees which text goes there.
        let sample = attribute.values.values().next().cloned();
        let value = sample.unwrap_or_else(|| Value::String(var(&name_of(&format!("account.{}", name.value)))));
        if written {
            let _ = attribute.path.write(&mut root, value);
        }
    }
    root
}

/// The header that carries the credential, where the manifest's first way to authenticate has one.
fn auth_header(auth: Option<&Auth>) -> Vec<(String, String)> {
    match auth {
        Some(Auth::Bearer(bearer)) => vec![("Authorization".to_owned(), format!("Bearer {}", filled(&bearer.token)))],
        Some(Auth::ApiKey(key)) if key.place == KeyPlace::Header => vec![(key.name.clone(), filled(&key.value))],
        Some(Auth::Oauth2ClientCredentials(_) | Auth::Oauth2JwtBearer(_) | Auth::Oauth2RefreshToken(_)) => {
            vec![("Authorization".to_owned(), format!("Bearer {}", var("TOKEN")))]
        }
        Some(Auth::Session(session)) => session.headers.iter().map(|(name, value)| (name.clone(), filled(value))).collect(),
        _ => Vec::new(),
    }
}

/// How the access token is got, where there is one. A signed assertion is made by a program, so it is only named.
fn token(auth: &Auth) -> Option<String> {
    let post = |url: &Template, fields: Vec<(&str, String)>, user: Option<String>| {
        let mut line = format!("TOKEN=$(curl -sS --fail-with-body \"{}\"", quoted(&filled(url)));
        if let Some(user) = user {
            let _ = write!(line, " \\\n  -u \"{}\"", quoted(&user));
        }
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            let _ = write!(line, " \\\n  --data-urlencode \"{name}={}\"", quoted(&value));
        }
        line.push_str(" | jq -r .access_token)\n");
        line
    };
    let optional = |template: &Option<At<Template>>| template.as_ref().map(|t| filled(t)).unwrap_or_default();
    match auth {
        Auth::Oauth2ClientCredentials(c) => {
            let mut fields = vec![("grant_type", "client_credentials".to_owned()), ("scope", c.scopes.join(" "))];
            let mut user = None;
            match c.client_authentication {
                ClientAuthentication::ClientSecretBasic => user = Some(format!("{}:{}", filled(&c.client_id), optional(&c.client_secret))),
                ClientAuthentication::ClientSecretPost => {
                    fields.extend([("client_id", filled(&c.client_id)), ("client_secret", optional(&c.client_secret))]);
                }
                ClientAuthentication::PrivateKeyJwt => fields.extend([
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned()),
                    ("client_assertion", var("ASSERTION")),
                ]),
            }
            let extra: Vec<(&str, String)> = c.extra.iter().map(|(name, value)| (name.as_str(), filled(value))).collect();
            fields.extend(extra);
            let head = if c.client_authentication == ClientAuthentication::PrivateKeyJwt { ASSERTION } else { "" };
            Some(format!("{head}{}", post(&c.token_url, fields, user)))
        }
        Auth::Oauth2JwtBearer(j) => {
            let fields = vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()), ("assertion", var("ASSERTION"))];
            Some(format!("{ASSERTION}{}", post(&j.token_url, fields, None)))
        }
        Auth::Oauth2RefreshToken(r) => {
            let fields = vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", filled(&r.refresh_token))];
            Some(post(&r.token_url, fields, Some(format!("{}:{}", filled(&r.client_id), filled(&r.client_secret)))))
        }
        _ => None,
    }
}

const ASSERTION: &str = "# ASSERTION: a JWT signed with the private key (RFC 7523); usher makes it, a shell needs a JWT tool\n";

/// The lines that compute an HMAC signature of exactly the bytes that are sent.
fn signature(hmac: &Hmac, method: Method, path: &str, target: &str, body: Option<&str>) -> String {
    let mut lines = String::new();
    let _ = writeln!(lines, "TIMESTAMP=$(date -u '+{}')", hmac.timestamp.format);
    let _ = writeln!(lines, "TARGET=\"{}\"", quoted(target));
    if let Some(body) = body {
        let _ = writeln!(lines, "BODY=\"{}\"", quoted(body));
    }
    let signed = match (hmac.target, body) {
        (SignedTarget::BodyOrQuery, Some(_)) => format!("{path}?{}", var("BODY")),
        _ => var("TARGET"),
    };
    let part = |name: &str| {
        Some(Cow::Owned(Value::String(match name {
            "request.target" => signed.clone(),
            "request.method" => method.as_str().to_owned(),
            "request.path" => path.to_owned(),
            "request.query" => target.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
            "request.body" => {
                if body.is_some() {
                    var("BODY")
                } else {
                    String::new()
                }
            }
            other => var(&name_of(other)),
        })))
    };
    let message = hmac.message.render(Encoding::Raw, part).unwrap_or_default();
    let parts: Vec<&str> = message.split('\n').collect();
    let pattern = vec!["%s"; parts.len()].join("\\n");
    let values: Vec<String> = parts.iter().map(|part| format!("\"{}\"", quoted(part))).collect();
    let hash = match hmac.algorithm {
        HmacAlgorithm::Sha1 => "sha1",
        HmacAlgorithm::Sha256 => "sha256",
        HmacAlgorithm::Sha512 => "sha512",
    };
    let written = match hmac.encoding {
        MacEncoding::Hex => format!("openssl dgst -{hash} -hmac \"{}\" | sed 's/^.* //'", quoted(&filled(&hmac.key))),
        MacEncoding::Base64 => format!("openssl dgst -{hash} -hmac \"{}\" -binary | base64 -w 0", quoted(&filled(&hmac.key))),
    };
    let _ = writeln!(lines, "SIGNATURE=$(printf '{pattern}' {} | {written})", values.join(" "));
    lines
}
