//! Random sequences of calls: an engine and the model must answer alike, whatever is asked in whatever order.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use usher_domain::digest::Digest;
use usher_domain::journal::{Lease, Sent, Seq};
use usher_domain::snapshot::{Gap, RowKind};
use usher_domain::time::Time;

use super::{Fresh, Model, meta, query, row};
use crate::batch::{Batch, Find, LANES, ShelfRow};
use crate::error::StoreError;
use crate::snapshots::{Seek, SnapPage, SnapRow, SnapshotId};
use crate::store::Store;

/// Which snapshot a call is about.
#[derive(Debug, Clone)]
enum Which {
    /// The open one of this instance; one is begun if there is none.
    Open(String),
    /// Any that an earlier call began.
    Nth(Index),
}

/// One call. Leases, snapshots and files that earlier calls made are chosen by index.
#[derive(Debug, Clone)]
enum Call {
    Commit {
        lease: Option<Index>,
        expect: Vec<(String, u64)>,
        events: Vec<(String, u8)>,
        rows: Vec<ShelfRow>,
        gone: Vec<String>,
        blob: Option<u8>,
    },
    Sent(Index),
    Load {
        stream: String,
        after: u64,
        limit: u32,
    },
    Find(Find),
    Blob(u8),
    Claim(Option<String>),
    Renew(Index),
    Release(Index),
    Held(String),
    Begin(String),
    Page {
        snapshot: Which,
        rows: Vec<SnapRow>,
        lease: Option<Index>,
        resume: Option<String>,
    },
    Seal {
        snapshot: Which,
        at: i64,
        whole: bool,
    },
    Drop(Which),
    Rows {
        snapshot: Index,
        kind: RowKind,
        after: Option<String>,
        limit: u32,
    },
    Row {
        snapshot: Index,
        kind: RowKind,
        key: String,
    },
    Seek(Seek),
    Unsealed(String),
}

fn name() -> impl Strategy<Value = String> {
    select(&["a", "b", "run/1/a"][..]).prop_map(str::to_owned)
}

fn instance() -> impl Strategy<Value = String> {
    select(&["a", "a", "b"][..]).prop_map(str::to_owned)
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![6 => instance().prop_map(Which::Open), 1 => any::<Index>().prop_map(Which::Nth)]
}

fn key() -> impl Strategy<Value = String> {
    select(&["", "1", "10", "2", "é", "z"][..]).prop_map(str::to_owned)
}

fn shelf() -> impl Strategy<Value = String> {
    select(&["people", LANES][..]).prop_map(str::to_owned)
}

fn kind() -> impl Strategy<Value = RowKind> {
    select(&[RowKind::Account, RowKind::Account, RowKind::Account, RowKind::Grant][..])
}

fn seconds() -> impl Strategy<Value = Time> {
    (0..5_i64).prop_map(Time::from_seconds)
}

fn shelf_row() -> impl Strategy<Value = ShelfRow> {
    (shelf(), key(), name(), proptest::option::of(seconds()), any::<u8>()).prop_map(|(shelf, key, group, due, body)| ShelfRow {
        shelf,
        key,
        group,
        due,
        body: vec![body],
    })
}

fn snap_row() -> impl Strategy<Value = SnapRow> {
    (kind(), select(&["", "1", "2"][..]), any::<u8>(), select(&["a", "b"][..]))
        .prop_map(|(kind, key, salt, body)| row(kind, key, salt, body))
}

fn find() -> impl Strategy<Value = Find> {
    use proptest::option::of;
    (shelf(), of(name()), of(seconds()), of(select(&["", "1", "z"][..])), of(key()), 0..5_u32).prop_map(
        |(shelf, group, due_before, prefix, after, limit)| Find {
            shelf,
            group,
            due_before,
            prefix: prefix.map(str::to_owned),
            after,
            limit,
        },
    )
}

fn seek() -> impl Strategy<Value = Seek> {
    use proptest::option::of;
    (of(name()), any::<bool>(), of(seconds()), of(0..8_u64), of(0..8_u64), 0..4_u32).prop_map(
        |(instance, complete_only, read_by, id, before, limit)| Seek {
            instance,
            complete_only,
            read_by,
            id: id.map(SnapshotId),
            before: before.map(SnapshotId),
            limit,
        },
    )
}

