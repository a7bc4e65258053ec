//! Checksums beside rows, so that a flipped bit or an edit by hand is named instead of believed. Not a seal: evidence is
//! sealed by its log (docs/adr/0010).

/// The first 8 bytes of BLAKE3 over the parts, each with its length in front.
pub(crate) fn sum(parts: &[&[u8]]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    i64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_part_ends_counts() {
        assert_eq!(sum(&[b"ab", b"c"]), sum(&[b"ab", b"c"]));
        assert_ne!(sum(&[b"ab", b"c"]), sum(&[b"a", b"bc"]));
        assert_ne!(sum(&[b"ab"]), sum(&[b"ab", b""]));
    }
}
