//! A summary and a full listing say the same: the same numbers, the same words on each file, the same rows set aside.

use std::path::{Path, PathBuf};

use usher_connect::csv::read::exports;
use usher_connect::csv::reading::Opened;
use usher_connect::csv::shape::{Options, Purpose};
use usher_domain::person::Day;
use usher_reconcile::findings::BARE;

use super::super::folder::{BareAsk, BareReport, findings, general};
use super::super::quick::quick;

fn ask(summary: bool) -> BareAsk {
    let today = Day::parse("2026-11-25");
    BareAsk {
        options: Options { today, for_several: true, ..Options::default() },
        as_of: "2026-11-25T00:00:00Z".parse().unwrap(),
        rules: Vec::new(),
        summary,
        seed: 7,
        threads: 2,
    }
}

/// What a report says, without the findings themselves.
fn said(report: &BareReport) -> String {
    let BareReport { people, ended, accounts, instances, by_situation, by_rule, .. } = report;
    let files: Vec<_> =
        report.files.iter().map(|f| format!("{}\n {:#?}\n {:#?}\n {:#?}", f.line, f.details, f.notes, f.warnings)).collect();
    let passed: Vec<_> = report.passed_over.iter().map(|d| (&d.code, &d.detail)).collect();
    format!(
        "{people} {ended} {accounts} {instances} {by_situation:?} {by_rule:?}\n{}\n{:?} {} {:?} {passed:?}",
        files.join("\n"),
        report.set_aside,
        report.set_aside_count,
        report.contradictions
    )
}

/// Both paths over the same files; whether the fast one took them.
fn same(people: &Path, accounts: &Path) -> bool {
    let ask = ask(true);
    let all = exports(accounts, &ask.options).unwrap();
    let opened = Opened::of(people, Purpose::People, &ask.options).unwrap();
    let fast = quick(&opened, &all, &ask, &BARE).unwrap();
    let slow = general(people, all, &ask, &BARE).unwrap();
    if let Some(fast) = &fast {
        assert_eq!(said(fast), said(&slow), "{} with {}", people.display(), accounts.display());
    }
    fast.is_some()
}

fn samples() -> (Vec<PathBuf>, Vec<PathBuf>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/exports");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "csv")).collect();
    let people = ["bamboohr-employees", "personio-mitarbeiter", "workday-worker-report"];
    files.into_iter().partition(|path| people.contains(&path.file_stem().unwrap().to_str().unwrap()))
}

#[test]
fn a_summary_of_the_sample_exports_is_that_of_the_full_listing() {
    let (people, accounts) = samples();
    let mut fast = 0;
    for people in &people {
        for accounts in &accounts {
            fast += u32::from(same(people, accounts));
        }
        let all = accounts[0].parent().unwrap();
        let [summary, full] = [true, false].map(|summary| findings(people, all, &ask(summary)).unwrap());
        assert_eq!(said(&summary), said(&full), "{}", people.display());
        for (rule, n) in &full.by_rule {
            assert_eq!(full.findings.iter().filter(|f| f.rule == *rule).count() as u64, *n, "{rule:?}");
        }
    }
    assert!(fast >= 6, "the fast path took {fast} of the sample exports");
}

const HR: &str = "employee_number,email,alias,name,status\n\
    00017,ana@corp.example,a.r@corp.example,Ana,active\n00018,bo@corp.example,,Bo,terminated\n00019,GÜL@corp.example,,Gül,Active\n";
const APP: &str = "id,employee_number,email,user_name,display_name,kind,status,last_login\n";

