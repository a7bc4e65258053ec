//! Which order a file's dates have, decided by all of its date cells together (csv-exports.md §3, Dates).
//!
//! [`Evidence`] counts what each order makes impossible, names the line that did it, and [`Evidence::decide`] takes the order that is
//! left. Where both are left, only cells that read alike stand, and the user is asked.

use std::fmt;

use jiff::civil::Date;

use super::dates::{Cell, Moment, Reading};
use super::header::squash;

/// Which number of `03/04/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The 3rd of April.
    DayFirst,
    /// March the 4th.
    MonthFirst,
    /// `26/03/04` is the 4th of March 2026: only if the user says so.
    YearFirst,
}

impl Order {
    /// From `--dates dmy|mdy|ymd`.
    pub fn parse(text: &str) -> Option<Order> {
        match squash(text).as_str() {
            "dmy" => Some(Order::DayFirst),
            "mdy" => Some(Order::MonthFirst),
            "ymd" => Some(Order::YearFirst),
            _ => None,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Order::DayFirst => "day-month-year",
            Order::MonthFirst => "month-day-year",
            Order::YearFirst => "year-month-day",
        })
    }
}

/// A cell that made an order impossible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) line: u64,
    pub(crate) cell: String,
    pub(crate) why: &'static str,
}

/// What all date cells of a file say about its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Cells whose reading depends on the order.
    pub(crate) either: u64,
    not_day_first: Option<Proof>,
    not_month_first: Option<Proof>,
    doubt_day_first: Option<Proof>,
    doubt_month_first: Option<Proof>,
    /// First cell that reads two ways, to ask with.
    pub(crate) example: Option<(u64, String)>,
}

impl Evidence {
    /// Takes a cell. `latest`: the column can't lie after this day (a sign-in, a creation).
    pub(crate) fn see(&mut self, cell: Cell, line: u64, text: &str, latest: Option<Date>) {
        let Cell::Either { first, second, rest, .. } = cell else { return };
        if first == second {
            return;
        }
        self.either += 1;
        let day_first = Cell::ordered(first, second, rest, Order::DayFirst);
        let month_first = Cell::ordered(first, second, rest, Order::MonthFirst);
        let proof = |why| Some(Proof { line, cell: text.trim().to_owned(), why });
        if day_first.is_none() && self.not_day_first.is_none() {
            self.not_day_first = proof("no such day otherwise");
        }
        if month_first.is_none() && self.not_month_first.is_none() {
            self.not_month_first = proof("no such day otherwise");
        }
        if day_first.is_some() && month_first.is_some() && self.example.is_none() {
            self.example = Some((line, text.trim().to_owned()));
        }
        if let Some(latest) = latest {
            let after = |m: Option<Moment>| m.is_some_and(|m| m.at.date() > latest);
            if after(day_first) && self.doubt_day_first.is_none() {
                self.doubt_day_first = proof("it would lie in the future otherwise");
            }
            if after(month_first) && self.doubt_month_first.is_none() {
                self.doubt_month_first = proof("it would lie in the future otherwise");
            }
        }
    }

    /// Takes the two dates of an employment: an end before its start speaks against an order.
    pub(crate) fn see_span(&mut self, start: Cell, end: Cell, line: u64, text: &str) {
        for (order, doubt) in [(Order::DayFirst, &mut self.doubt_day_first), (Order::MonthFirst, &mut self.doubt_month_first)] {
            if let (Reading::At(s), Reading::At(e)) = (start.read(Some(order)), end.read(Some(order)))
                && e.at < s.at
                && doubt.is_none()
            {
                *doubt = Some(Proof { line, cell: text.trim().to_owned(), why: "it would end before it starts otherwise" });
            }
        }
    }

    /// The file's order. `told`: `--dates`; `day_first_language`: the header is German, French …; `usual`: what this system writes.
    pub(crate) fn decide(&self, told: Option<Order>, day_first_language: Option<&'static str>, usual: Option<Order>) -> DateOrder {
        if let Some(order) = told {
            return DateOrder::Told(order);
        }
        if self.either == 0 {
            return DateOrder::NotNeeded;
        }
        let by =
            |order, proof: &Proof| DateOrder::Decided { order, because: format!("line {}: {} ({})", proof.line, proof.cell, proof.why) };
        match (&self.not_day_first, &self.not_month_first) {
            (Some(proof), None) => return by(Order::MonthFirst, proof),
            (None, Some(proof)) => return by(Order::DayFirst, proof),
            (Some(a), Some(b)) => {
                let (first, second) = if a.line <= b.line { (a, b) } else { (b, a) };
                return DateOrder::Mixed { lines: (first.line, second.line), cells: (first.cell.clone(), second.cell.clone()) };
            }
            (None, None) => {}
        }
        match (&self.doubt_day_first, &self.doubt_month_first) {
            (Some(proof), None) => return by(Order::MonthFirst, proof),
            (None, Some(proof)) => return by(Order::DayFirst, proof),
            _ => {}
        }
        if let Some(language) = day_first_language {
            return DateOrder::Decided { order: Order::DayFirst, because: format!("the header is {language}") };
        }
        if let Some(order) = usual {
            return DateOrder::Decided { order, because: "this system writes them so".into() };
        }
        let (line, cell) = self.example.clone().unwrap_or_default();
        DateOrder::Open { line, cell }
    }
}

/// Which order a file's dates have, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// No cell depends on it.
    #[default]
    NotNeeded,
    /// The file itself decides.
    Decided {
        /// The order.
        order: Order,
        /// The line and cell, or what else decided.
        because: String,
    },
    /// The user said so (`--dates`).
    Told(Order),
    /// Both are possible: cells that read alike stand, the others are unknown, and the user is asked.
    Open {
        /// Line of the first cell that reads two ways.
        line: u64,
        /// That cell.
        cell: String,
    },
    /// Neither is possible: the file has both, and cells that depend on the order are unknown.
    Mixed {
        /// Two lines of which one speaks against day first and one against month first.
        lines: (u64, u64),
        /// Their cells.
        cells: (String, String),
    },
}

impl DateOrder {
    /// The order, if there is one.
    pub fn order(&self) -> Option<Order> {
        match self {
            DateOrder::Decided { order, .. } | DateOrder::Told(order) => Some(*order),
            _ => None,
        }
    }
}
