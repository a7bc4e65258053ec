//! What an account is called in its file, as the general path tells rows apart.

use usher_connect::csv::record::Record;
use usher_connect::csv::simple::SimpleShape;

use super::cells::is_plain_id;

/// Gives the id of a row to `take`; where there is none, nothing.
#[inline]
pub(super) fn id_of<R>(record: &Record<'_>, shape: &SimpleShape, take: impl FnOnce(&[u8]) -> R) -> Option<R> {
    let cell = record.value(shape.id?);
    let id = cell.trim_ascii();
    if !is_plain_id(id) {
        return odd(record, shape).map(|id| take(id.as_bytes()));
    }
    if shape.id_folds && id.iter().any(u8::is_ascii_uppercase) {
        return Some(take(&id.to_ascii_lowercase()));
    }
    Some(take(id))
}

#[cold]
fn odd(record: &Record<'_>, shape: &SimpleShape) -> Option<String> {
    shape.meaning.id(record)
}
