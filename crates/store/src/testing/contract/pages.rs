//! Finding rows.

use usher_domain::time::Time;

use crate::batch::{Batch, Find, ShelfRow};
use crate::store::Store;
use crate::testing::Fresh;

async fn keys(store: &dyn Store, find: Find) -> Vec<String> {
    store.find(find).await.unwrap().into_iter().map(|row| row.key).collect()
}

pub async fn a_shelf_is_read_in_pages_in_the_order_of_bytes(fresh: Fresh) {
    let mut all = ["", "\0", "a", "a\0b", "B", "b", "z", "ß", "é", "\u{e000}", "\u{10ffff}", "10", "9"].map(str::to_owned);
    let batch = all.iter().fold(Batch::default(), |batch, key| batch.row(ShelfRow::new("shelf", key.as_str(), "x")));
    fresh.store.commit(batch.row(ShelfRow::new("another", "a", "x"))).await.unwrap();
    all.sort_unstable();
    assert_eq!(keys(&*fresh.store, Find::on("shelf")).await, all);
    let mut paged = Vec::new();
    let mut find = Find::on("shelf").limit(4);
    loop {
        let page = keys(&*fresh.store, find.clone()).await;
        let Some(last) = page.last() else { break };
        find = find.after(last.as_str());
        paged.extend(page);
    }
    assert_eq!(paged, all);
    assert_eq!(keys(&*fresh.store, Find::on("shelf").limit(0)).await, [""; 0]);
}

pub async fn rows_are_found_by_group_date_and_prefix(fresh: Fresh) {
    let row = |key: &str, group: &str, due: Option<i64>| ShelfRow {
        due: due.map(Time::from_seconds),
        ..ShelfRow::new("shelf", key, "x").group(group)
    };
    let rows = [row("a/1", "okta", Some(10)), row("a/2", "slack", Some(20)), row("a/3", "okta", None), row("b/1", "okta", Some(30))];
    fresh.store.commit(rows.iter().cloned().fold(Batch::default(), Batch::row)).await.unwrap();
    let shelf = || Find::on("shelf");
    let by = Time::from_seconds;
    let cases: [(Find, &[&str]); 9] = [
        (shelf().group("okta"), &["a/1", "a/3", "b/1"]),
        (shelf().group("nobody's"), &[]),
        (shelf().due_before(by(20)), &["a/1"]),
        (shelf().due_before(by(31)), &["a/1", "a/2", "b/1"]),
        (shelf().prefix("a/"), &["a/1", "a/2", "a/3"]),
        (shelf().prefix("a/").group("okta"), &["a/1", "a/3"]),
        (shelf().prefix("a/").after("a/1").limit(1), &["a/2"]),
        (shelf().group("okta").due_before(by(31)).after("a/1"), &["b/1"]),
        (shelf().prefix("%"), &[]),
    ];
    for (find, expected) in cases {
        assert_eq!(keys(&*fresh.store, find.clone()).await, expected, "{find:?}");
    }
    assert_eq!(fresh.store.find(shelf().prefix("a/1")).await.unwrap(), rows[..1], "group, date and body come back as they were");
}
