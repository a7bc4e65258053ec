//! The guide of a manifest in which every fact is said, and of one that is hostile.

use serde_json::Value;
use usher_domain::manifest::Manifest;
use usher_domain::person::Day;

use crate::{Around, Block, Guide, guide, html, markdown, site};

const FULL: &str = include_str!("tests/full.yaml");

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn of(text: &str, today: &str) -> Guide {
    let manifest = Manifest::parse("app.yaml", text).unwrap_or_else(|e| panic!("{e:?}"));
    guide(&manifest, &Around { today: &day(today), related: Vec::new(), not_driven: Vec::new() })
}

fn apps() -> Vec<Manifest> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps");
    let mut apps: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path().join("app.yaml")).collect();
    apps.sort();
    apps.iter().map(|path| Manifest::parse(path, &std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

/// The manifest in `tests/full.yaml` gives every fact the note `note of <its name>`.
#[test]
fn every_fact_has_its_place_on_the_page() {
    let manifest = Manifest::parse("full.yaml", FULL).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(manifest.check("full.yaml", &day("2026-11-26")), []);
    let page = of(FULL, "2026-11-26");
    let (markdown, html) = (markdown(&page), html(&page).unwrap());
    for field in manifest.facts.fields() {
        assert!(!field.statements.is_empty(), "tests/full.yaml says nothing of {}", field.name);
        let note = format!("note of {}", field.name);
        for (form, text) in [("Markdown", &markdown), ("HTML", &html)] {
            assert!(text.contains(&note), "{}: not in the {form}", field.name);
        }
    }
    assert_eq!((page.tally.unknown, page.tally.contradictions, page.tally.none_found), (0, 0, 0));
}

#[test]
fn sections_stand_in_the_order_of_the_contract() {
    let ids: Vec<_> = of(FULL, "2026-11-26").sections.iter().map(|section| section.id).collect();
    assert_eq!(
        ids,
        [
            "summary",
            "quick-reference",
            "authentication",
            "user-object",
            "endpoints",
            "limits",
            "webhooks",
            "scim",
            "catalogues",
            "scenarios",
            "after-deactivation",
            "traps",
            "console",
            "sso",
            "checked"
        ]
    );
}

#[test]
fn a_fact_is_stale_after_180_days_and_says_so() {
    let text = |today| markdown(&of(FULL, today));
    assert!(!text("2027-05-23").contains("stale: seen"));
    let old = text("2027-05-24");
    assert!(old.contains("**stale: seen 2026-11-24**"), "{old}");
    assert!(old.contains("facts are stale"), "{old}");
}

#[test]
fn every_known_fact_leads_to_a_note_with_source_and_day() {
    for manifest in apps() {
        let page = guide(&manifest, &Around { today: &day("2026-11-26"), related: Vec::new(), not_driven: Vec::new() });
        for note in &page.notes {
            assert!(note.seen.is_some() && !note.sources.is_empty(), "{}: {note:?}", page.app);
            assert!(note.sources.iter().all(|source| source.url.starts_with("https://")), "{}: {note:?}", page.app);
        }
        let text = markdown(&page);
        for number in 1..=page.notes.len() {
            assert!(text.contains(&format!("[^{number}]: ")), "{}: note {number}", page.app);
        }
        assert!(!text.contains("page size | 0"), "{}", page.app);
    }
}

#[test]
fn sources_that_disagree_are_shown_with_their_days() {
    let page = apps().into_iter().find(|m| *m.app == "6sense").unwrap();
    let text = markdown(&guide(&page, &Around { today: &day("2026-11-26"), related: Vec::new(), not_driven: Vec::new() }));
    let scim = text.lines().find(|line| line.starts_with("| SCIM | ")).unwrap();
    assert!(scim.contains("**sources disagree**: yes") && scim.contains("— but no"), "{scim}");
    assert!(scim.contains("(vendor docs, seen 2026-11-26)") && scim.contains("(third party, seen 2026-02-25)"), "{scim}");
}

#[test]
fn what_is_unknown_says_what_would_settle_it() {
    let text = markdown(&of("manifest: 1\napp: a\nname: A\nversion: 2026.11.1\n", "2026-11-26"));
    assert!(
        text.contains("| API keys and tokens | *unknown*: ask the vendor: does a deactivated user's API token still work? |"),
        "{text}"
    );
    assert!(text.contains("Nothing on this page has a source."), "{text}");
    for (asked, moot) in
        [("SCIM", "SCIM version"), ("Single sign-on", "Plan required for SSO"), ("Own roles", "Plan required for own roles")]
    {
        assert!(text.contains(&format!("| {asked} | *unknown*")) && !text.contains(&format!("| {moot} |")), "{asked}");
    }
}

/// Text that would act on a browser, a terminal or a Markdown reader.
const HOSTILE: [&str; 5] = ["<script>alert(1)</script>", "\u{1b}[31mred", "</td></table>", "a | b", "[x](javascript:alert(1))"];

#[test]
fn markup_and_escapes_in_a_manifest_are_shown_as_text() {
    for text in HOSTILE {
        let quoted = Value::String(text.to_owned()).to_string();
        let manifest = format!(
            "manifest: 1\napp: a\nname: {quoted}\nversion: 2026.11.1\nsources:\n  s: {{type: docs, url: \"https://a.example/\", version: {quoted}, checked: 2026-11-24}}\nfacts:\n  summary: {{value: {quoted}, status: vendor_docs, source: s, note: {quoted}}}\n  console_path: {{value: none_found, status: unverified, looked_in: {quoted}}}\n  user_types: {{value: [{{name: {quoted}, may: {quoted}}}], status: unverified}}\nconfig:\n  k: {{type: string, description: {quoted}}}\nbase_url: https://a.example\noperations:\n  list_accounts: {{request: \"GET /u/{{k}}\", records: \"$[*]\", pagination: none}}\n  create_account: {{human: {quoted}}}\n"
        );
        let page = of(&manifest, "2026-11-26");
        let (markdown, html) = (markdown(&page), html(&page).unwrap());
        for shown in [&markdown, &html] {
            assert!(!shown.contains("<script>alert") && !shown.contains('\u{1b}'), "{text}: {shown}");
        }
        assert!(!html.contains("</td></table>") && !html.contains("href=\"javascript"), "{text}");
        assert!(!markdown.contains("[x](javascript"), "{text}");
        assert_eq!(html.matches("<script").count(), 0, "{text}");
    }
}

#[test]
fn a_request_is_a_line_for_a_shell() {
    let page = apps().into_iter().find(|m| *m.app == "entra_id").unwrap();
    let page = guide(&page, &Around { today: &day("2026-11-26"), related: Vec::new(), not_driven: Vec::new() });
    let scenarios = page.sections.iter().find(|section| section.id == "scenarios").unwrap();
    let code: Vec<&str> = scenarios
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Code { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let revoke = code.iter().find(|text| text.contains("-X DELETE") && text.contains("members")).unwrap();
    // A `$` of the vendor's is text, a `$` of ours is a variable.
    assert!(revoke.contains("/groups/$ENTITLEMENT_ID/members/$ACCOUNT_ID/\\$ref\""), "{revoke}");
    assert!(
        revoke.contains("--data-urlencode \"client_secret=$CLIENT_SECRET\"") && revoke.contains("-H \"Authorization: Bearer $TOKEN\""),
        "{revoke}"
    );
    let grant = code.iter().find(|text| text.contains("odata.id")).unwrap();
    assert!(grant.contains("{\"@odata.id\":\"https://graph.microsoft.com/v1.0/directoryObjects/$ACCOUNT_ID\"}"), "{grant}");
}

#[test]
fn a_site_has_a_page_for_each_app_and_each_status_and_asks_for_nothing_outside() {
    let site = site(&apps(), &day("2026-11-26"), &|_| Vec::new()).unwrap();
    let page = |path: &str| site.pages.iter().find(|page| page.path == path).unwrap_or_else(|| panic!("no {path}"));
    for path in ["index.html", "apps/darktrace.html", "status/unknown.html", "status/contradictions.html", "status/stale.html", "feed.xml"]
    {
        assert!(!page(path).text.is_empty());
    }
    assert!(!site.pages.iter().any(|page| page.path == "apps/csv.html"), "a carrier is no app");
    assert!(page("status/contradictions.html").text.contains("6sense"));
    for page in site.pages.iter().filter(|page| page.path.ends_with(".html")) {
        for asked in ["src=\"http", "<link rel=\"stylesheet\" href=\"http", "url(http", "@import", "<iframe", "<img"] {
            assert!(!page.text.contains(asked), "{}: {asked}", page.path);
        }
    }
    // Links inside the site lead somewhere.
    for page in site.pages.iter().filter(|page| page.path.ends_with(".html")) {
        for link in page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = link.split('#').next().unwrap_or_default();
            if link.is_empty() || link.contains("://") {
                continue;
            }
            let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let target = match link.strip_prefix("../") {
                Some(up) => up.to_owned(),
                None if folder.is_empty() => link.to_owned(),
                None => format!("{folder}/{link}"),
            };
            assert!(site.pages.iter().any(|page| page.path == target), "{}: {link}", page.path);
        }
    }
}
