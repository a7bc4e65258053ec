//! Links between pages.

use super::house::House;
use super::{Breach, Rule};

pub(super) const RULE: Rule =
    Rule { name: "links", why: "A link that leads nowhere costs every reader the search that it promised to save.", check: links };

fn links(house: &House) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in house.pages() {
        for (number, target) in targets(text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = target.split_once('#').map_or((target.as_str(), None), |(file, heading)| (file, Some(heading)));
            let wanted = if file.is_empty() { path.to_owned() } else { beside(path, file) };
            if !house.has(&wanted) {
                breaches.push(Breach::at(path, number, format!("links to `{wanted}`, which isn't there")));
            } else if let (Some(heading), Some(page)) = (heading, house.text(&wanted))
                && wanted.ends_with(".md")
                && !anchors(page).iter().any(|anchor| anchor == heading)
            {
                breaches.push(Breach::at(path, number, format!("`{wanted}` has no heading `#{heading}`")));
            }
        }
    }
    breaches
}

/// `[text](target)` outside code, with its line.
fn targets(page: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (number, line) in prose(page) {
        let without_code: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for rest in without_code.split("](").skip(1) {
            if let Some((target, _)) = rest.split_once(')') {
                out.push((number, target.split_whitespace().next().unwrap_or_default().to_owned()));
            }
        }
    }
    out
}

/// Lines outside fenced blocks.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    page.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((index + 1, line))
    })
}

/// A path relative to the page that names it, made relative to the root.
fn beside(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What a heading is linked by: lower case, blanks as dashes, no other marks.
fn anchors(page: &str) -> Vec<String> {
    prose(page)
        .filter_map(|(_, line)| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()))
        .map(|heading| {
            heading
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_folders_and_headings_are_followed() {
        let house = House::made(&[
            ("README.md", "[a](docs/a.md) [b](docs/) [c](docs/a.md#two-words) [d](https://example.com/x) [e](#here)\n# Here\n"),
            ("docs/a.md", "## Two *words*\n[up](../README.md) [gone](b.md)\n[gone](../README.md#nowhere)\n"),
        ]);
        let found: Vec<_> = links(&house).into_iter().map(|breach| (breach.path, breach.line, breach.what)).collect();
        assert_eq!(
            found,
            [
                ("docs/a.md".to_owned(), Some(2), "links to `docs/b.md`, which isn't there".to_owned()),
                ("docs/a.md".to_owned(), Some(3), "`README.md` has no heading `#nowhere`".to_owned()),
            ]
        );
    }

    #[test]
    fn what_looks_like_a_link_in_code_is_none() {
        let house = House::made(&[("a.md", "`[x](y.md)`\n```\n[x](y.md)\n```\n")]);
        assert!(links(&house).is_empty());
    }
}
