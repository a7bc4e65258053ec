//! From every layout that was ever released to the newest, and past it.

use super::super::migrations;
use super::*;
use crate::migration::{STEPS, filled};

async fn lay_out(schema: &Schema, steps: &[crate::migration::Step]) {
    let pool = Server::parse(&schema.url, None).unwrap().pool().unwrap();
    migrations::run(&mut pool.get().await.unwrap(), steps).await.unwrap();
}

#[tokio::test]
async fn a_filled_store_of_every_layout_is_brought_to_the_newest_and_past_it() {
    for (n, (_, rows)) in (1..).zip(filled::FILLED) {
        let schema = Schema::new();
        let known = STEPS.get(..n).unwrap();
        lay_out(&schema, known).await;
        sql(format!("SET search_path = {}; {rows}", schema.name));
        filled::is_there_and_goes_on(&*schema.open()).await;
    }
    if let Some((_, rows)) = filled::FILLED.last() {
        let schema = Schema::new();
        lay_out(&schema, STEPS).await;
        sql(format!("SET search_path = {}; {rows}", schema.name));
        let steps: Vec<_> = STEPS.iter().copied().chain([filled::LATER]).collect();
        lay_out(&schema, &steps).await;
        assert_eq!(code(schema.open().find(Find::on("x")).await).0, "STORE-005", "it never goes back");
        // What the later usher would know is taken away: what was there before it is all there.
        sql(format!("SET search_path = {}; DELETE FROM migration WHERE name = 'later'", schema.name));
        filled::is_there_and_goes_on(&*schema.open()).await;
    }
}
