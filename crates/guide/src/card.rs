//! An app at a glance: what a list, a search and a page of another app show of it.

use usher_domain::manifest::{Automation, Manifest, Statement, Word};
use usher_domain::person::Day;

use crate::book::Book;
use crate::model::Flag;

/// An app at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its name in commands.
    pub app: String,
    /// The product's name.
    pub name: String,
    /// How far it is automated.
    pub automation: Automation,
    /// Whether this usher can drive all that the manifest describes.
    pub driven: bool,
    /// The first sentence of the summary; empty where there is none.
    pub summary: String,
    /// Is there a user API.
    pub user_api: Answer,
    /// Is there SCIM.
    pub scim: Answer,
    /// The plan that the API or SCIM needs; empty where that is unknown.
    pub plan: String,
    /// Questions that nobody has answered.
    pub open: usize,
    /// Fields whose sources disagree.
    pub contradictions: usize,
}

/// What is known of a question that is answered by yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Looked for and not found.
    NoneFound,
    /// The question doesn't arise.
    NotApplicable,
    /// Sources disagree.
    Disputed,
    /// Nobody knows.
    Unknown,
}

impl Answer {
    /// What is said of a field.
    pub fn of(statements: &[Statement<'_>]) -> Answer {
        let one = |statement: &Statement<'_>| match statement.word {
            Word::Known if statement.json() == true => Answer::Yes,
            Word::Known => Answer::No,
            Word::NoneFound => Answer::NoneFound,
            Word::NotApplicable => Answer::NotApplicable,
            Word::Unknown => Answer::Unknown,
        };
        let answers: Vec<Answer> = statements.iter().map(one).collect();
        match answers.split_first() {
            None => Answer::Unknown,
            Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
            Some(_) => Answer::Disputed,
        }
    }

    /// What is shown.
    pub const fn text(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::NoneFound => "none found",
            Answer::NotApplicable => "not applicable",
            Answer::Disputed => "sources disagree",
            Answer::Unknown => "unknown",
        }
    }

    /// By what a list is filtered: whoever wants one is helped as little by "none found" as by "no".
    pub const fn filter(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No | Answer::NoneFound | Answer::NotApplicable => "no",
            Answer::Disputed => "disputed",
            Answer::Unknown => "unknown",
        }
    }
}

impl Card {
    /// The card of an app; `driven`: whether this usher can drive all that the manifest describes.
    pub fn of(manifest: &Manifest, today: &Day, driven: bool) -> Card {
        let book = Book::new(manifest, today);
        let (tally, _) = book.tally();
        let first = |name: &str| book.statements(name).iter().find(|s| s.word == Word::Known).map(Statement::text);
        let summary = first("summary").unwrap_or_default();
        let end = summary.find(". ").map_or(summary.len(), |at| at + 1);
        Card {
            app: manifest.app.value.clone(),
            name: manifest.name.clone(),
            automation: manifest.automation(),
            driven,
            summary: summary.get(..end).unwrap_or_default().to_owned(),
            user_api: Answer::of(book.statements("user_api")),
            scim: Answer::of(book.statements("scim")),
            plan: first("scim_plan").or_else(|| first("plan_required")).unwrap_or_default(),
            open: tally.unknown,
            contradictions: tally.contradictions,
        }
    }

    /// The automation as a flag.
    pub fn flag(&self) -> Flag {
        Flag::Automation(self.automation)
    }
}
