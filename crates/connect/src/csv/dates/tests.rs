use jiff::civil::date;

use super::*;
use crate::csv::order::{DateOrder, Evidence};

fn today() -> Option<Date> {
    Some(date(2026, 11, 25))
}

fn day(text: &str) -> Option<String> {
    match cell(text, today()).read(None) {
        Reading::At(m) => Some(m.at.date().to_string()),
        _ => None,
    }
}

#[test]
fn dates_of_all_forms_are_read() {
    for (text, expected) in [
        ("2026-11-30", "2026-11-30"),
        ("2026/11/24 08:14:55", "2026-11-24"),
        ("24 Nov 2026", "2026-11-24"),
        ("3 Jan 2024", "2024-01-03"),
        ("15-Mar-2021", "2021-03-15"),
        ("01-JAN-19", "2019-01-01"),
        ("01.12.2026", "2026-12-01"),
        ("4. März 2019", "2019-03-04"),
        ("12 août 2020", "2020-08-12"),
        ("3 de enero de 2024", "2024-01-03"),
        ("1 de março de 2024", "2024-03-01"),
        ("5 maggio 2020", "2020-05-05"),
        ("7 mei 2021", "2021-05-07"),
        ("Mar 15, 2021", "2021-03-15"),
        ("Tue, 24 Nov 2026 08:00:00 GMT", "2026-11-24"),
        ("2019-03-05T09:00:00Z", "2019-03-05"),
        ("2017-05-24T18:15:45+09:00", "2017-05-24"),
        ("2022-06-23T18:53:09.064Z", "2022-06-23"),
        ("2022-03-18 19:49:35Z", "2022-03-18"),
        ("1798675200", "2026-12-31"),
        ("1798675200000", "2026-12-31"),
        ("45000", "2023-03-15"),
        ("20261130", "2026-11-30"),
        ("09/09/2026", "2026-09-09"),
        ("2026年11月24日", "2026-11-24"),
        ("31.12.24", "2024-12-31"),
        ("01.01.37", "1937-01-01"),
        ("01.01.36", "2036-01-01"),
        ("=\"2026-11-30\"", "2026-11-30"),
    ] {
        assert_eq!(day(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn no_date_and_an_unreadable_one_are_not_the_same() {
    for never in [
        "",
        "-",
        "N/A",
        "Never logged in",
        "Never accessed",
        "never",
        "Nie",
        "Jamais",
        "0000-00-00",
        "00.00.0000",
        "0",
        "1970-01-01",
        "0001-01-01T00:00:00Z",
        "unbefristet",
    ] {
        assert_eq!(cell(never, today()), Cell::Never, "{never}");
    }
    for bad in [
        "soon",
        "31.02.2026",
        "2026-13-01",
        "99/99/2026",
        "30.09.2O26",
        "2026-11",
        "12",
        "24 Novembre Decembre 2026",
        "25:00 2026",
        "2026-11-30 25:00",
    ] {
        assert_eq!(cell(bad, today()), Cell::Bad, "{bad}");
    }
}

#[test]
fn times_keep_their_offset() {
    let time = |text: &str| match cell(text, today()).read(Some(Order::MonthFirst)) {
        Reading::At(m) => m.time().map(|t| t.to_string()),
        _ => None,
    };
    for (text, expected) in [
        ("8/19/2021 1:25:31 PM", "2021-08-19T13:25:31Z"),
        ("8/19/2021 12:05 AM", "2021-08-19T00:05:00Z"),
        ("2017-05-24T18:15:45+09:00", "2017-05-24T09:15:45Z"),
        ("2017-05-24 18:15:45 -0530", "2017-05-24T23:45:45Z"),
        ("2017-05-24 18:15:45 UTC", "2017-05-24T18:15:45Z"),
        ("2017-05-24 18:15:45 PST", "2017-05-24T18:15:45Z"),
        ("2026-11-24", "2026-11-24T00:00:00Z"),
    ] {
        assert_eq!(time(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn the_year_comes_first_if_the_user_says_so() {
    let read = |text: &str| match cell(text, today()).read(Some(Order::YearFirst)) {
        Reading::At(m) => Some(m.at.date().to_string()),
        _ => None,
    };
    assert_eq!(read("26/03/04").as_deref(), Some("2026-03-04"));
    assert_eq!(read("03/04/2026"), None);
}

fn decided(cells: &[&str]) -> DateOrder {
    let mut evidence = Evidence::default();
    for (i, text) in cells.iter().enumerate() {
        evidence.see(cell(text, today()), i as u64 + 2, text, None);
    }
    evidence.decide(None, None, None)
}

#[test]
fn one_cell_decides_for_all_and_two_that_disagree_for_none() {
    assert_eq!(decided(&["03/04/2026", "13/01/2020"]).order(), Some(Order::DayFirst));
    assert_eq!(decided(&["03/04/2026", "01/13/2020"]).order(), Some(Order::MonthFirst));
    assert!(matches!(decided(&["03/04/2026", "05/06/2026"]), DateOrder::Open { line: 2, .. }));
    assert!(matches!(decided(&["13/01/2020", "01/13/2020"]), DateOrder::Mixed { lines: (2, 3), .. }));
    assert_eq!(decided(&["09/09/2026", "2026-01-02"]), DateOrder::NotNeeded);
}

#[test]
fn what_cannot_have_happened_yet_excludes_an_order_and_the_header_s_language_too() {
    let mut evidence = Evidence::default();
    evidence.see(cell("03/12/2026", today()), 2, "03/12/2026", Some(date(2026, 11, 26)));
    assert_eq!(evidence.decide(None, None, None).order(), Some(Order::MonthFirst), "12 March, not 3 December");
    let mut span = Evidence::default();
    for text in ["05/04/2026", "04/05/2026"] {
        span.see(cell(text, today()), 2, text, None);
    }
    span.see_span(cell("05/04/2026", today()), cell("04/05/2026", today()), 2, "04/05/2026");
    assert_eq!(span.decide(None, None, None).order(), Some(Order::DayFirst), "5 April to 4 May");
    let mut open = Evidence::default();
    open.see(cell("03/04/2026", today()), 2, "03/04/2026", None);
    assert_eq!(open.decide(None, Some("French"), Some(Order::MonthFirst)).order(), Some(Order::DayFirst));
    assert_eq!(open.decide(None, None, Some(Order::MonthFirst)).order(), Some(Order::MonthFirst));
    assert_eq!(open.decide(Some(Order::DayFirst), None, Some(Order::MonthFirst)).order(), Some(Order::DayFirst));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,30}|[0-9:/. TZ+-]{0,30}|[0-9]{0,20}") {
        for order in [None, Some(Order::DayFirst), Some(Order::MonthFirst)] {
            let read = cell(&text, today());
            if let Reading::At(moment) = read.read(order) {
                moment.time();
            }
        }
    }
}
