//! A person is a connector too (invariant 9): what they typed is read as `attested`, and a write becomes a task.

mod list;
mod task;

use std::path::PathBuf;

use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::WritePermit;
use usher_domain::snapshot::{Covers, EndMark, Ended, Grade, Row};
use usher_domain::text;

pub use task::{TaskDraft, task_text};

use crate::clock::Clock;
use crate::connector::{Ack, BoxFuture, Budget, CheckReport, Connector, ConnectorKind, Cursor, Page, Reader, Turn, Want};
use crate::fault::{Fault, FaultClass};

/// An instance that people read and change.
pub(crate) struct Human {
    instance: String,
    /// The attribute that is the native id where a row names none.
    key: String,
    /// `lists/<instance>.yaml`.
    list: PathBuf,
    clock: Clock,
}

impl Human {
    pub(crate) fn new(instance: &str, key: &str, list: PathBuf, clock: Clock) -> Self {
        Human { instance: instance.to_owned(), key: key.to_owned(), list, clock }
    }

    fn typed(&self) -> Result<(Vec<Row>, Ended, String), Fault> {
        let shown = self.list.display();
        let text = std::fs::read_to_string(&self.list).map_err(|e| {
            if e.kind() == std::io::ErrorKind::NotFound {
                let detail = format!("{}: nobody has written {shown}", self.instance);
                let message = Diagnostic::new("HUMAN-001", "a person has to write the list first", detail)
                    .hint("write as_of, by, the console's total and the accounts with their status there, or give the console's export");
                return Fault::new(FaultClass::Unsupported, message).not_sent();
            }
            let message = Diagnostic::new("HUMAN-002", "a typed list can't be read", format!("{shown}: {e}"));
            Fault::new(FaultClass::Malformed, message).not_sent()
        })?;
        let list = list::parse(&self.list, &text, &self.key).map_err(|message| Fault::new(FaultClass::Malformed, message).not_sent())?;
        let rows = list.rows.into_iter().map(Row::Account).collect();
        let covers = Covers::default();
        let ended =
            Ended { mark: EndMark::Whole, total: list.total, as_of: list.as_of, covers, grade: Grade::Attested, doubts: Vec::new() };
        Ok((rows, ended, list.by))
    }
}

struct Typed {
    page: Option<Page>,
    ended: Ended,
    by: String,
}

impl Reader for Typed {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        let turn = self.page.take().map_or_else(|| Turn::End(self.ended.clone()), Turn::Page);
        Box::pin(async { Ok(turn) })
    }

    fn notes(&self) -> Vec<String> {
        vec![format!("typed by {}: it proves nothing by itself", self.by)]
    }
}

impl Connector for Human {
    fn kind(&self) -> ConnectorKind {
        ConnectorKind::Human
    }

    fn query(&self, _: &Want) -> String {
        "human accounts".to_owned()
    }

    fn check(&self) -> BoxFuture<'_, Result<CheckReport, Fault>> {
        let good = vec!["people do the tasks; nothing has to be reached".to_owned()];
        Box::pin(async { Ok(CheckReport { good, ..CheckReport::default() }) })
    }

    fn read<'a>(&'a self, want: &'a Want, _: Option<Cursor>, _: Budget) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Fault>> {
        Box::pin(async move {
            if let Want::Query { name, .. } = want {
                let message = Diagnostic::new("HUMAN-003", "a person answers no queries", format!("{}: {name}", self.instance));
                return Err(Fault::new(FaultClass::Unsupported, message).not_sent());
            }
            let (mut rows, mut ended, by) = self.typed()?;
            if let Want::Account { native_id, user_name } = want {
                let is_it = |name: &str| user_name.as_deref().is_some_and(|wanted| text::fold(name) == text::fold(wanted));
                rows.retain(|row| match row {
                    Row::Account(a) if native_id.is_empty() => a.user_name.as_deref().is_some_and(is_it),
                    Row::Account(a) => a.native_id == *native_id,
                    _ => false,
                });
                ended.total = None;
            }
            let page = (!rows.is_empty()).then(|| Page { rows, ..Page::default() });
            Ok(Box::new(Typed { page, ended, by }) as Box<dyn Reader>)
        })
    }

    /// The task is named by plan and step, so that the same step never makes two.
    fn write<'a>(&'a self, permit: WritePermit) -> BoxFuture<'a, Result<Ack, Fault>> {
        Box::pin(async move {
            let (step, _, sent) = permit.spend(self.clock.now()).map_err(|expired| {
                let message = Diagnostic::new("WIRE-004", "the write came too late", format!("{}: {expired}", self.instance));
                Fault::new(FaultClass::Transient, message).not_sent()
            })?;
            Ok(Ack::Accepted { task: format!("{}-{}", sent.plan.short(), step.n) })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;
    use usher_domain::time::Time;

    use super::*;
    use crate::clock::tests::by_hand;
    use crate::permits::permit;

    fn human(list: &Path) -> Human {
        Human::new("dt", "userName", list.to_owned(), by_hand(Time::from_seconds(1_795_683_600)).0)
    }

    #[tokio::test]
    async fn a_typed_list_is_attested_and_a_missing_one_says_what_to_write() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dt.yaml");
        let connector = human(&path);
        let fault = connector.read(&Want::Everything, None, Budget::default()).await.err().unwrap();
        assert_eq!((fault.class, fault.message.code), (FaultClass::Unsupported, "HUMAN-001"));
        let rows = "  - {userName: ben, status: active}\n  - {userName: eve, status: deactivated}\n";
        std::fs::write(&path, format!("as_of: 2026-11-25T09:00:00Z\nby: ana@example.com\ntotal: 2\naccounts:\n{rows}")).unwrap();
        let mut reader = connector.read(&Want::Everything, None, Budget::default()).await.unwrap();
        let Turn::Page(page) = reader.next().await.unwrap() else { panic!("rows first") };
        let Turn::End(ended) = reader.next().await.unwrap() else { panic!("then the end") };
        assert_eq!((page.rows.len(), ended.grade, ended.total), (2, Grade::Attested, Some(2)));
        assert_eq!(ended.as_of.to_string(), "2026-11-25T09:00:00Z");
        let want = Want::Account { native_id: "eve".into(), user_name: None };
        let mut reader = connector.read(&want, None, Budget::default()).await.unwrap();
        let Turn::Page(page) = reader.next().await.unwrap() else { panic!("one row") };
        assert_eq!(page.rows.len(), 1);
    }

    #[tokio::test]
    async fn a_write_is_a_task_named_by_plan_and_step() {
        let now = Time::from_seconds(1_795_683_600);
        let permit = permit("deactivate_account", json!({"id": "eve"}), json!({"door": "shut"}), now).await;
        let name = format!("{}-1", permit.sent().plan.short());
        assert_eq!(human(Path::new("/nowhere")).write(permit).await.unwrap(), Ack::Accepted { task: name });
    }
}
