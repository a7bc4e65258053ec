//! What the words of a column mean: each is asked once.

use usher_connect::csv::told::Word;

/// Most different words of one column that are remembered. More make it no column of words.
const WORDS: usize = 64;

/// What the words of one column mean, each asked once, how often each came, and on which line first.
#[derive(Debug)]
pub(super) struct Words<T> {
    known: Vec<Known<T>>,
    last: usize,
}

#[derive(Debug)]
struct Known<T> {
    tag: Tag,
    word: Box<[u8]>,
    means: T,
    count: u64,
    line: u64,
}

/// A word of up to sixteen bytes, as two numbers and its length: it is told from others without a look at its bytes one by one.
type Tag = (usize, u64, u64);

#[inline]
fn tag(word: &[u8]) -> Tag {
    let few = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
    let (first, last) = match (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (word.first_chunk::<4>(), word.last_chunk::<4>()) {
            (Some(first), Some(last)) => (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last))),
            _ => (few(word), 0),
        },
    };
    (word.len(), first, last)
}

impl<T> Known<T> {
    #[inline]
    fn is(&self, tag: Tag, word: &[u8]) -> bool {
        self.tag == tag && (tag.0 <= 16 || self.word.as_ref() == word)
    }
}

/// A word's place among those of its column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize);

impl<T: Copy> Words<T> {
    pub(super) fn new() -> Self {
        Words { known: Vec::new(), last: 0 }
    }

    /// What this word means, and its place, to be counted if the row turns out to be one; `ask` says it the first time.
    #[inline]
    pub(super) fn mean(&mut self, word: &[u8], ask: impl FnOnce(&str) -> T) -> (T, Place) {
        let tag = tag(word);
        if let Some(known) = self.known.get(self.last)
            && known.is(tag, word)
        {
            return (known.means, Place(self.last));
        }
        if let Some(at) = self.known.iter().position(|known| known.is(tag, word))
            && let Some(known) = self.known.get(at)
        {
            self.last = at;
            return (known.means, Place(at));
        }
        self.learn(word, ask)
    }

    #[cold]
    fn learn(&mut self, word: &[u8], ask: impl FnOnce(&str) -> T) -> (T, Place) {
        let means = ask(&String::from_utf8_lossy(word));
        if self.known.len() >= WORDS {
            return (means, Place(WORDS));
        }
        self.known.push(Known { tag: tag(word), word: word.into(), means, count: 0, line: 0 });
        (means, Place(self.known.len() - 1))
    }

    /// A row with this word is one. False: there are more words than are counted.
    #[inline]
    pub(super) fn count(&mut self, Place(at): Place, line: u64) -> bool {
        let Some(known) = self.known.get_mut(at) else { return false };
        if known.count == 0 {
            known.line = line;
        }
        known.count += 1;
        true
    }

    /// The words that came, in the order of the words.
    pub(super) fn counted(self) -> Vec<Word> {
        let came = self.known.into_iter().filter(|known| known.count > 0);
        let mut words: Vec<_> =
            came.map(|k| Word { text: String::from_utf8_lossy(&k.word).into_owned(), count: k.count, line: k.line }).collect();
        words.sort_by(|a, b| a.text.cmp(&b.text));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_whatever_their_length() {
        let all =
            ["", "a", "b", "ab", "ba", "active", "active ", "actives", "suspended", "deactivated", "a word of 16 by", "a word of 16 byt"];
        let long = ["a word of more than 16 bytes", "a word of mare than 16 bytes"];
        let mut words = Words::new();
        for round in 0..3 {
            for (i, word) in all.iter().chain(&long).enumerate() {
                let (means, place) = words.mean(word.as_bytes(), |_| i);
                assert_eq!(means, i, "{word}");
                assert!(words.count(place, round * 100 + i as u64));
            }
        }
        let counted = words.counted();
        assert_eq!(counted.len(), all.len() + long.len());
        assert!(counted.iter().all(|word| word.count == 3 && word.line < 100), "{counted:?}");
    }

    #[test]
    fn more_words_than_a_column_of_words_has_are_not_counted() {
        let mut words = Words::new();
        for i in 0..WORDS + 1 {
            let (_, place) = words.mean(format!("word {i}").as_bytes(), |_| ());
            assert_eq!(words.count(place, 1), i < WORDS);
        }
    }
}
