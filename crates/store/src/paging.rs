//! Everything of something, page by page: what callers would write again and again over the pages of [`Store`].

use usher_domain::journal::Seq;
use usher_domain::snapshot::RowKind;

use crate::batch::{Find, Logged, ShelfRow};
use crate::error::StoreError;
use crate::snapshots::{SnapRow, SnapshotId};
use crate::store::Store;

const PAGE: u32 = 1_000;

impl dyn Store + '_ {
    /// A stream from its start to its end.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn whole_stream(&self, stream: &str) -> Result<Vec<Logged>, StoreError> {
        let mut all: Vec<Logged> = Vec::new();
        loop {
            let after = all.last().map_or(Seq(0), |event| event.seq);
            let page = self.load(stream, after, PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// All rows that `find` means, whatever its limit.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub async fn find_all(&self, mut find: Find) -> Result<Vec<ShelfRow>, StoreError> {
        let mut all: Vec<ShelfRow> = Vec::new();
        find.limit = PAGE;
        loop {
            let page = self.find(find.clone()).await?;
            let Some(last) = page.last() else { return Ok(all) };
            find.after = Some(last.key.clone());
            all.extend(page);
        }
    }

    /// Hands over every row of one kind of a sealed snapshot, in the order of their keys; one page is in memory at a time.
    ///
    /// # Errors
    /// As [`Store::snapshot_rows`], and what `each` answers: then it goes no further.
    pub async fn each_row<E: From<StoreError>>(
        &self,
        id: SnapshotId,
        kind: RowKind,
        mut each: impl FnMut(SnapRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut after: Option<String> = None;
        loop {
            let page = self.snapshot_rows(id, kind, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key.clone());
            page.into_iter().try_for_each(&mut each)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use crate::testing::{Model, account, whole};

    #[tokio::test]
    async fn everything_comes_however_many_pages_it_takes() {
        let store: std::sync::Arc<dyn Store> = std::sync::Arc::new(Model::default());
        let keys: Vec<String> = (0..2_500).map(|n| format!("{n:05}")).collect();
        let batch =
            keys.iter().fold(Batch::default(), |batch, key| batch.event("s", "k", key.as_str()).row(ShelfRow::new("shelf", key, "")));
        store.commit(batch).await.unwrap();
        let id = whole(&*store, "okta", 1, keys.iter().map(|key| account(key, 1, "a")).collect()).await;
        let bodies: Vec<_> = store.whole_stream("s").await.unwrap().into_iter().map(|e| String::from_utf8(e.body).unwrap()).collect();
        assert_eq!(bodies, keys);
        let found = store.find_all(Find::on("shelf").limit(7).prefix("00")).await.unwrap();
        assert_eq!(found.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), keys[..1_000]);
        let mut seen = Vec::new();
        let outcome: Result<(), StoreError> = store
            .each_row(id, RowKind::Account, |row| {
                seen.push(row.key);
                if seen.len() == 2_400 { Err(StoreError::NoSnapshot(id)) } else { Ok(()) }
            })
            .await;
        assert_eq!(outcome, Err(StoreError::NoSnapshot(id)));
        assert_eq!(seen, keys[..2_400]);
    }
}
