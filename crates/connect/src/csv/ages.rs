//! Several files of one export: parts of it, or two ages of it (csv-exports.md §3, Parts and age).

use usher_domain::time::Time;

use super::bytes::Source;
use super::order::DateOrder;
use super::parts::day_in_name;
use super::reading::Opened;
use super::shape::Shape;
use super::survey::{self, Survey};

/// Whether two files have the same columns, in whatever order.
pub(super) fn same_header(a: &Shape, b: &Shape) -> bool {
    let names = |s: &Shape| {
        let mut names: Vec<String> = s.names.iter().map(|n| n.original.clone()).collect();
        names.sort();
        names
    };
    names(a) == names(b)
}

/// When a file was last written.
pub(super) fn written(source: &Source) -> Option<Time> {
    let modified = std::fs::metadata(source.path()).ok()?.modified().ok()?;
    jiff::Timestamp::try_from(modified).ok().map(Time::from)
}

/// Files with the same keys are two ages of one export: the newer counts, by the day in its name or by when it was written.
pub(super) fn newest(files: &mut Vec<Opened>, surveys: &mut Vec<Survey>, warnings: &mut Vec<String>) {
    let mut i = 0;
    while i < files.len() {
        let mut j = i + 1;
        let mut dropped = false;
        while let (Some(a), Some(b)) = (surveys.get(i), surveys.get(j)) {
            let smaller = a.keys.len().min(b.keys.len());
            if smaller == 0 || survey::overlap(a, b) * 20 <= smaller {
                j += 1;
                continue;
            }
            let age = |k: usize| files.get(k).map(|f| (day_in_name(&f.name), written(&f.source)));
            let old = if age(i) > age(j) { j } else { i };
            let new = if old == i { j } else { i };
            if let (Some(o), Some(n)) = (files.get(old), files.get(new)) {
                warnings.push(format!("{} and {} list the same: two ages of one export; {} is newer and is read", o.name, n.name, n.name));
            }
            files.remove(old);
            surveys.remove(old);
            if old == i {
                dropped = true;
                break;
            }
        }
        if !dropped {
            i += 1;
        }
    }
}

/// Parts of one export have one order of dates: a part that leaves it open takes that of one that doesn't.
pub(super) fn one_order(files: &mut [Opened]) {
    let decided = files.iter().find_map(|f| f.shape.dates.order().map(|o| (o, f.name.clone())));
    if let Some((order, name)) = decided {
        for file in files.iter_mut().filter(|f| matches!(f.shape.dates, DateOrder::Open { .. })) {
            file.shape.dates = DateOrder::Decided { order, because: format!("{name} has this order") };
        }
    }
}
