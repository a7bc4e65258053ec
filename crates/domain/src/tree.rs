//! The Merkle tree over the log (RFC 6962 §2.1, RFC 9162 §2.1): leaf `SHA-256(0x00 ‖ line)`, node `SHA-256(0x01 ‖ left ‖ right)`,
//! split at the largest power of two below the size.

use sha2::{Digest as _, Sha256};

/// A hash in the tree.
pub type Hash = [u8; 32];

/// The hash of a leaf: a line of the log without its LF.
pub fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of the tree: enough to append and to give the root, without the leaves.
///
/// It holds one hash for each full subtree, the largest first: one for each bit that is set in the size. Appending is
/// O(log n) at most, O(1) on average; the root is O(log n).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    full: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a line of the log, without its LF.
    pub fn append(&mut self, line: &[u8]) {
        let mut hash = leaf(line);
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.full.pop() {
                hash = node(&left, &hash);
            }
        }
        self.full.push(hash);
        self.size += 1;
    }

    /// The root. That of the empty tree is the hash of nothing; usher never signs it.
    pub fn root(&self) -> Hash {
        let mut from_right = self.full.iter().rev();
        match from_right.next() {
            None => Sha256::digest(b"").into(),
            Some(last) => from_right.fold(*last, |right, left| node(left, &right)),
        }
    }

    /// As a store keeps it: the size (8 bytes, big endian), then the hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        out.extend(self.full.iter().flatten());
        out
    }

    /// Reads [`Frontier::to_bytes`]; `None` if it is not that.
    pub fn from_bytes(bytes: &[u8]) -> Option<Frontier> {
        let (size, hashes) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (full, rest) = hashes.as_chunks::<32>();
        let whole = rest.is_empty() && full.len() == size.count_ones() as usize;
        whole.then(|| Frontier { size, full: full.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The definition of RFC 6962 §2.1, word for word: slow and obviously right.
    fn by_definition(lines: &[Vec<u8>]) -> Hash {
        match lines {
            [] => Sha256::digest(b"").into(),
            [one] => leaf(one),
            more => {
                let split = more.len().next_power_of_two() / 2;
                node(&by_definition(&more[..split]), &by_definition(&more[split..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_vectors() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests_data/evidence_vectors/tree.json");
        let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let leaves: Vec<&str> = vectors["leaves"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
        assert_eq!(crate::digest::hex(&leaf(leaves[0].as_bytes())), vectors["leaf_hash_0"].as_str().unwrap());
        let roots = vectors["roots"].as_array().unwrap();
        assert_eq!(roots.len(), 10);
        let mut tree = Frontier::new();
        for (size, root) in roots.iter().enumerate() {
            assert_eq!((tree.size(), STANDARD.encode(tree.root()).as_str()), (size as u64, root["root"].as_str().unwrap()));
            if let Some(line) = leaves.get(size) {
                tree.append(line.as_bytes());
            }
        }
    }

    proptest! {
        #[test]
        fn appending_gives_the_root_of_the_definition(lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..8), 0..80)) {
            let mut tree = Frontier::new();
            for line in &lines {
                tree.append(line);
                let kept = Frontier::from_bytes(&tree.to_bytes());
                prop_assert_eq!(kept.as_ref(), Some(&tree), "what a store keeps is the same tree");
            }
            prop_assert_eq!(tree.root(), by_definition(&lines));
            prop_assert_eq!(tree.full.len(), (lines.len() as u64).count_ones() as usize);
        }

        #[test]
        fn other_bytes_are_no_tree(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(tree) = Frontier::from_bytes(&bytes) {
                prop_assert_eq!(tree.to_bytes(), bytes);
            }
        }
    }
}
