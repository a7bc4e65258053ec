//! The kind `csv`: an instance that is read from the vendor's own file, carried by a person. Changed it is by hand.

use std::path::{Path, PathBuf};

use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::WritePermit;
use usher_domain::person::Day;
use usher_domain::snapshot::{EndMark, Ended, Grade, Row};

use super::parts;
use super::reading::{Opened, Reading, Report};
use super::shape::{Options, Purpose};
use crate::clock::Clock;
use crate::connector::{Ack, BoxFuture, Budget, CheckReport, Connector, ConnectorKind, Cursor, Page, Reader, SetAside, Turn, Want};
use crate::fault::{Fault, FaultClass};
use crate::target;

/// Rows of a page.
const PAGE: usize = 1_000;

/// Where an instance's export is, and how to read it.
#[derive(Debug, Clone)]
pub struct CsvSource {
    /// A file, or a folder whose files are the parts of one export.
    pub path: PathBuf,
    /// People or accounts; the app says which (`csv_people`, `csv`).
    pub purpose: Purpose,
    /// Columns, words and dates that the instance's configuration sets.
    pub options: Options,
}

/// An instance that is read from files.
pub(crate) struct Csv {
    source: CsvSource,
    clock: Clock,
}

impl Csv {
    pub(crate) fn new(source: CsvSource, clock: Clock) -> Self {
        Csv { source, clock }
    }

    /// The options with the clock's day, where the configuration names none.
    fn options(&self) -> Options {
        let mut options = self.source.options.clone();
        options.today = options.today.or_else(|| Day::parse(&self.clock.now().day()));
        options
    }
}

/// The files of an export: the one that is named, or all of the folder that is named.
fn files(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let files: Vec<PathBuf> = parts::folder(path)?.groups.into_iter().flat_map(|g| g.files).collect();
    if files.is_empty() { Err(super::read::nothing(path)) } else { Ok(files) }
}

/// A message of the reader as a fault. A file can't be fixed by waiting, so none of them is transient.
fn fault(message: Diagnostic) -> Fault {
    Fault::new(FaultClass::Malformed, message)
}

/// Reading files blocks: it is done beside the workers that wait for the network.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|e| {
        Fault::new(
            FaultClass::Unknown,
            Diagnostic::new("CSV-112", "the read was broken off", format!("the thread that read it ended: {e}")),
        )
    })
}

impl Connector for Csv {
    fn kind(&self) -> ConnectorKind {
        ConnectorKind::Csv
    }

    fn query(&self, want: &Want) -> String {
        let holds = if self.source.purpose == Purpose::People { "people" } else { "accounts" };
        let columns: Vec<String> = self.source.options.columns.iter().map(|(f, h)| format!("{f}={h}")).collect();
        let of = match want {
            Want::Everything => String::new(),
            Want::Account { native_id, .. } => format!(" account {native_id}"),
            Want::Query { name, .. } => format!(" query {name}"),
        };
        format!("csv {holds} {} {}{of}", self.source.path.display(), columns.join(" ")).trim_end().to_owned()
    }

    fn check(&self) -> BoxFuture<'_, Result<CheckReport, Fault>> {
        Box::pin(async move {
            let (path, purpose, options) = (self.source.path.clone(), self.source.purpose, self.options());
            let opened = aside(move || {
                let files = files(&path)?;
                files.iter().map(|f| Opened::of(f, purpose, &options)).collect::<Result<Vec<_>, Diagnostic>>()
            })
            .await?
            .map_err(fault)?;
            let mut report = CheckReport::default();
            for file in &opened {
                report.good.push(format!(
                    "{}: {} ({}), {}, {}: {}",
                    file.name,
                    file.shape.system,
                    file.shape.certainty,
                    file.source.dialect.word(),
                    file.source.encoding,
                    super::describe::columns(&file.shape)
                ));
                report.warnings.extend(file.shape.warnings.iter().map(|w| format!("{}: {w}", file.name)));
            }
            Ok(report)
        })
    }

    fn read<'a>(&'a self, want: &'a Want, _from: Option<Cursor>, _budget: Budget) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Fault>> {
        Box::pin(async move {
            if let Want::Query { name, .. } = want {
                let message =
                    Diagnostic::new("CSV-113", "a file answers no queries", format!("{}: query `{name}`", self.source.path.display()));
                return Err(Fault::new(FaultClass::Unsupported, message).not_sent());
            }
            let (path, purpose, options) = (self.source.path.clone(), self.source.purpose, self.options());
            let reading = aside(move || Reading::open(&files(&path)?, purpose, &options)).await?.map_err(fault)?;
            let only = match want {
                Want::Account { native_id, user_name } => Some((native_id.clone(), user_name.clone())),
                _ => None,
            };
            Ok(Box::new(Pages { reading: Some(reading), only, clock: self.clock.clone(), bytes: 0, told: 0, report: None })
                as Box<dyn Reader>)
        })
    }

    fn write<'a>(&'a self, permit: WritePermit) -> BoxFuture<'a, Result<Ack, Fault>> {
        Box::pin(async move { Err(target::unsupported(permit.step(), "a file that was exported can only be read")) })
    }
}

/// A read in pages. It starts over if it is broken off: a file costs nothing to read again.
struct Pages {
    reading: Option<Reading>,
    only: Option<(String, Option<String>)>,
    clock: Clock,
    bytes: u64,
    told: usize,
    report: Option<Report>,
}

impl Pages {
    async fn turn(&mut self) -> Result<Turn, Fault> {
        let Some(mut reading) = self.reading.take() else { return Ok(Turn::End(self.ended())) };
        let (reading, rows, more) = aside(move || {
            let mut rows = Vec::with_capacity(PAGE);
            let mut more = Ok(true);
            while rows.len() < PAGE && matches!(more, Ok(true)) {
                more = reading.step(&mut rows);
            }
            (reading, rows, more)
        })
        .await?;
        let more = more.map_err(fault)?;
        let read = reading.bytes();
        let bytes = usize::try_from(read.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
        self.bytes = read;
        let set_aside = reading.set_aside().get(self.told..).unwrap_or_default().iter().map(SetAside::from).collect();
        self.told = reading.set_aside().len();
        if more {
            self.reading = Some(reading);
        } else {
            self.report = Some(reading.finish());
        }
        Ok(Turn::Page(Page { rows: self.wanted(rows), bytes, resume: None, set_aside }))
    }

    /// Of a read for one account only its rows.
    fn wanted(&self, rows: Vec<Row>) -> Vec<Row> {
        let Some((id, login)) = &self.only else { return rows };
        let is = |row: &Row| match row {
            Row::Account(a) => a.native_id == *id || (login.is_some() && a.user_name == *login),
            Row::Grant(g) => g.account == *id,
            Row::Person(_) | Row::Entitlement(_) | Row::Credential(_) | Row::Record(_) => false,
        };
        rows.into_iter().filter(is).collect()
    }

    fn ended(&self) -> Ended {
        let report = self.report.clone().unwrap_or_default();
        Ended {
            mark: EndMark::Whole,
            total: report.total,
            as_of: report.as_of.unwrap_or_else(|| self.clock.now()),
            covers: report.covers,
            grade: Grade::Exported,
            doubts: report.doubts,
        }
    }
}

impl Reader for Pages {
    fn next(&mut self) -> BoxFuture<'_, Result<Turn, Fault>> {
        Box::pin(self.turn())
    }

    fn notes(&self) -> Vec<String> {
        let Some(report) = &self.report else { return Vec::new() };
        std::iter::once(&report.line).chain(&report.warnings).chain(&report.notes).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
