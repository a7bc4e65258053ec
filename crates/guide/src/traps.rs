//! What makes an app a trap, from its facts and operations. The rules are data: a rule fires only where the manifest says what it names.

use usher_domain::manifest::{Auth, Manifest, OperationName};

use crate::book::{Book, length};
use crate::model::{Line, text};

/// A rule: it fires when every condition holds.
struct Rule {
    /// `(field, words)`: the field's value is, or holds, one of the words; `*`: it has any value.
    when: &'static [(&'static str, &'static [&'static str])],
    /// What it says; `{field}` stands for the field's value.
    say: &'static str,
}

const YES: &[&str] = &["true"];
const NO: &[&str] = &["false"];
const NOWHERE: &[&str] = &["false", "none_found"];
const ANY: &[&str] = &["*"];
const UNKNOWN: &[&str] = &["unknown", ""];

/// Names that begin with `operation.` and `auth.` are computed from the manifest: see [`computed`].
const RULES: &[Rule] = &[
    Rule {
        when: &[("user_api", NOWHERE)],
        say: "No endpoint for the app's own users is known. No script and no IdP creates or shuts an account here by itself: a person does, and somebody must look that it was done.",
    },
    Rule {
        when: &[("user_api", NOWHERE), ("auth", ANY)],
        say: "The API that there is serves other things. A credential for it says nothing about users, and a list of users can't be read with it.",
    },
    Rule {
        when: &[("token_owner", &["user"]), ("on_deactivate.api_keys", UNKNOWN)],
        say: "API credentials belong to users, and whether one still works after its user is shut is not known. Revoke it by hand, and try it afterwards.",
    },
    Rule {
        when: &[("token_owner", &["user"]), ("on_deactivate.api_keys", &["killed"])],
        say: "API credentials belong to users and end with them: what runs on a leaver's credential stops on their last day.",
    },
    Rule {
        when: &[("token_owner", &["user"]), ("on_deactivate.api_keys", &["kept"])],
        say: "API credentials belong to users and outlive them: a leaver's token works on after the account is shut.",
    },
    Rule {
        when: &[("token_owner", &["tenant"])],
        say: "A credential of the tenant belongs to nobody, and shutting an account doesn't touch it. When somebody who knew it leaves, change it.",
    },
    Rule { when: &[("on_deactivate.sessions", &["kept"])], say: "Deactivating an account leaves its open sessions: end them as well." },
    Rule {
        when: &[("on_deactivate.oauth_grants", &["kept"])],
        say: "Apps that the account let in keep their access after it is deactivated: revoke them as well.",
    },
    Rule { when: &[("on_deactivate.owned", &["killed"])], say: "What the account owns goes with it: hand it over first." },
    Rule { when: &[("suspended_billed", YES)], say: "A suspended account is still paid for: its seat is free only after more than that." },
    Rule { when: &[("deactivated_billed", YES)], say: "A deactivated account is still paid for." },
    Rule {
        when: &[("last_admin_protected", YES)],
        say: "The last administrator can't be removed: make another one before the one who leaves.",
    },
    Rule {
        when: &[("last_admin_protected", NO)],
        say: "Nothing keeps you from removing the last administrator, and with it the way back in.",
    },
    Rule { when: &[("list_omits", ANY)], say: "A plain list is not everybody. It leaves out: {list_omits}." },
    Rule { when: &[("stale_reads", ANY)], say: "A read may show what was: {stale_reads}." },
    Rule {
        when: &[("sign_in", &["password", "magic_link", "social"]), ("sso", YES)],
        say: "There are ways in beside single sign-on ({sign_in}): taking the app away in the IdP doesn't shut them.",
    },
    Rule {
        when: &[("jit", YES)],
        say: "Accounts appear by themselves at the first sign-in: shut the way in at the IdP first, or a shut account may come back.",
    },
    Rule {
        when: &[("scim", YES), ("scim_plan", ANY)],
        say: "SCIM is not in every plan ({scim_plan}): without it, whatever the IdP's catalogue promises stays a promise.",
    },
    Rule {
        when: &[("operation.deactivate_account.irreversible", YES)],
        say: "Deactivation can't be undone: usher does it only with a person's approval, and suspends where that is enough.",
    },
    Rule {
        when: &[("operation.delete_account.irreversible", YES), ("restore_window", ANY)],
        say: "A deleted account can be brought back for {restore_window}, and then not any more.",
    },
    Rule {
        when: &[("auth.hmac", YES)],
        say: "The signature covers the bytes that are sent: a client that orders parameters anew, or writes the body with other spaces, is refused.",
    },
    Rule {
        when: &[("pagination", &["none"]), ("user_api", YES)],
        say: "Lists have no pages: one that was cut short looks like a whole one.",
    },
    Rule {
        when: &[("rate_limit", &["none_found"])],
        say: "No rate limit is published. That is not the same as none: begin slowly, and read the answers.",
    },
    Rule {
        when: &[("webhooks", NOWHERE), ("user_api", YES)],
        say: "Changes are not pushed: what somebody changes in the console is seen only with the next read.",
    },
    Rule { when: &[("invitation_valid", ANY)], say: "An open invitation is a way in, for {invitation_valid}: shut those too." },
    Rule {
        when: &[("transfer", ANY), ("on_deactivate.owned", UNKNOWN)],
        say: "What becomes of what an account owns is not known. Before anything is deleted: {transfer}.",
    },
];