fn call() -> impl Strategy<Value = Call> {
    use proptest::collection::vec;
    use proptest::option::of;
    let i = any::<Index>;
    let commit = (
        of(i()),
        prop_oneof![3 => Just(vec![]), 1 => vec((name(), 0..3_u64), 1..3)],
        vec((name(), any::<u8>()), 0..3),
        vec(shelf_row(), 0..3),
        vec(key(), 0..2),
        of(0..3_u8),
    );
    let facts = prop_oneof![
        4 => commit.prop_map(|(lease, expect, events, rows, gone, blob)| Call::Commit { lease, expect, events, rows, gone, blob }),
        1 => i().prop_map(Call::Sent),
        1 => (name(), 0..4_u64, 0..4_u32).prop_map(|(stream, after, limit)| Call::Load { stream, after, limit }),
        1 => find().prop_map(Call::Find),
        1 => (0..4_u8).prop_map(Call::Blob),
    ];
    let leases = prop_oneof![
        2 => of(name()).prop_map(Call::Claim),
        1 => i().prop_map(Call::Renew),
        1 => i().prop_map(Call::Release),
        1 => name().prop_map(Call::Held),
    ];
    let snapshots = prop_oneof![
        1 => instance().prop_map(Call::Begin),
        8 => (which(), vec(snap_row(), 0..4), proptest::option::weighted(0.1, i()), of(key())).prop_map(|(snapshot, rows, lease, resume)| Call::Page { snapshot, rows, lease, resume }),
        6 => (which(), 0..5_i64, any::<bool>()).prop_map(|(snapshot, at, whole)| Call::Seal { snapshot, at, whole }),
        2 => prop_oneof![1 => which(), 4 => i().prop_map(Which::Nth)].prop_map(Call::Drop),
        2 => (i(), kind(), of(key()), 0..5_u32).prop_map(|(snapshot, kind, after, limit)| Call::Rows { snapshot, kind, after, limit }),
        1 => (i(), kind(), key()).prop_map(|(snapshot, kind, key)| Call::Row { snapshot, kind, key }),
        1 => seek().prop_map(Call::Seek),
        1 => instance().prop_map(Call::Unsealed),
    ];
    prop_oneof![2 => facts, 1 => leases, 6 => snapshots]
}

/// What a call answered, without what each store has of its own (times, the process).
type Said = Result<String, StoreError>;

/// A store, and what the calls so far made in it.
struct Driven {
    store: Arc<dyn Store>,
    leases: Vec<Lease>,
    snapshots: Vec<SnapshotId>,
}

fn nth<T: Clone>(of: &[T], index: &Index) -> Option<T> {
    (!of.is_empty()).then(|| index.get(of).clone())
}

impl Driven {
    fn new(store: Arc<dyn Store>) -> Self {
        Driven { store, leases: Vec::new(), snapshots: Vec::new() }
    }

    async fn which(&self, which: &Which) -> Result<SnapshotId, StoreError> {
        Ok(match which {
            Which::Nth(index) => nth(&self.snapshots, index).unwrap_or(SnapshotId(99)),
            Which::Open(instance) => self.store.unsealed(instance).await?.map_or(SnapshotId(99), |open| open.id),
        })
    }

    /// All that all sealed snapshots show.
    async fn shown(&self) -> Said {
        let mut all = String::new();
        for snapshot in self.store.snapshots(Seek::all()).await? {
            for kind in [RowKind::Account, RowKind::Grant] {
                all += &told(self.store.snapshot_rows(SnapshotId(snapshot.id), kind, None, 100).await?);
            }
            all += &told(snapshot);
        }
        Ok(all)
    }

