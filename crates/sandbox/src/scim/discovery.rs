//! `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644 §4).

use serde_json::{Value, json};

use super::schema::{self, ENTERPRISE, GROUP, Type, USER};

/// The most rows that a page has, and what it has where the client does not say.
pub(super) const MOST_ROWS: usize = 200;

pub(super) fn provider_config(origin: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://example.com/usher-sandbox",
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": MOST_ROWS},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Bearer token",
            "description": "A token of the simulated identity provider", "primary": true}],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{origin}/ServiceProviderConfig")}})
}

pub(super) fn resource_types(origin: &str) -> Vec<Value> {
    [Type::User, Type::Group]
        .into_iter()
        .map(|of| {
            let mut out = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": of.name(), "name": of.name(),
                "endpoint": of.endpoint(), "description": of.name(), "schema": of.urn(),
                "meta": {"resourceType": "ResourceType", "location": format!("{origin}/ResourceTypes/{}", of.name())}});
            if of == Type::User {
                out["schemaExtensions"] = json!([{"schema": ENTERPRISE, "required": false}]);
            }
            out
        })
        .collect()
}

pub(super) fn schemas(origin: &str) -> Vec<Value> {
    vec![
        schema::document(USER, "User", schema::USER_ATTRIBUTES, origin),
        schema::document(ENTERPRISE, "EnterpriseUser", schema::ENTERPRISE_ATTRIBUTES, origin),
        schema::document(GROUP, "Group", schema::GROUP_ATTRIBUTES, origin),
    ]
}
