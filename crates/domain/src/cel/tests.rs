use proptest::prelude::*;
use serde_json::json;

use super::*;

fn scope() -> Scope {
    let account = || {
        Field::map([
            ("id", Field::Text),
            ("userName", Field::Text),
            ("status", Field::Text),
            ("door", Field::Text),
            ("admin", Field::Bool),
            ("name.givenName", Field::Text),
            ("logins", Field::Number),
        ])
    };
    Scope::of([("account", account()), ("accounts", Field::List(Box::new(account()))), ("body", Field::Any)])
}

fn holds(text: &str, account: &Value) -> bool {
    let condition = Condition::parse(text).unwrap();
    condition.check(&scope()).unwrap();
    let accounts = json!([account, {"userName": "ben", "door": "shut", "status": "active"}]);
    let body = json!({"error": {"errors": [{"reason": "quotaExceeded"}]}});
    condition.holds(&[("account", account), ("accounts", &accounts), ("body", &body)])
}

#[test]
fn conditions_hold_as_cel_says() {
    let account = json!({"userName": "svc-x", "status": "active", "door": "open", "admin": false, "name.givenName": "Ana", "logins": 3});
    for (text, expected) in [
        ("true", true),
        ("account.status == 'active' && !account.admin", true),
        ("account.status in ['active', 'invited']", true),
        ("account.userName.startsWith('svc-') || false", true),
        ("account.name.givenName == 'Ana'", true),
        ("account.logins >= 3 && account.logins < 3.5", true),
        ("account.userName.size() == 5 && size(accounts) == 2", true),
        ("account.admin ? false : account.door == 'open'", true),
        ("accounts.exists(a, a.userName == account.userName && a.door == 'open')", true),
        ("accounts.all(a, a.door == 'open')", false),
        ("body.error.errors.exists(e, e.reason in ['quotaExceeded'])", true),
        ("body['error'].errors[0].reason.contains('quota')", true),
        ("account.userName.lowerAscii() == \"svc-x\"", true),
        ("has(account.status) && has(body.error.errors)", true),
    ] {
        assert_eq!(holds(text, &account), expected, "{text}");
    }
}

#[test]
fn a_comparison_with_a_missing_attribute_is_false_and_no_error() {
    let account = json!({"status": null});
    for (text, expected) in [
        ("account.userName == 'x'", false),
        ("account.userName != 'x'", false),
        ("account.logins < 5", false),
        ("account.userName in ['x']", false),
        ("account.userName.startsWith('')", false),
        ("account.userName == account.id", false),
        ("account.status == 'active'", false),
        ("account.admin", false),
        ("!account.admin", true),
        ("account.userName == null && account.status == null", true),
        ("account.userName != null", false),
        ("has(account.userName) || has(account.status)", false),
        ("body.none.none.all(e, true)", false),
        ("account.userName == 'x' || true", true),
    ] {
        assert_eq!(holds(text, &account), expected, "{text}");
    }
}

#[test]
fn what_a_condition_may_not_hold_says_the_character_and_the_nearest_name() {
    let long = format!("true || '{}' == ''", "x".repeat(MAX_CHARS));
    let deep = format!("{}true{}", "(".repeat(300), ")".repeat(300));
    let nots = format!("{}true", "!".repeat(300));
    for (text, at, what, hint) in [
        ("acount.status == 'a'", 1, "`acount` is not known", "did you mean `account`?"),
        ("true && account.statsu == 'a'", 9, "`statsu` is not a field", "did you mean `status`?"),
        ("account.status", 8, "gives text", "compare"),
        ("account.status == ", 0, "not a condition", "CEL"),
        ("account.status = 'a'", 16, "not a condition", "CEL"),
        ("account.userName.matches('.*')", 25, "`matches` can't stand", ""),
        ("account.userName.startWith('a')", 27, "`startWith` can't stand", "did you mean `startsWith`?"),
        ("account.logins + 1 == 2", 16, "can't stand", ""),
        ("accounts.filter(a, true).size() > 0", 0, "only `exists` and `all`", ""),
        ("accounts.exists(a, accounts.exists(b, b.id == a.id))", 0, "inside one another", ""),
        ("account.logins == 'a'", 0, "a number and text", ""),
        ("account.admin && account.logins", 0, "true or false is needed", ""),
        ("{'a': true}['a']", 0, "a mapping", ""),
        ("account.status.x == 'a'", 0, "has no fields", ""),
        ("'a' in account.status", 0, "needs a list", ""),
        ("", 0, "empty", "true"),
        (long.as_str(), 0, "1016 characters", ""),
        (deep.as_str(), 13, "nested too deeply", ""),
        (nots.as_str(), 5, "nested too deeply", ""),
    ] {
        let wrong = match Condition::parse(text) {
            Ok(condition) => condition.check(&scope()).expect_err(text),
            Err(wrong) => wrong,
        };
        assert!(wrong.what.contains(what), "{text}: {wrong}");
        assert!(wrong.hint.clone().unwrap_or_default().contains(hint), "{text}: {wrong}");
        if at > 0 {
            assert_eq!(wrong.at, at, "{text}: {wrong}");
        }
    }
}

#[test]
fn variables_are_listed_without_those_of_quantifiers() {
    let condition = Condition::parse("accounts.exists(a, a.id == account.id) && body.x == 1").unwrap();
    assert_eq!(condition.variables(), ["accounts", "account", "body"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_parses_or_is_refused_and_never_panics(text in r#"([a.b'"0 !()\[\]{}?:=<>&|,+\\-]|true|exists|has|in |é|\n){0,40}"#) {
        if let Ok(condition) = Condition::parse(&text) {
            let _ = condition.check(&scope());
            condition.holds(&[("a", &json!({"b": [1, "x", null, {"a": true}]}))]);
        }
    }
}
