use std::fs;

use usher_domain::account::{Authority, Door, Kind, Seat, Status};
use usher_domain::person::{Day, EmploymentStatus};
use usher_domain::snapshot::Gap;

use super::*;
use crate::csv::words::employment_on;

fn options() -> Options {
    Options { today: Day::parse("2026-11-25"), ..Options::default() }
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/exports").join(name)
}

fn accounts_of(name: &str) -> AccountsFile {
    read_accounts(&[fixture(name)], Purpose::Unknown, &options()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn people_of(name: &str) -> PeopleFile {
    read_people(&fixture(name), &options()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Writes a file into a folder of its own.
fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    (dir, path)
}

fn people_from(text: &str) -> PeopleFile {
    let (_dir, path) = file("people.csv", text);
    read_people(&path, &options()).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn accounts_from(text: &str) -> AccountsFile {
    let (_dir, path) = file("app.csv", text);
    read_accounts(&[path], Purpose::Accounts, &options()).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn on_the_day(people: &PeopleFile) -> [usize; 5] {
    let today = options().today.unwrap();
    [EmploymentStatus::Active, EmploymentStatus::Leave, EmploymentStatus::Prehire, EmploymentStatus::Ended, EmploymentStatus::Unknown]
        .map(|status| people.rows.iter().filter(|p| employment_on(p, &today).0 == status).count())
}

/// The table of the samples' README: accounts, active (locked counts), pending, suspended, deactivated, deleted.
#[test]
fn every_sample_has_the_accounts_of_its_readme() {
    for (name, expected) in [
        ("google-workspace-users.csv", [12, 10, 0, 1, 1, 0]),
        ("entra-users.csv", [12, 9, 1, 2, 0, 0]),
        ("m365-active-users.csv", [10, 7, 0, 2, 0, 1]),
        ("slack-members.csv", [11, 9, 0, 0, 2, 0]),
        ("atlassian-export-users.csv", [10, 7, 0, 1, 2, 0]),
        ("github-enterprise-members.csv", [9, 8, 1, 0, 0, 0]),
        ("okta-password-health.csv", [11, 7, 2, 1, 1, 0]),
        ("servicenow-sys_user.csv", [11, 9, 0, 2, 0, 0]),
        ("gitlab-group-members.csv", [8, 7, 1, 0, 0, 0]),
    ] {
        let file = accounts_of(name);
        let count = |statuses: &[Status]| file.accounts.iter().filter(|a| statuses.contains(&a.standing.status)).count();
        let got = [
            file.accounts.len(),
            count(&[Status::Active, Status::Locked]),
            count(&[Status::Invited]),
            count(&[Status::Suspended]),
            count(&[Status::Deactivated]),
            count(&[Status::Deleted]),
        ];
        assert_eq!(got, expected, "{name}");
        assert_eq!(file.report.set_aside, [], "{name}");
        assert_eq!(file.report.warnings, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn bamboohr_dates_are_day_first_for_the_whole_column() {
    let file = people_of("bamboohr-employees.csv");
    assert_eq!(on_the_day(&file), [10, 0, 1, 3, 0]);
    let radia = file.rows.iter().find(|p| p.employee_number.as_deref() == Some("00110")).unwrap();
    assert_eq!(radia.starts, Day::parse("2026-12-01"));
    assert_eq!(file.rows[0].employee_number.as_deref(), Some("00017"));
    assert_eq!(file.rows[0].emails.len(), 1, "the address of the manager is not theirs");
    assert_eq!(file.rows[0].manager.as_deref(), Some("grace.hopper@corp.example"));
}

#[test]
fn personio_says_the_contradiction_and_the_lost_zeros() {
    let file = people_of("personio-mitarbeiter.csv");
    assert_eq!(on_the_day(&file), [9, 0, 1, 2, 0], "00090 still works, by date");
    let by = |number: &str| file.rows.iter().find(|p| p.employee_number.as_deref() == Some(number)).unwrap();
    assert_eq!(
        (by("00090").status, by("00090").last_day.clone()),
        (EmploymentStatus::Ended, Day::parse("2026-11-30")),
        "reported, not resolved"
    );
    assert_eq!((by("00042").last_day.clone(), by("00042").last_day_unreadable), (None, false));
    assert_eq!(by("17").name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(by("00071").name.as_deref(), Some("José Núñez"), "Windows-1252");
    let warnings = file.report.warnings.join("\n");
    assert!(warnings.contains("Linus Svensson (00090) says Inaktiv, but leaves on 2026-11-30"), "{warnings}");
    assert!(warnings.contains("17 (line 2)"), "{warnings}");
}

#[test]
fn workday_has_a_title_a_total_and_no_address() {
    let file = people_of("workday-worker-report.csv");
    assert_eq!(on_the_day(&file), [7, 0, 0, 3, 0]);
    assert_eq!(file.report.total, Some(10));
    assert_eq!(file.report.as_of.unwrap().day(), "2026-11-20");
    assert_eq!(file.rows[0].name.as_deref(), Some("Ada Lovelace"));
    assert!(file.report.warnings.iter().any(|w| w.contains("no e-mail column")), "{:?}", file.report.warnings);
    assert_eq!(file.report.doubts, []);
}

#[test]
fn entra_guests_addresses_and_cells_that_look_like_formulas() {
    let file = accounts_of("entra-users.csv");
    let line = |n: u64| file.accounts.iter().find(|a| a.line == Some(n)).unwrap();
    let addresses = |n: u64| line(n).emails.iter().map(|e| e.value.clone()).collect::<Vec<_>>();
    assert_eq!(file.accounts.iter().filter(|a| a.kind == Some(Kind::Guest)).count(), 2);
    assert_eq!(addresses(6), ["hedy.lamarr@corp.example"]);
    assert_eq!(addresses(7)[0], "katherine.johnson@corp.example");
    assert_eq!(addresses(10), ["pat.partner@agency.example"], "#EXT# is no address");
    assert_eq!(line(11).standing.status, Status::Invited);
    assert_eq!(line(13).display_name.as_deref(), Some("=1+3 Meeting Room Berlin"));
    assert_eq!(line(2).created_at.unwrap().to_string(), "2019-03-04T09:01:00Z");
}

#[test]
fn m365_blocked_deleted_and_all_proxy_addresses() {
    let file = accounts_of("m365-active-users.csv");
    let line = |n: u64| file.accounts.iter().find(|a| a.line == Some(n)).unwrap();
    let hedy: Vec<&str> = line(5).emails.iter().map(|e| e.value.as_str()).collect();
    assert_eq!(hedy, ["hedy.lamarr@corp.example", "hlamarr@corp.example"]);
    assert_eq!(line(3).standing.door, Door::Shut);
    assert_eq!((line(8).standing.status, line(8).standing.seat), (Status::Active, Seat::Free), "unlicensed is not blocked");
    assert_eq!(line(10).standing.status, Status::Deleted);
    assert_eq!(file.grants.iter().filter(|g| g.account == line(2).native_id).count(), 2);
}

#[test]
fn slack_kinds_guests_and_billing() {
    let file = accounts_of("slack-members.csv");
    let kinds = |kind| file.accounts.iter().filter(|a| a.kind == Some(kind)).count();
    assert_eq!((kinds(Kind::Guest), kinds(Kind::Service)), (2, 1));
    let linus = file.accounts.iter().find(|a| a.line == Some(8)).unwrap();
    assert_eq!((linus.standing.status, linus.standing.seat), (Status::Active, Seat::Free));
    assert_eq!(file.accounts.iter().filter(|a| a.expires.is_some()).count(), 2);
}

#[test]
fn atlassian_last_login_is_the_latest_of_all_products() {
    let file = accounts_of("atlassian-export-users.csv");
    let seen: Vec<String> = file.accounts.iter().filter_map(|a| a.last_seen).map(|t| t.day()).collect();
    assert_eq!(seen[..3], ["2026-11-24", "2026-09-30", "2026-10-31"]);
    assert_eq!(file.accounts.iter().filter(|a| a.emails.is_empty()).count(), 1);
    assert!(file.accounts.iter().all(|a| a.native_id.starts_with("712020:")));
}

#[test]
fn github_rows_without_address_and_an_invitation_without_login() {
    let file = accounts_of("github-enterprise-members.csv");
    let line = |n: u64| file.accounts.iter().find(|a| a.line == Some(n)).unwrap();
    assert_eq!(file.accounts.iter().filter(|a| a.emails.is_empty()).map(|a| a.line.unwrap()).collect::<Vec<_>>(), [7, 10]);
    assert_eq!(line(3).emails.len(), 2);
    assert_eq!((line(9).standing.status, line(9).native_id.as_str()), (Status::Invited, "jp.darc@corp.example"));
    assert!(file.accounts.iter().all(|a| a.authority == Authority::Vendor));
    assert!(file.report.notes.iter().any(|n| n.contains("2 accounts without any e-mail")), "{:?}", file.report.notes);
}

#[test]
fn gitlab_rows_are_memberships_and_each_is_a_grant() {
    let file = accounts_of("gitlab-group-members.csv");
    assert_eq!((file.accounts.len(), file.grants.len(), file.report.records), (8, 11, 11));
    let ada: Vec<&str> = file.grants.iter().filter(|g| g.account == "ada").filter_map(|g| g.scope.as_deref()).collect();
    assert_eq!(ada, ["corp", "corp/data"]);
    assert_eq!(file.accounts.iter().filter(|a| a.kind == Some(Kind::Service)).count(), 1);
    assert!(file.accounts.iter().any(|a| a.native_id == "new.person@agency.example" && a.standing.status == Status::Invited));
}

#[test]
fn okta_words_say_the_door() {
    let file = accounts_of("okta-password-health.csv");
    let by = |word: &str| file.accounts.iter().find(|a| a.status_word.as_deref() == Some(word)).unwrap().standing;
    assert_eq!((by("LOCKED_OUT").status, by("LOCKED_OUT").door), (Status::Locked, Door::Open));
    assert_eq!((by("STAGED").status, by("STAGED").door), (Status::Invited, Door::Shut));
    assert_eq!((by("PROVISIONED").status, by("PROVISIONED").door), (Status::Invited, Door::Open));
    assert_eq!(by("DEPROVISIONED").door, Door::Shut);
}

#[test]
fn servicenow_two_accounts_with_one_address_stay_two() {
    let file = accounts_of("servicenow-sys_user.csv");
    let mary: Vec<&str> =
        file.accounts.iter().filter(|a| a.email() == Some("mary.smith@corp.example")).map(|a| a.native_id.as_str()).collect();
    assert_eq!(mary, ["mary.smith", "mary.smith.admin"]);
    assert!(file.accounts.iter().any(|a| a.display_name.as_deref() == Some("José Núñez")));
}

#[test]
fn one_line_says_what_was_taken_for_what() {
    assert_eq!(
        accounts_of("slack-members.csv").report.line,
        "slack-members.csv  Slack member list (certain)  11 accounts, 9 with access  comma, UTF-8  status←status email←email id←userid \
         userName←username name←fullname; not used: 3 columns"
    );
    assert_eq!(
        people_of("personio-mitarbeiter.csv").report.line,
        "personio-mitarbeiter.csv  German HR list (certain)  12 people, 2 left  semicolon, Windows-1252  status←Status email←E-Mail \
         employeeNumber←Personalnummer givenName←Vorname familyName←Nachname startDate←Eintrittsdatum endDate←Austrittsdatum; not used: 1 column"
    );
}

#[test]
fn a_folder_gives_one_instance_an_export_and_names_people_lists() {
    let dir = fixture("");
    let exports = exports(&dir, &options()).unwrap();
    assert_eq!(exports.accounts.len(), 9);
    let mut people: Vec<&str> = exports.people.iter().map(|o| o.name.as_str()).collect();
    people.sort_unstable();
    assert_eq!(people, ["bamboohr-employees.csv", "personio-mitarbeiter.csv", "workday-worker-report.csv"]);
    assert!(exports.refused.is_empty(), "{:?}", exports.refused);
    assert!(exports.left_out.iter().any(|(p, _)| p.ends_with("README.md")));
}

#[test]
fn parts_are_one_read_and_two_ages_are_the_newer() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    write("box_Page_1.csv", "id,email,status\n1,a@x.example,active\n2,b@x.example,active\n");
    write("box_Page_2.csv", "id,email,status\n3,c@x.example,active\n");
    write("crm.csv", "id,email,status\n1,a@x.example,active\n2,b@x.example,active\n");
    write("crm (1).csv", "id,email,status\n1,a@x.example,active\n2,b@x.example,suspended\n3,c@x.example,active\n");
    write("crm (2).csv", "login,role\nana,admin\n");
    let exports = exports(dir.path(), &options()).unwrap();
    let read: Vec<(String, usize, Vec<String>)> = exports
        .accounts
        .into_iter()
        .map(|(stem, files)| {
            let mut reading = Reading::of(files, &options()).unwrap();
            let mut n = 0;
            drain(&mut reading, |row| n += usize::from(matches!(row, Row::Account(_)))).unwrap();
            (stem, n, reading.finish().warnings)
        })
        .collect();
    assert_eq!((read[0].0.as_str(), read[0].1), ("box_users".strip_suffix("_users").unwrap(), 3));
    assert_eq!(read[1].1, 3, "{read:?}");
    assert!(read[1].2.iter().any(|w| w.contains("two ages of one export")), "{read:?}");
    assert_eq!((read[2].0.as_str(), read[2].1), ("crm (2)", 1), "another header is another export");
}

#[test]
fn rows_that_cannot_be_read_are_set_aside_with_line_and_reason() {
    let file = accounts_from(
        "id,email,status\n1,a@x.example,active\n2,b@x.example\n,n/a,active\n4,\"d@x.example,active\n5,e@x.example,active,,\n",
    );
    assert_eq!(file.accounts.len(), 2, "{:?}", file.report.set_aside);
    let aside: Vec<(u64, &str)> = file.report.set_aside.iter().map(|u| (u.line, u.reason.as_str())).collect();
    assert_eq!(aside[0], (3, "2 cells, the header has 3"));
    assert_eq!(aside[1], (4, "it has no id, no login and no e-mail, so no account can be told from it"));
    assert_eq!(aside[2].0, 5);
    assert!(matches!(file.report.doubts.as_slice(), [Gap::RowsSetAside { count: 3, .. }]), "{:?}", file.report.doubts);
}

#[test]
fn totals_that_differ_say_that_the_file_is_cut() {
    let whole = accounts_from("email,name,role\na@x.example,Ana,x\nb@x.example,Bo,x\nTotal,,2\n");
    assert_eq!((whole.accounts.len(), whole.report.total), (2, Some(2)));
    let cut = accounts_from(
        "email,name,role\na@x.example,Ana,x\nb@x.example,Bo,x\nGrand Totals (3 records),,\nConfidential Information - Do Not Distribute\nCopyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\n",
    );
    assert_eq!((cut.accounts.len(), cut.report.total), (2, Some(3)));
    assert!(cut.report.warnings.iter().any(|w| w.contains("states 3 rows and 2 came")));
    let sum = people_from("Employee Number,Email,Status,Hours\n1,a@x.example,Active,40\n2,b@x.example,Active,30\nTotal,,,70\n");
    assert_eq!((sum.rows.len(), sum.report.total), (2, None), "the sum of hours is no count");
    let middle = accounts_from("email,name,role\na@x.example,Ana,x\nTotal,,1\nb@x.example,Bo,x\n");
    assert_eq!((middle.accounts.len(), middle.report.set_aside[0].line), (2, 3));
}

#[test]
fn the_header_again_and_blank_rows_are_no_accounts() {
    let file = accounts_from("email,name,role\na@x.example,Ana,x\n,,\nemail,name,role\nb@x.example,Bo,x\n");
    assert_eq!((file.accounts.len(), file.report.set_aside_count), (2, 0));
    assert!(file.report.notes.iter().any(|n| n.contains("the header stands again")));
    let twice = accounts_from("email,email,name\na@x.example,,Ana\nemail,email,name\nb@x.example,,Bo\n");
    assert_eq!((twice.accounts.len(), twice.report.set_aside_count), (2, 0));
}

#[test]
fn duplicated_people_are_one_and_two_people_with_one_number_are_two() {
    let file = people_from(
        "Employee Number,Email,Name,Status\n1,a@x.example,Ana,Active\n1,a@x.example,Ana,Active\n2,b@x.example,Bo,Terminated\n2,b@x.example,Bo,Active\n3,c@x.example,Cem,Active\n3,d@x.example,Dörte,Terminated\n",
    );
    assert_eq!(file.rows.len(), 4);
    let bo: Vec<EmploymentStatus> = file.rows.iter().filter(|p| p.employee_number.as_deref() == Some("2")).map(|p| p.status).collect();
    assert_eq!(bo, [EmploymentStatus::Active]);
    assert!(file.report.notes.iter().any(|n| n.contains("there twice")), "{:?}", file.report.notes);
    assert!(file.report.warnings.iter().any(|w| w.contains("Cem (3) and Dörte (3) have the same key")), "{:?}", file.report.warnings);
}

#[test]
fn unknown_words_are_listed_with_their_count_and_count_as_able_to_log_in() {
    let file = accounts_from(
        "id,email,status\n1,a@x.example,active\n2,b@x.example,wobbly\n3,c@x.example,wobbly\n4,d@x.example,active\n5,e@x.example,\n",
    );
    let status = |n: usize| (file.accounts[n].standing.status, file.accounts[n].standing.door);
    assert_eq!(status(1), (Status::Unknown, Door::Unknown));
    assert_eq!(status(4), (Status::Unknown, Door::Unknown));
    let warnings = file.report.warnings.join("\n");
    assert!(warnings.contains("\"wobbly\" in 2 rows, first on line 3"), "{warnings}");
    assert!(warnings.contains("1 row without a status"), "{warnings}");
    assert_eq!(file.report.with_access, 5);
}

#[test]
fn damaged_numbers_keep_the_person_and_lose_the_number() {
    let file = people_from(
        "Employee Number,Email,Name,Status\n00017,a@x.example,Ana,Active\n\"1,2E+05\",b@x.example,Bo,Active\n1.23E+11,,Cem,Active\n=\"00018\",d@x.example,Dörte,Active\n",
    );
    let numbers: Vec<Option<&str>> = file.rows.iter().map(|p| p.employee_number.as_deref()).collect();
    assert_eq!(numbers, [Some("00017"), None, None, Some("00018")]);
    assert!(file.report.warnings.iter().any(|w| w.contains("2 numbers damaged by a spreadsheet")), "{:?}", file.report.warnings);
}

#[test]
fn an_unreadable_last_day_is_unknown_and_not_never() {
    let file = people_from(
        "Employee Number,Email,Status,Last Day\n1,a@x.example,Active,30.09.2O26\n2,b@x.example,Active,30.09.2026\n3,c@x.example,Active,\n",
    );
    assert_eq!(
        file.rows.iter().map(|p| (p.last_day.is_some(), p.last_day_unreadable)).collect::<Vec<_>>(),
        [(false, true), (true, false), (false, false)]
    );
    assert!(file.report.warnings.iter().any(|w| w.contains("30.09.2O26")), "{:?}", file.report.warnings);
}

#[test]
fn the_last_row_decides_the_order_of_all_dates() {
    let mut text = String::from("Employee Number,Email,Status,Last Day\n");
    for i in 0..400 {
        text.push_str(&format!("{i:05},p{i}@x.example,Active,03/04/2026\n"));
    }
    text.push_str("00400,z@x.example,Active,13/04/2026\n");
    let file = people_from(&text);
    assert_eq!(file.rows[0].last_day, Day::parse("2026-04-03"), "beyond what a sample shows");
    let open = people_from("Employee Number,Email,Status,Last Day\n1,a@x.example,Active,03/04/2026\n2,b@x.example,Active,04/04/2026\n");
    assert_eq!((open.rows[0].last_day.clone(), open.rows[0].last_day_unreadable), (None, true));
    assert_eq!(open.rows[1].last_day, Day::parse("2026-04-04"), "reads alike either way");
    assert!(open.report.warnings.iter().any(|w| w.contains("--dates dmy")), "{:?}", open.report.warnings);
}

#[test]
fn people_files_without_leavers_and_old_files_warn_first() {
    let none = people_from("Employee Number,Email,Status\n1,a@x.example,Active\n");
    assert!(none.report.warnings.iter().any(|w| w.contains("nobody in this file has left")), "{:?}", none.report.warnings);
    let (_dir, path) = file("people-2025-11-20.csv", "Employee Number,Email,Status\n1,a@x.example,Terminated\n");
    let old = read_people(&path, &options()).unwrap();
    assert!(old.report.warnings.iter().any(|w| w.contains("of 2025-11-20, 370 days before")), "{:?}", old.report.warnings);
}

#[test]
fn two_positions_of_a_file_with_a_bom_utf16_and_tabs_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("webex.csv");
    let text = "First Name\tLast Name\tUser ID/Email (Required)\tUser Status\nAna\tRuiz\tana@x.example\tActive\nBo\tLi\tbo@x.example\tNot Verified\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(&path, bytes).unwrap();
    let file = read_accounts(&[path], Purpose::Unknown, &options()).unwrap();
    assert_eq!(file.opened.shape.system, "Webex user list");
    assert_eq!(file.accounts.iter().map(|a| a.standing.status).collect::<Vec<_>>(), [Status::Active, Status::Invited]);
}

#[test]
fn spreadsheet_quoting_is_unwrapped_and_keeps_a_file_off_the_fast_path() {
    let file = people_from(
        "Employee Number,Email,Status\n=\"00017\",a@x.example,Active\n=\"00018\",b@x.example,Terminated\n'00019,c@x.example,Active\n",
    );
    let numbers: Vec<&str> = file.rows.iter().filter_map(|p| p.employee_number.as_deref()).collect();
    assert_eq!((numbers.as_slice(), file.report.set_aside_count), (["00017", "00018", "00019"].as_slice(), 0));
    assert!(file.opened.shape.simple().is_none());
}

#[test]
fn the_key_of_accounts_can_be_told() {
    let (_dir, path) = file("app.csv", "id,login,email\n1,Ana,a@x.example\n2,Bo,b@x.example\n");
    let ids = |key| {
        let options = Options { key, ..options() };
        read_accounts(std::slice::from_ref(&path), Purpose::Accounts, &options)
            .unwrap()
            .accounts
            .into_iter()
            .map(|a| a.native_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(None), ["1", "2"]);
    assert_eq!(ids(Some(crate::csv::fields::Field::UserName)), ["ana", "bo"]);
}

#[test]
fn words_that_the_user_explains_are_known() {
    let (_dir, path) = file("app.csv", "id,email,status\n1,a@x.example,Weg\n2,b@x.example,Da\n");
    let mut told = options();
    told.word("Weg", "suspended", Purpose::Accounts).unwrap();
    told.word("Da", "active", Purpose::Accounts).unwrap();
    let read = read_accounts(&[path], Purpose::Accounts, &told).unwrap();
    assert_eq!(read.accounts.iter().map(|a| a.standing.status).collect::<Vec<_>>(), [Status::Suspended, Status::Active]);
    assert_eq!(told.word("x", "suspnded", Purpose::Accounts).unwrap_err().hint.as_deref(), Some("did you mean `suspended`?"));
    assert_eq!(told.word("x", "ended", Purpose::Accounts).unwrap_err().code, "CSV-111");
}

#[test]
fn serial_dates_of_a_1904_workbook_are_suspected() {
    let file = people_from("Employee Number,Email,Status,Start Date\n1,a@x.example,Active,43000\n2,b@x.example,Terminated,44400\n");
    assert_eq!(file.rows[1].starts, Day::parse("2021-07-23"));
    assert!(file.report.warnings.iter().any(|w| w.contains("counts from 1904")), "{:?}", file.report.warnings);
}

#[test]
fn text_from_outside_is_shown_safely() {
    let file = accounts_from("id,email,status\n1,a@x.example,\u{1b}[31mred\u{202e}\n2,b@x.example,active\n");
    let shown = format!("{:?}{}", file.report.warnings, file.report.line);
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
    assert!(file.report.warnings.iter().any(|w| w.contains("[31mred")), "{shown}");
}

#[test]
fn several_rows_of_one_login_that_differ_are_said() {
    let file = accounts_from(
        "login,email,status,role\nana,a@x.example,suspended,x\nana,a@x.example,active,y\nbo,b@x.example,active,x\nbo,b@x.example,active,x\n",
    );
    assert_eq!((file.accounts.len(), file.report.with_access, file.grants.len()), (2, 2, 3));
    assert!(file.report.notes.iter().any(|n| n.contains("it has access if one of them has")), "{:?}", file.report.notes);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn no_file_makes_it_panic_and_every_row_is_accounted_for(rows in proptest::collection::vec("\\PC{0,20}|Total,,3|1,a@x.example,active|,,|\"x", 0..12)) {
        let (_dir, path) = file("app.csv", &format!("id,email,status\n1,a@x.example,active\n{}", rows.join("\n")));
        if let Ok(read) = read_accounts(&[path], Purpose::Unknown, &options()) {
            proptest::prop_assert!(read.accounts.len() as u64 + read.report.set_aside_count <= read.report.records + 1);
        }
    }
}
