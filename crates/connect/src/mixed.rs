//! One instance that is read and changed in several ways: list by an export, create by the API, deactivate by a person.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::diagnostic::Diagnostic;
use usher_domain::journal::WritePermit;
use usher_domain::manifest::OperationName;

use crate::connector::{Ack, BoxFuture, Budget, CheckReport, Connector, ConnectorKind, Cursor, Reader, Want};
use crate::fault::{Fault, FaultClass};
use crate::target;

/// Which part does an operation; grants and credentials differ by their kind.
type Route = (OperationName, Option<String>);

/// Routes each operation to the part that does it.
pub(crate) struct Mixed {
    instance: String,
    parts: BTreeMap<ConnectorKind, Box<dyn Connector>>,
    routes: BTreeMap<Route, ConnectorKind>,
    /// Operations that the manifest names, and why this instance can't do them.
    closed: BTreeMap<OperationName, String>,
    /// How everything is read.
    reads: Option<ConnectorKind>,
    queries: bool,
}

impl Mixed {
    pub(crate) fn new(
        instance: &str,
        parts: BTreeMap<ConnectorKind, Box<dyn Connector>>,
        routes: BTreeMap<Route, ConnectorKind>,
        closed: BTreeMap<OperationName, String>,
        reads: Option<ConnectorKind>,
        queries: bool,
    ) -> Self {
        Mixed { instance: instance.to_owned(), parts, routes, closed, reads, queries }
    }

    fn part(&self, kind: Option<ConnectorKind>, what: &str, operation: Option<OperationName>) -> Result<&dyn Connector, Fault> {
        kind.and_then(|kind| self.parts.get(&kind)).map(Box::as_ref).ok_or_else(|| {
            let why = operation.and_then(|o| self.closed.get(&o)).map(|why| format!(": {why}")).unwrap_or_default();
            let detail = format!("{}: {what}{why}", self.instance);
            Fault::new(FaultClass::Unsupported, Diagnostic::new("CONNECT-007", "this instance has no way to do that", detail)).not_sent()
        })
    }

    fn reading(&self, want: &Want) -> Result<&dyn Connector, Fault> {
        match want {
            Want::Everything => self.part(self.reads, "list accounts", Some(OperationName::ListAccounts)),
            // Where one account can't be read alone, the whole list is read for it.
            Want::Account { .. } => {
                let one = self.routes.get(&(OperationName::GetAccount, None)).copied();
                self.part(one.or(self.reads), "read one account", Some(OperationName::GetAccount))
            }
            Want::Query { name, .. } => self.part(self.queries.then_some(ConnectorKind::Http), &format!("query {name}"), None),
        }
    }
}

impl Connector for Mixed {
    /// The kind that reads; where nothing is read, the first that there is.
    fn kind(&self) -> ConnectorKind {
        self.reads.or_else(|| self.parts.keys().next().copied()).unwrap_or(ConnectorKind::Human)
    }

    fn ways(&self) -> BTreeMap<OperationName, ConnectorKind> {
        let mut ways = BTreeMap::new();
        for ((operation, _), kind) in &self.routes {
            ways.entry(*operation).or_insert(*kind);
        }
        ways
    }

    fn query(&self, want: &Want) -> String {
        self.reading(want).map_or_else(|_| "none".to_owned(), |part| part.query(want))
    }

    /// All parts, each as it is; the first that fails ends it.
    fn check(&self) -> BoxFuture<'_, Result<CheckReport, Fault>> {
        Box::pin(async move {
            let mut all = CheckReport::default();
            let used: BTreeSet<ConnectorKind> =
                self.routes.values().copied().chain(self.reads).chain(self.queries.then_some(ConnectorKind::Http)).collect();
            for kind in used {
                let Some(part) = self.parts.get(&kind) else { continue };
                let report = part.check().await?;
                all.good.extend(report.good);
                all.warnings.extend(report.warnings);
                all.identity = all.identity.or(report.identity);
            }
            all.warnings.extend(self.closed.iter().map(|(operation, why)| format!("{operation} can't be done: {why}")));
            Ok(all)
        })
    }

    fn read<'a>(&'a self, want: &'a Want, from: Option<Cursor>, budget: Budget) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Fault>> {
        Box::pin(async move { self.reading(want)?.read(want, from, budget).await })
    }

    fn write<'a>(&'a self, permit: WritePermit) -> BoxFuture<'a, Result<Ack, Fault>> {
        Box::pin(async move {
            let action = permit.step().action.clone();
            let operation = OperationName::ALL.iter().copied().find(|o| o.writes() && o.as_str() == action);
            let kind = match operation {
                Some(OperationName::Grant | OperationName::Revoke) => target::entitlement(permit.opening()).map(|e| e.kind),
                Some(OperationName::RevokeCredential) => target::credential_kind(permit.opening()),
                _ => None,
            };
            let route = operation.and_then(|operation| {
                self.routes.get(&(operation, kind)).or_else(|| {
                    self.routes.iter().find(|((o, _), _)| *o == operation && o == &OperationName::RevokeSessions).map(|(_, k)| k)
                })
            });
            self.part(route.copied(), &action, operation)?.write(permit).await
        })
    }
}
