//! The `Link` header (RFC 8288 §3): relations compare without regard to case, one link may have several, addresses may be relative.

use reqwest::Url;
use reqwest::header::LINK;
use usher_domain::diagnostic::Diagnostic;

use super::Next;
use crate::fault::{Fault, FaultClass};
use crate::wire::Answer;

pub(super) fn next(rel: &str, asked: &Url, answer: &Answer) -> Result<Next, Fault> {
    for header in answer.headers.get_all(LINK) {
        let text = header.to_str().map_err(|_| unreadable(answer))?;
        for (target, params) in links(text).ok_or_else(|| unreadable(answer))? {
            // RFC 8288 §3.3: only the first `rel` of a link counts.
            let relations = params.iter().find(|(name, _)| name.eq_ignore_ascii_case("rel")).map_or("", |(_, value)| value.as_str());
            if relations.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case(rel)) {
                let url = asked.join(target).map_err(|_| unreadable(answer))?;
                return Ok(Next::At(Box::new(url)));
            }
        }
    }
    Ok(Next::Over)
}

fn unreadable(answer: &Answer) -> Fault {
    let detail = format!("{}: the Link header can't be read, so it is not known whether this was the last page", answer.label);
    Fault::new(FaultClass::Malformed, Diagnostic::new("HTTP-003", "the app's paging makes no sense", detail))
}

type Link<'t> = (&'t str, Vec<(String, String)>);

/// `<target>; name=value; name="quoted \" value", <target> …`; `None` if the text is something else.
fn links(text: &str) -> Option<Vec<Link<'_>>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
        let mut params = Vec::new();
        rest = after.trim_start();
        while let Some(after) = rest.strip_prefix(';') {
            let after = after.trim_start();
            let end = after.find(['=', ';', ',']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            let (value, after) = match after.strip_prefix('=') {
                Some(after) => value(after.trim_start())?,
                None => (String::new(), after),
            };
            params.push((name.trim().to_owned(), value));
            rest = after.trim_start();
        }
        found.push((target, params));
        match rest.chars().next() {
            None => {}
            Some(',') => rest = rest.trim_start_matches([' ', '\t', ',']),
            Some(_) => return None,
        }
    }
    Some(found)
}

/// A token or a quoted string, and what follows.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut out = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &quoted[at + 1..])),
            '\\' => out.push(chars.next()?.1),
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderMap;

    use super::*;

    fn answer(lines: &[&str]) -> Answer {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(LINK, line.parse().unwrap());
        }
        Answer { status: 200, headers, body: vec![], label: "GET h/users".into() }
    }

    fn after(lines: &[&str]) -> Option<String> {
        let asked = "https://h.example/api/v1/users?limit=2".parse().unwrap();
        match next("next", &asked, &answer(lines)).ok()? {
            Next::Over => Some("over".into()),
            Next::At(url) => Some(url.to_string()),
        }
    }

    #[test]
    fn next_is_found_as_rfc_8288_writes_it() {
        let cases: [(&[&str], Option<&str>); 10] = [
            (&[], Some("over")),
            (&[r#"<https://h.example/a>; rel="self""#], Some("over")),
            (
                &[r#"<https://h.example/a>; rel="self", <https://h.example/b?after=x,y;z>; rel="next""#],
                Some("https://h.example/b?after=x,y;z"),
            ),
            (&[r#"<https://h.example/a>; rel="self""#, r#"<https://h.example/b>; rel="next""#], Some("https://h.example/b")),
            (&["</b>; REL=Next"], Some("https://h.example/b")),
            (&["<?after=7>; rel=\"prev next\""], Some("https://h.example/api/v1/users?after=7")),
            (&[r#"<https://h.example/b>; title="a; rel=\"x\", b"; rel=next"#], Some("https://h.example/b")),
            (&[r#"<https://h.example/b>; rel="prev"; rel="next""#], Some("over")),
            (&["https://h.example/b; rel=next"], None),
            (&[r#"<https://h.example/b>; rel="next"#], None),
        ];
        for (lines, expected) in cases {
            assert_eq!(after(lines).as_deref(), expected, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_refused(text in "[<>;,=\"\\\\ a-z/]{0,40}") {
            let _ = links(&text);
        }
    }
}