/// People and accounts files with all that real ones have, each alone.
fn cases() -> Vec<(&'static str, String, String, bool)> {
    let app = |rows: &str| format!("{APP}{rows}");
    let hr = |rows: &str| format!("{HR}{rows}");
    let ana = "1,00017,ana@corp.example,ana,Ana,human,active,2026-11-20\n";
    let bo = "2,,bo@corp.example,bo,Bo,human,active,2026-11-21\n";
    vec![
        ("plain", hr(""), app(&format!("{ana}{bo}")), true),
        ("words that are not known", hr("00020,c@corp.example,,C,sabbatical\n"), app(&format!("{ana}3,,x@y.example,x,X,robot,frobbed,\n4,,,,,human,,\n")), true),
        ("no leaver", "employee_number,email,status\n1,ana@corp.example,active\n2,bo@corp.example,active\n".into(), app(ana), true),
        ("lost zeros", hr(""), app(&format!("{ana}5,00018,b@y.example,b,B,human,active,\n6,17,c@y.example,c,C,human,active,\n")), true),
        ("damaged numbers", hr(""), app(&format!("{ana}5,\"1,2E+05\",b@y.example,b,B,human,active,\n6,17.0,c@y.example,c,C,service,active,\n")), true),
        ("old sign-ins", hr(""), app("1,,ana@corp.example,ana,Ana,human,active,2025-01-31T10:00:00Z\n2,,,bo,Bo,human,active,Never logged in\n"), true),
        ("dates both ways", hr(""), app("1,,ana@corp.example,ana,Ana,human,active,03/04/2026\n2,,bo@corp.example,bo,Bo,human,active,04/05/2026\n"), true),
        ("no date", hr(""), app(&format!("{ana}2,,bo@corp.example,bo,Bo,human,active,sometime\n")), true),
        ("a total", hr(""), app(&format!("{ana}{bo}Total,,,,,,,3\n")), true),
        ("rows after a total", hr(""), app(&format!("{ana}Total,,,,,,,3\n{bo}")), true),
        ("the header again", hr("employee_number,email,alias,name,status\n"), app(&format!("{ana}{APP}{bo}")), true),
        ("an account twice", hr(""), app(&format!("{ana}{bo}{ana}")), false),
        ("bad lines", hr("x\n,,,Nobody,active\n"), app(&format!("{ana}7,\"b\"x,,,,,,\nragged,1\n,,,,Nobody,human,active,\n{bo}")), true),
        ("blanks beyond", hr(""), app(&format!("{ana}2,,bo@corp.example,bo,Bo,human,active,2026-11-21, ,\n")), false),
        ("spreadsheet quoting", hr("=\"00021\",d@corp.example,,D,active\n"), app(ana), true),
        ("a login as id", hr(""), "user_name,email,status\nANA,ana@corp.example,active\nana,ana@corp.example,active\n".into(), false),
        ("a guest's login", hr(""), "id,user_name,email,status\n9,g_x.example#EXT#@corp.example,,active\n8,bo@corp.example,,active\n".into(), true),
        ("deleted and shut", hr(""), app("1,,bo@corp.example,bo,Bo,human,deleted,\n2,,bo@corp.example,bo2,Bo,human,suspended,\n3,,bo@corp.example,bo3,,human,invited,\n"), true),
        ("several addresses", hr(""), app("1,,\"ana@corp.example; bo@corp.example\",ana,Ana,human,active,\n2,,SMTP:bo@corp.example,bo,,human,active,\n"), true),
        ("one person, two employments", hr("00018,bo@corp.example,,Bo,active\n"), app(bo), true),
        ("a shared address", hr("00022,ana@corp.example,,Ana Two,active\n"), app(&format!("{ana}8,,ana@corp.example,a2,A,human,active,\n")), true),
        (
            "last days",
            "employee_number,email,status,last_day\n1,ana@corp.example,active,2026-10-01\n2,bo@corp.example,active,2027-01-01\n3,c@corp.example,terminated,\n4,d@corp.example,active,\n".into(),
            app(&format!("{bo}8,,ana@corp.example,a2,A,human,active,\n9,3,,c,C,human,active,\n")),
            true,
        ),
        (
            "first days",
            "employee_number,email,status,start_date\n00017,ana@corp.example,active,2026-10-01\n00018,bo@corp.example,terminated,2020-01-01\n".into(),
            app(&format!("{ana}{bo}")),
            true,
        ),
    ]
}

#[test]
fn a_summary_says_what_the_full_listing_says() {
    for (name, people, accounts, fast) in cases() {
        let dir = tempfile::tempdir().unwrap();
        let (hr, app) = (dir.path().join("hr.csv"), dir.path().join("app.csv"));
        std::fs::write(&hr, people).unwrap();
        std::fs::write(&app, accounts).unwrap();
        assert_eq!(same(&hr, &app), fast, "{name}: fast");
        let [summary, full] = [true, false].map(|summary| findings(&hr, &app, &ask(summary)).unwrap());
        assert_eq!(said(&summary), said(&full), "{name}");
    }
}

#[test]
fn what_is_passed_over_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("exports");
    std::fs::create_dir(&folder).unwrap();
    let hr = dir.path().join("hr.csv");
    std::fs::write(&hr, HR).unwrap();
    std::fs::write(folder.join("app.csv"), format!("{APP}1,00017,ana@corp.example,ana,Ana,human,active,2026-11-20\n")).unwrap();
    std::fs::write(
        folder.join("old-hr.csv"),
        "Employee Number,Email,Hire Date,Manager,Employment Status\n1,ana@corp.example,2020-01-01,Bo,Active\n",
    )
    .unwrap();
    std::fs::write(folder.join("members.xlsx"), "PK").unwrap();
    for summary in [true, false] {
        let mut ask = ask(summary);
        ask.options.column("status=State of play").unwrap();
        let report = findings(&hr, &folder, &ask).unwrap();
        let codes: Vec<_> = report.passed_over.iter().map(|d| d.code).collect();
        assert_eq!(codes, ["BARE-003", "BARE-004", "BARE-005"]);
        assert!(report.passed_over.iter().all(|d| d.hint.is_some()), "{:?}", report.passed_over);
        assert!(report.passed_over[1].detail.contains("members.xlsx"), "{:?}", report.passed_over);
    }
    // The list that was named with --people may lie in the folder.
    let inside = folder.join("old-hr.csv");
    std::fs::remove_file(folder.join("members.xlsx")).unwrap();
    assert!(findings(&inside, &folder, &ask(true)).unwrap().passed_over.is_empty());
}
