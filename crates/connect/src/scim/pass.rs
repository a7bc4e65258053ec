//! What is remembered while a list is read, and when it can be believed. Pure; the requests are in `walk`.
//!
//! A list may shift under the reader: somebody is added or removed, and rows move from page to page, so one is missed and one comes
//! twice. Therefore each page begins with the last row of the one before (if it doesn't, the list moved), distinct ids are counted
//! against the stated total, and a list that didn't hold still is read again until one pass is clean or two passes agree.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;
use usher_domain::snapshot::EndMark;

use super::names;

/// Most passes over one list.
pub(super) const PASSES: u8 = 4;

/// One pass from the first row to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pass {
    /// 1 for the first.
    pub(super) n: u8,
    /// Distinct ids.
    pub(super) distinct: u64,
    /// Rows without an id.
    pub(super) nameless: u64,
    /// Ids that were also in the pass before.
    carried: u64,
    /// Rows that came again in this pass.
    pub(super) repeats: u64,
    /// Ids that came again with other content.
    pub(super) twice: Vec<String>,
    /// The total that was stated last, and whether it ever differed.
    pub(super) total: Option<u64>,
    pub(super) total_changed: bool,
    /// A page did not begin with the last row of the one before.
    pub(super) moved: bool,
    /// How it ended.
    pub(super) mark: EndMark,
    /// Why, if it ended before it should.
    pub(super) broken: Option<String>,
}

impl Pass {
    pub(super) fn new(n: u8, total: Option<u64>) -> Self {
        Pass {
            n,
            distinct: 0,
            nameless: 0,
            carried: 0,
            repeats: 0,
            twice: Vec::new(),
            total,
            total_changed: false,
            moved: false,
            mark: EndMark::Broken,
            broken: None,
        }
    }

    /// Takes a page's total in.
    pub(super) fn stated(&mut self, total: Option<u64>) {
        if let Some(total) = total {
            self.total_changed |= self.total.is_some_and(|before| before != total);
            self.total = Some(total);
        }
    }

    /// As many rows as stated, or none stated.
    pub(super) fn adds_up(&self) -> bool {
        self.total.is_none_or(|total| total == self.distinct + self.nameless)
    }

    fn held_still(&self) -> bool {
        !self.moved && !self.total_changed && self.repeats == 0 && self.broken.is_none()
    }

    /// Shows the same ids as the pass before it.
    fn agrees_with(&self, before: &Pass) -> bool {
        self.distinct == before.distinct && self.carried == self.distinct && self.total == before.total
    }

    /// Whether to stop here: it is clean, it shows what the one before showed, or there were enough.
    pub(super) fn settles(&self, before: Option<&Pass>) -> Settled {
        if self.held_still() && self.adds_up() {
            Settled::Clean
        } else if before.is_some_and(|before| self.agrees_with(before)) {
            Settled::Agreed
        } else if self.n >= PASSES {
            Settled::Never
        } else {
            Settled::NotYet
        }
    }
}

/// What a pass says about the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It held still and adds up.
    Clean,
    /// Two passes showed the same.
    Agreed,
    /// Read it again.
    NotYet,
    /// It never held still.
    Never,
}

/// Every id of the list with a hash of its content and the last pass that showed it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: HashMap<String, (u64, u8)>,
}

impl Seen {
    /// Takes one row in. True: it is new to the whole read and is to be delivered.
    pub(super) fn take(&mut self, row: &Value, pass: &mut Pass) -> Taken {
        let Some(id) = row.as_object().and_then(|map| names::text(map, "id")) else {
            pass.nameless += 1;
            return Taken { deliver: pass.n == 1, fresh: true };
        };
        let mut hasher = DefaultHasher::new();
        row.to_string().hash(&mut hasher);
        let content = hasher.finish();
        match self.ids.get_mut(&id) {
            None => {
                self.ids.insert(id, (content, pass.n));
                pass.distinct += 1;
                Taken { deliver: true, fresh: true }
            }
            Some((_, last)) if *last != pass.n => {
                pass.carried += u64::from(*last + 1 == pass.n);
                *last = pass.n;
                pass.distinct += 1;
                Taken { deliver: false, fresh: true }
            }
            Some((before, _)) => {
                pass.repeats += 1;
                if *before != content && !pass.twice.contains(&id) {
                    pass.twice.push(id);
                }
                Taken { deliver: false, fresh: false }
            }
        }
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    /// Ids that were delivered and that this pass doesn't show any more.
    pub(super) fn vanished(&self, pass: &Pass) -> Vec<String> {
        let mut gone: Vec<String> = self.ids.iter().filter(|(_, (_, last))| *last != pass.n).map(|(id, _)| id.clone()).collect();
        gone.sort();
        gone
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    /// New to the whole read.
    pub(super) deliver: bool,
    /// New to this pass.
    pub(super) fresh: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(seen: &mut Seen, n: u8, total: u64, ids: &[&str]) -> Pass {
        let mut pass = Pass::new(n, None);
        pass.stated(Some(total));
        for id in ids {
            seen.take(&json!({"id": id}), &mut pass);
        }
        pass.mark = EndMark::TotalReached;
        pass
    }

    #[test]
    fn a_clean_pass_is_believed_and_a_wrong_total_only_after_a_second_look() {
        let mut seen = Seen::default();
        assert_eq!(run(&mut seen, 1, 3, &["a", "b", "c"]).settles(None), Settled::Clean);
        let mut seen = Seen::default();
        let first = run(&mut seen, 1, 4, &["a", "b", "c"]);
        assert_eq!(first.settles(None), Settled::NotYet);
        assert_eq!(run(&mut seen, 2, 4, &["c", "b", "a"]).settles(Some(&first)), Settled::Agreed);
    }

    #[test]
    fn a_list_that_moves_is_read_until_it_holds_still() {
        let mut seen = Seen::default();
        let first = run(&mut seen, 1, 3, &["a", "b", "b"]);
        assert_eq!((first.repeats, first.settles(None)), (1, Settled::NotYet));
        let second = run(&mut seen, 2, 3, &["b", "c", "d"]);
        assert_eq!(second.settles(Some(&first)), Settled::Clean);
        assert_eq!(seen.vanished(&second), ["a"]);
        let mut moved = run(&mut Seen::default(), PASSES, 1, &["a"]);
        moved.moved = true;
        assert_eq!(moved.settles(None), Settled::Never);
    }

    #[test]
    fn an_id_with_two_contents_is_remembered() {
        let (mut seen, mut pass) = (Seen::default(), Pass::new(1, None));
        for name in ["x", "y", "x"] {
            seen.take(&json!({"id": "1", "userName": name}), &mut pass);
        }
        assert_eq!((pass.distinct, pass.repeats, pass.twice), (1, 2, vec!["1".to_owned()]));
    }
}
