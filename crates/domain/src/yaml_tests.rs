use indexmap::IndexMap;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a mapping")]
#[expect(dead_code, reason = "only read by the deserializer")]
struct Doc {
    name: At<String>,
    #[serde(default)]
    pagination: Option<Choice>,
    #[serde(default)]
    limits: IndexMap<At<String>, At<u64>>,
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    on: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only read by the deserializer")]
enum Choice {
    None,
    LinkHeader(Link),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read by the deserializer")]
struct Link {
    rel: String,
}

fn read(text: &str) -> Result<Doc, Diagnostic> {
    from_str(MANIFEST, "app.yaml", text)
}

#[test]
fn bad_input_gets_code_line_and_hint() {
    let bomb = format!("name: a\nlist: &a [x]\nb: [{}]\n", "*a, ".repeat(10));
    for (text, code, line, hint) in [
        ("name: a\npagnation: none\n", "MANIFEST-002", 2, "did you mean `pagination`?"),
        ("name: a\nlimits: {}\nzzz: 1\n", "MANIFEST-002", 3, "the keys are: name, pagination"),
        ("name: a\npagination: {link_heder: {rel: next}}\n", "MANIFEST-002", 2, "did you mean `link_header`?"),
        ("name: a\npagination:\n  link_header:\n    rell: next\n", "MANIFEST-002", 4, "did you mean `rel`?"),
        ("name: a\npagination:\n  link_header: {}\n", "MANIFEST-003", 3, "`rel"),
        ("name: a\nname: b\n", "MANIFEST-005", 2, "keep one"),
        ("name: a\nlist: x\n", "MANIFEST-004", 2, ""),
        ("name: a\nlist: [1, {a: b}]\n", "MANIFEST-004", 2, ""),
        ("name: a\nlimits:\n  x: many\n", "MANIFEST-004", 3, ""),
        ("name: a\non: yes\n", "MANIFEST-004", 2, ""),
        ("name: a\nlimits:\n\tx: 1\n", "MANIFEST-001", 3, "spaces"),
        ("name: a\n---\nname: b\n", "MANIFEST-001", 3, "one document"),
        ("name: a\npagination: {link_header: {rel: $.a[*]}}\n", "MANIFEST-001", 2, "quotes"),
        ("", "MANIFEST-001", 0, ""),
        ("- a\n- b\n", "MANIFEST-004", 1, ""),
        ("list: [unclosed\n", "MANIFEST-001", 0, ""),
        (bomb.as_str(), "MANIFEST-006", 2, "write the values out"),
    ] {
        let wrong = read(text).expect_err(text);
        let place = wrong.place.clone().unwrap();
        println!("{text:?}\n   {wrong} | {:?} | {place:?}", wrong.hint);
        assert_eq!(wrong.code, code, "{text:?}: {wrong}");
        if line > 0 {
            assert_eq!(place.line, Some(line), "{text:?}: {wrong}");
        }
        assert!(wrong.hint.unwrap_or_default().contains(hint), "{text:?}");
    }
}

#[test]
fn depth_has_a_limit_where_any_value_may_stand() {
    let deep = format!("name: a\nlimits: {}{}", "[".repeat(60), "]".repeat(60));
    let wrong = from_str::<serde_json::Value>(MANIFEST, "app.yaml", &deep).expect_err("too deep");
    assert_eq!((wrong.code, wrong.place.and_then(|place| place.line)), ("MANIFEST-006", Some(2)));
}

#[test]
fn values_know_their_line_and_keys_too() {
    let doc = read("name: a\nlimits:\n  x: 1\n\n  y: 2\n").unwrap();
    let lines: Vec<_> = doc.limits.iter().map(|(k, v)| (k.line, v.line)).collect();
    assert_eq!(lines, [(3, 3), (5, 5)]);
}
