use indexmap::IndexMap;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

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
        ("name: a\n---\nname: b\n", "MANIFEST-001", 2, "one document"),
        ("name: a\npagination: {link_header: {rel: $.a[*]}}\n", "MANIFEST-001", 2, "quotes"),
        ("", "MANIFEST-001", 0, ""),
        ("- a\n- b\n", "MANIFEST-004", 1, ""),
        ("list: [unclosed\n", "MANIFEST-001", 0, ""),
        (bomb.as_str(), "MANIFEST-006", 2, "write the values out"),
        ("name: a\nlist: [*x]\n", "MANIFEST-006", 2, "write the values out"),
        ("name: a\n<<: {on: true}\n", "MANIFEST-006", 2, "write the values out"),
        ("name: !!str 5\n", "MANIFEST-006", 1, "write the values out"),
        ("# nothing\n\n", "MANIFEST-001", 0, ""),
        ("---\n", "MANIFEST-004", 0, ""),
        ("name:\n", "MANIFEST-004", 1, ""),
        ("name: [a]\n", "MANIFEST-004", 1, ""),
        ("name: a\non: \"true\"\n", "MANIFEST-004", 2, "without quotes"),
        ("name: a\nlimits: {x: \"1\"}\n", "MANIFEST-004", 2, "without quotes"),
        ("name: a\nlimits: {x: -1}\n", "MANIFEST-004", 2, ""),
        ("name: a\nlimits: {x: 1_000}\n", "MANIFEST-004", 2, ""),
        ("name: a\nlimits: {x: 010}\n", "MANIFEST-004", 2, ""),
        ("name: a\nlimits: {x: 1, y: 2, x: 3}\n", "MANIFEST-005", 2, "keep one"),
        ("name: a\nlimits:\n", "MANIFEST-004", 2, "{} for none"),
        ("name: a\nlimits: {[a]: 1}\n", "MANIFEST-004", 2, ""),
        ("name: a\npagination: link_header\n", "MANIFEST-004", 2, "link_header: …"),
        ("name: a\npagination: {none: 5}\n", "MANIFEST-004", 2, ""),
        ("name: a\npagination: {none: ~, link_header: {rel: x}}\n", "MANIFEST-004", 2, ""),
        ("name: a\npagination: []\n", "MANIFEST-004", 2, ""),
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
fn the_second_of_two_keys_is_named_with_the_line_of_the_first() {
    let wrong = read("name: a\nlimits:\n  x: 1\n  y: 2\n  x: 3\n").expect_err("twice");
    assert_eq!((wrong.code, wrong.place.and_then(|place| place.line)), ("MANIFEST-005", Some(5)));
    assert!(wrong.detail.contains("line 3"), "{}", wrong.detail);
}

#[test]
fn text_stays_as_it_was_written() {
    let doc = read("name: 2026.10\nlist: [007, 1_000, no, 1e3, 0x10, true, \"~\", 'null', a b]\n").unwrap();
    assert_eq!(doc.name.value, "2026.10");
    assert_eq!(doc.list, ["007", "1_000", "no", "1e3", "0x10", "true", "~", "null", "a b"]);
    let any: Value = from_str(MANIFEST, "app.yaml", "[007, 1_000, no, 12, -1, 1.5, true, ~, '1']").unwrap();
    assert_eq!(any, serde_json::json!(["007", "1_000", "no", 12, -1, 1.5, true, null, "1"]));
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

#[test]
fn a_file_has_at_most_so_many_values() {
    let list = |n: usize| format!("[{}]", "1,".repeat(n));
    assert!(from_str::<Value>(MANIFEST, "app.yaml", &list(19_999)).is_ok());
    let wrong = from_str::<Value>(MANIFEST, "app.yaml", &list(20_000)).expect_err("too many");
    assert_eq!(wrong.code, "MANIFEST-006");
}

/// Pieces that YAML gives a meaning, so that chance meets it.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "name", "limits", "pagination", "link_header", "list", "on", ": ", ":", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ", ", "\"", "'",
            "|", ">", "&a ", "*a", "<<", "!!str ", "! ", "#", " #", "---\n", "...\n", "? ", "%YAML 1.2\n", "\t", "\r\n", "true", "~", "null", "1", "-0.5",
            "1e999", ".inf", "\\u0041", "\\", "\u{feff}", "\u{85}", "\0", "ü", "😀",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What JSON can say, with texts that look like something else.
fn trees() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[ -~äß😀]{0,12}",
        prop::sample::select(vec![
            "", "~", "null", "true", "no", "007", "1_000", "<<", "- a", "a: b", "#", "&a", "*a", "!t", "---", "2026.10", "\"", "\n"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e15..1e15).prop_map(|n: f64| Value::from(n)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Block style: what people write, quotes only where there must be some.
fn block(value: &Value, indent: usize, out: &mut String) {
    let line = |out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    };
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|item| {
            line(out);
            out.push('-');
            block(item, indent + 2, out);
        }),
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(key, value)| {
            line(out);
            out.push_str(&Value::from(key.as_str()).to_string());
            out.push(':');
            block(value, indent + 2, out);
        }),
        Value::Null if indent > 0 => {}
        flat => {
            out.push(' ');
            out.push_str(&flat.to_string());
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in yamlish()) {
        for wrong in [read(&text).err(), from_str::<Value>(MANIFEST, "app.yaml", &text).err()].into_iter().flatten() {
            let lines = text.lines().count() as u64;
            prop_assert!(wrong.place.and_then(|place| place.line).is_none_or(|line| line <= lines + 1), "{text:?}");
        }
        let _ = crate::manifest::Manifest::parse("app.yaml", &text);
        let _ = crate::workspace::Workspace::parse("usher.yaml", &text);
    }

    #[test]
    fn what_was_written_is_read(value in trees()) {
        let mut styles = vec![value.to_string(), serde_json::to_string_pretty(&value).unwrap(), String::new()];
        block(&value, 0, &mut styles[2]);
        for text in styles {
            let found: Value = from_str(MANIFEST, "app.yaml", &text).unwrap_or_else(|e| panic!("{e} {:?} in {text}", e.place));
            prop_assert_eq!(&found, &value, "{}", text);
        }
    }
}
