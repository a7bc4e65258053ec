use std::fs;

use serde_json::json;
use usher_domain::snapshot::{Gap, RowKind};
use usher_domain::time::Time;

use super::*;
use crate::permits;

fn now() -> Time {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

fn connector(path: &Path, purpose: Purpose) -> Csv {
    let source = CsvSource { path: path.to_owned(), purpose, options: Options::default() };
    Csv::new(source, Clock::new(now))
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/exports").join(name)
}

async fn all(connector: &Csv, want: &Want) -> (Vec<Page>, Ended, Vec<String>) {
    let mut reader = connector.read(want, None, Budget::default()).await.unwrap();
    let mut pages = Vec::new();
    loop {
        match reader.next().await.unwrap() {
            Turn::Page(page) => pages.push(page),
            Turn::End(ended) => return (pages, ended, reader.notes()),
        }
    }
}

fn rows(pages: &[Page], kind: RowKind) -> usize {
    pages.iter().flat_map(|p| &p.rows).filter(|r| r.kind() == kind).count()
}

#[tokio::test]
async fn a_file_is_read_in_pages_and_says_how_good_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app-2026-11-20.csv");
    let mut text = String::from("id,email,status\n");
    for i in 0..2_500 {
        text.push_str(&format!("{i},p{i}@x.example,active\n"));
    }
    text.push_str("9999,broken\n");
    fs::write(&path, &text).unwrap();
    let (pages, ended, notes) = all(&connector(&path, Purpose::Accounts), &Want::Everything).await;
    assert_eq!(pages.iter().map(|p| p.rows.len()).collect::<Vec<_>>(), [1000, 1000, 500]);
    assert_eq!(rows(&pages, RowKind::Account), 2_500);
    assert_eq!(pages.iter().map(|p| p.bytes).sum::<usize>(), text.len());
    assert_eq!(pages[2].set_aside[0].place, "app-2026-11-20.csv line 2502");
    assert_eq!((ended.mark, ended.grade, ended.total), (EndMark::Whole, Grade::Exported, None));
    assert_eq!(ended.as_of.day(), "2026-11-20");
    assert!(matches!(ended.doubts.as_slice(), [Gap::RowsSetAside { count: 1, .. }]));
    assert!(notes[0].contains("account list (by columns)"), "{notes:?}");
}

#[tokio::test]
async fn people_state_their_total_and_the_day_of_their_title() {
    let (pages, ended, notes) = all(&connector(&fixture("workday-worker-report.csv"), Purpose::People), &Want::Everything).await;
    assert_eq!(rows(&pages, RowKind::Person), 10);
    assert_eq!((ended.total, ended.as_of.day().as_str()), (Some(10), "2026-11-20"));
    assert!(notes.iter().any(|n| n.contains("no e-mail column")), "{notes:?}");
}

#[tokio::test]
async fn one_account_is_read_with_its_grants_or_not_at_all() {
    let connector = connector(&fixture("gitlab-group-members.csv"), Purpose::Accounts);
    let want = |id: &str| Want::Account { native_id: id.into(), user_name: None };
    let (pages, ..) = all(&connector, &want("ada")).await;
    assert_eq!((rows(&pages, RowKind::Account), rows(&pages, RowKind::Grant)), (1, 2));
    let (pages, ended, _) = all(&connector, &want("nobody")).await;
    assert_eq!((rows(&pages, RowKind::Account), ended.mark), (0, EndMark::Whole));
}

#[tokio::test]
async fn a_list_of_those_with_access_proves_no_deletion() {
    let (_, ended, _) = all(&connector(&fixture("github-enterprise-members.csv"), Purpose::Accounts), &Want::Everything).await;
    assert!(!ended.covers.everything());
    let (_, ended, _) = all(&connector(&fixture("okta-password-health.csv"), Purpose::Accounts), &Want::Everything).await;
    assert!(ended.covers.everything());
}

#[tokio::test]
async fn a_folder_is_the_parts_of_one_export() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("u_Page_1.csv", "id,email\n1,a@x.example\n"), ("u_Page_2.csv", "id,email\n2,b@x.example\n")] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let (pages, ..) = all(&connector(dir.path(), Purpose::Accounts), &Want::Everything).await;
    assert_eq!(rows(&pages, RowKind::Account), 2);
    fs::write(dir.path().join("other.csv"), "login,role\nana,x\n").unwrap();
    let refused = connector(dir.path(), Purpose::Accounts).read(&Want::Everything, None, Budget::default()).await.err().unwrap();
    assert_eq!((refused.class, refused.message.code), (FaultClass::Malformed, "CSV-109"));
}

#[tokio::test]
async fn a_check_says_what_was_taken_for_what_and_a_missing_file_is_named() {
    let report = connector(&fixture("slack-members.csv"), Purpose::Accounts).check().await.unwrap();
    assert!(report.good[0].contains("Slack member list (certain), comma, UTF-8: status←status"), "{report:?}");
    let fault = connector(Path::new("/nowhere/at/all.csv"), Purpose::Accounts).check().await.unwrap_err();
    assert_eq!(fault.message.code, "CSV-001");
}

#[tokio::test]
async fn a_file_answers_no_query_and_takes_no_write() {
    let connector = connector(&fixture("slack-members.csv"), Purpose::Accounts);
    let want = Want::Query { name: "devices".into(), with: std::collections::BTreeMap::new() };
    let fault = connector.read(&want, None, Budget::default()).await.err().unwrap();
    assert_eq!(fault.class, FaultClass::Unsupported);
    let permit = permits::permit("deactivate_account", json!({"id": "U01BOB0002"}), json!({"active": false}), now()).await;
    let fault = connector.write(permit).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Unsupported);
}

#[test]
fn what_makes_two_reads_the_same_list_is_in_the_query() {
    let mut told = connector(Path::new("a.csv"), Purpose::Accounts);
    assert_eq!(told.query(&Want::Everything), "csv accounts a.csv");
    told.source.options.column("status=Zustand").unwrap();
    assert_eq!(told.query(&Want::Everything), "csv accounts a.csv status=Zustand");
}