/// What the rules may ask of a manifest beside its facts.
fn computed(manifest: &Manifest, name: &str) -> Option<bool> {
    if name == "auth.hmac" {
        return Some(manifest.auth.values().any(|auth| matches!(auth, Auth::Hmac(_))));
    }
    let operation = name.strip_prefix("operation.")?.strip_suffix(".irreversible")?;
    let operation = OperationName::ALL.iter().find(|known| known.as_str() == operation)?;
    Some(manifest.operations.get(operation).is_some_and(|o| o.details.irreversible))
}

fn holds(book: &Book<'_>, name: &str, wanted: &[&str]) -> bool {
    let words = match computed(book.manifest, name) {
        Some(is) => vec![is.to_string()],
        None => book.words(name),
    };
    let has_value = !words.is_empty() && !words.iter().any(|w| matches!(w.as_str(), "unknown" | "none_found" | "not_applicable"));
    wanted.iter().any(|wanted| match *wanted {
        "*" => has_value,
        "" => words.is_empty(),
        word => words.iter().any(|w| w == word),
    })
}

/// What the rules say of this app, with the marks of the facts that made them fire, and then what the manifest itself warns of.
pub(crate) fn traps(book: &mut Book<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for rule in RULES {
        if !rule.when.iter().all(|(name, wanted)| holds(book, name, wanted)) {
            continue;
        }
        let mut line = vec![text(filled(book, rule.say))];
        for (name, _) in rule.when {
            for statement in book.statements(name).to_vec() {
                line.extend(book.mark(&statement));
            }
        }
        dedup_marks(&mut line);
        lines.push(line);
    }
    lines.extend(book.items("traps"));
    lines
}

fn filled(book: &Book<'_>, say: &str) -> String {
    let mut out = String::new();
    let mut rest = say;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let values: Vec<String> = book.words(name).iter().map(|word| length(&crate::fields::word(name, word))).collect();
        out.push_str(values.join("; ").trim_end_matches('.'));
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn dedup_marks(line: &mut Line) {
    let mut seen = Vec::new();
    line.retain(|piece| {
        let again = seen.contains(piece);
        seen.push(piece.clone());
        !again
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_name_only_what_a_manifest_has() {
        let manifest = Manifest::parse("app.yaml", "manifest: 1\napp: a\nname: A\nversion: 2026.11.1\n").unwrap();
        let fields: Vec<_> = manifest.facts.fields().iter().map(|field| field.name).collect();
        for rule in RULES {
            for (name, words) in rule.when {
                assert!(fields.contains(name) || computed(&manifest, name).is_some(), "{name}");
                assert!(!words.is_empty());
            }
            for name in rule.say.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                assert!(rule.when.iter().any(|(of, _)| *of == name), "`{}` says {name} without asking for it", rule.say);
            }
        }
    }
}