    /// Leases last for days: a call may find one lost, and never one that just ended.
    async fn call(&mut self, call: &Call) -> Said {
        const DAYS: u32 = 1_000_000_000;
        if let Call::Page { snapshot: Which::Open(instance), .. } | Call::Seal { snapshot: Which::Open(instance), .. } = call
            && self.store.unsealed(instance).await?.is_none()
        {
            self.snapshots.push(self.store.snapshot_begin(instance, query()).await?);
        }
        let snapshot = |index: &Index| nth(&self.snapshots, index).unwrap_or(SnapshotId(99));
        let lease = |index: &Option<Index>| index.as_ref().and_then(|index| nth(&self.leases, index));
        let store = &self.store;
        Ok(match call {
            Call::Commit { lease: under, expect, events, rows, gone, blob } => {
                let mut batch = Batch { lease: lease(under), rows: rows.clone(), ..Batch::default() };
                batch = expect.iter().fold(batch, |batch, (stream, at)| batch.expect(stream, Seq(*at)));
                batch = events.iter().fold(batch, |batch, (stream, body)| batch.event(stream, "k", [*body]));
                batch = gone.iter().fold(batch, |batch, key| batch.gone("people", key));
                batch.blobs.extend(blob.map(|byte| vec![byte]));
                told(store.commit(batch).await?)
            }
            Call::Sent(under) => match nth(&self.leases, under) {
                None => String::new(),
                Some(lease) => {
                    let sent = Sent { plan: query(), n: 1, attempt: 1, request: query(), at: Time::default() };
                    told(store.append_sent(&lease, &sent).await)
                }
            },
            Call::Load { stream, after, limit } => {
                let events = store.load(stream, Seq(*after), *limit).await?;
                told(events.into_iter().map(|event| (event.seq, event.kind, event.body)).collect::<Vec<_>>())
            }
            Call::Find(find) => told(store.find(find.clone()).await?),
            Call::Blob(byte) => told(store.blob(Digest::of(&[*byte])).await?),
            Call::Claim(lane) => {
                let claimed = store.claim(lane.as_deref(), "w", DAYS).await?;
                let said = told(claimed.as_ref().map(|lease| (lease.lane.clone(), lease.fence)));
                self.leases.extend(claimed);
                said
            }
            Call::Renew(under) => match nth(&self.leases, under) {
                None => String::new(),
                Some(lease) => told(store.renew(&lease, DAYS).await?.fence),
            },
            Call::Release(under) => match nth(&self.leases, under) {
                None => String::new(),
                Some(lease) => told(store.release(lease).await?),
            },
            Call::Held(lane) => told(store.held(lane).await?.map(|held| (held.worker, held.fence))),
            Call::Begin(instance) => {
                let id = store.snapshot_begin(instance, query()).await?;
                self.snapshots.push(id);
                told(id)
            }
            Call::Page { snapshot: of, rows, lease: under, resume } => {
                let page = SnapPage { rows: rows.clone(), resume: resume.clone(), lease: lease(under) };
                told(store.snapshot_page(self.which(of).await?, page).await?)
            }
            Call::Seal { snapshot: of, at, whole } => {
                let gaps = if *whole { vec![] } else { vec![Gap::NoId("row 3".into())] };
                told(store.snapshot_seal(self.which(of).await?, meta("set by the store", *at, gaps), None).await?)
            }
            Call::Drop(of) => told(store.snapshot_drop(self.which(of).await?).await?),
            Call::Rows { snapshot: of, kind, after, limit } => {
                told(store.snapshot_rows(snapshot(of), *kind, after.as_deref(), *limit).await?)
            }
            Call::Row { snapshot: of, kind, key } => told(store.snapshot_row(snapshot(of), *kind, key).await?),
            Call::Seek(seek) => told(store.snapshots(seek.clone()).await?),
            Call::Unsealed(instance) => {
                told(store.unsealed(instance).await?.map(|open| (open.id, open.instance, open.query, open.pages, open.resume)))
            }
        })
    }
}

fn told(answer: impl std::fmt::Debug) -> String {
    format!("{answer:?}")
}

/// Runs sequences against a fresh store each, with the model beside. At the end the store has no problem.
///
/// # Panics
/// With the shortest sequence found in which an answer differs.
pub fn answer_as_the_model_does(fresh: impl Fn() -> Fresh) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let default = Config { failure_persistence: None, ..Config::default() };
    // A case is a whole store: fewer than usual, unless somebody asks for more.
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { 40 };
    let mut runner = TestRunner::new(Config { cases, ..default });
    let sequences = proptest::collection::vec(call(), 1..80);
    let outcome = runner.run(&sequences, |calls| {
        let fresh = fresh();
        let mut engine = Driven::new(Arc::clone(&fresh.store));
        let mut model = Driven::new(Arc::new(Model::default()));
        runtime.block_on(async {
            for (n, call) in calls.iter().enumerate() {
                let (is, should) = (engine.call(call).await, model.call(call).await);
                prop_assert_eq!(is, should, "call {} of {:#?}", n, calls);
                if matches!(call, Call::Drop(_) | Call::Seal { .. }) {
                    prop_assert_eq!(engine.shown().await, model.shown().await, "after call {} of {:#?}", n, calls);
                }
            }
            prop_assert_eq!(engine.store.check().await, Ok(vec![]));
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
