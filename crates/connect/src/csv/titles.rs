//! Rows before the header, and what the sample says of the file's dates.

use jiff::civil::Date;
use usher_domain::person::Day;

use super::dates::{self, Cell, Reading};
use super::fields::Field;
use super::order::Evidence;
use super::sample::SampleRecord;
use super::shape::Shape;
use super::states::Cells;

/// The date in a title row, as it stands there.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    line: u64,
    text: String,
}

/// Finds "as of 11/20/2026", `Stand: 20.11.2026` or a bare date in the rows before the header.
pub(crate) fn read(titles: &[SampleRecord]) -> Option<Stated> {
    titles.iter().find_map(|record| {
        record.cells.iter().find_map(|cell| {
            let words: Vec<&str> = cell.split_whitespace().collect();
            // The shortest run of words that is a date: `11/20/2026` before `of 11/20/2026`.
            (1..=5.min(words.len())).find_map(|n| {
                words.windows(n).find_map(|w| {
                    let text = w.join(" ");
                    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
                    dates::is_date(text).then(|| Stated { line: record.line, text: text.to_owned() })
                })
            })
        })
    })
}

/// Takes the evidence of one row's date cells.
pub(crate) fn see_row(evidence: &mut Evidence, shape: &Shape, row: &impl Cells, line: u64) {
    let limit = shape.today.and_then(|t| t.checked_add(jiff::Span::new().days(1)).ok());
    let mut span: [Option<(Cell, String)>; 2] = [None, None];
    for column in &shape.columns {
        let Some(field) = column.field.filter(|f| f.is_date()) else { continue };
        let text = row.cell(column.index);
        if text.is_empty() {
            continue;
        }
        let cell = dates::cell(&text, shape.today);
        evidence.see(cell, line, &text, limit.filter(|_| field.is_past()));
        match field {
            Field::StartDate => span[0] = Some((cell, text.into_owned())),
            Field::EndDate => span[1] = Some((cell, text.into_owned())),
            _ => {}
        }
    }
    if let [Some((start, _)), Some((end, text))] = &span {
        evidence.see_span(*start, *end, line, text);
    }
}

/// Settles the order of dates as far as the sample goes, and the day that the title states.
pub(crate) fn settle(shape: &mut Shape, stated: Option<Stated>, rows: &[&SampleRecord]) {
    let mut evidence = Evidence::default();
    if let Some(stated) = &stated {
        let cell = dates::cell(&stated.text, shape.today);
        let limit = shape.today.and_then(|t: Date| t.checked_add(jiff::Span::new().days(1)).ok());
        evidence.see(cell, stated.line, &stated.text, limit);
    }
    shape.title_evidence = evidence.clone();
    for row in rows {
        see_row(&mut evidence, shape, *row, row.line);
    }
    decide(shape, &evidence);
    if let Some(stated) = stated
        && let Reading::At(moment) = dates::cell(&stated.text, shape.today).read(shape.dates.order())
    {
        shape.as_of = Some(Day::of(moment.at.date()));
    }
}

/// Takes the order that the evidence leaves.
pub(crate) fn decide(shape: &mut Shape, evidence: &Evidence) {
    shape.dates = evidence.decide(shape.told_order, shape.language, shape.usual_order);
}
