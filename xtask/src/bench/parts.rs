//! Parts of the page that are measured by themselves: each begins with its heading and goes to the next one.

/// The part under this heading (`\n## Builds\n`); empty if the page has none.
pub(super) fn part<'p>(page: &'p str, heading: &str) -> &'p str {
    let Some(from) = page.find(heading).and_then(|at| page.get(at..)) else { return "" };
    let behind = from.get(heading.len()..).unwrap_or_default();
    let end = behind.find("\n## ").map_or(from.len(), |at| heading.len() + at);
    from.get(..end).unwrap_or(from)
}

/// The page with this part in place of the earlier one, else behind all.
pub(super) fn with(page: &str, heading: &str, new: &str) -> String {
    match part(page, heading) {
        "" => format!("{page}{new}"),
        old => page.replacen(old, new, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_and_replaced_alone() {
        let page = "# B\n\n## One\n1\n\n## Two\n2\n";
        assert_eq!(part(page, "\n## One\n"), "\n## One\n1\n");
        assert_eq!(part(page, "\n## Two\n"), "\n## Two\n2\n");
        assert_eq!(part(page, "\n## Three\n"), "");
        assert_eq!(with(page, "\n## One\n", "\n## One\n7\n"), "# B\n\n## One\n7\n\n## Two\n2\n");
        assert_eq!(with(page, "\n## Three\n", "\n## Three\n3\n"), format!("{page}\n## Three\n3\n"));
    }
}
