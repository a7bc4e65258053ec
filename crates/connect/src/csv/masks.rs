//! Sixty-four bytes at a time into bit masks: where the quotes, cell ends and line breaks stand (speed.md §2.3).

use wide::u8x16;

/// Bytes that one look takes in.
pub(super) const BLOCK: usize = 64;

/// What one block holds, bit `i` for byte `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    /// Quotes.
    pub(super) quotes: u64,
    /// Delimiters and line breaks.
    pub(super) ends: u64,
    /// Line feeds and carriage returns.
    pub(super) breaks: u64,
    /// Whether a NUL byte is among them.
    pub(super) nul: bool,
}

/// The bytes that are looked for, each spread over a vector.
#[derive(Debug, Clone)]
pub(super) struct Needles {
    quote: u8x16,
    delimiter: u8x16,
    feed: u8x16,
    carriage: u8x16,
    nul: u8x16,
}

impl Needles {
    pub(super) fn new(delimiter: u8) -> Self {
        let spread = |byte: u8| u8x16::new([byte; 16]);
        Needles { quote: spread(b'"'), delimiter: spread(delimiter), feed: spread(b'\n'), carriage: spread(b'\r'), nul: spread(0) }
    }

    /// The masks of one block.
    #[inline(always)]
    pub(super) fn look(&self, block: &[u8; BLOCK]) -> Masks {
        let (lanes, _) = block.as_chunks::<16>();
        let mut masks = Masks { quotes: 0, ends: 0, breaks: 0, nul: false };
        let mut nul = u8x16::new([0; 16]);
        for (i, lane) in lanes.iter().enumerate() {
            let bytes = u8x16::new(*lane);
            let breaks = bytes.simd_eq(self.feed) | bytes.simd_eq(self.carriage);
            nul |= bytes.simd_eq(self.nul);
            masks.quotes |= u64::from(bytes.simd_eq(self.quote).to_bitmask()) << (16 * i);
            masks.breaks |= u64::from(breaks.to_bitmask()) << (16 * i);
            masks.ends |= u64::from((bytes.simd_eq(self.delimiter) | breaks).to_bitmask()) << (16 * i);
        }
        masks.nul = nul.to_bitmask() != 0;
        masks
    }
}

/// Bit `i` is the parity of bits `0..=i`: set from each opening quote up to, without, its closing one.
#[inline(always)]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plainly(block: &[u8; BLOCK], wanted: &[u8]) -> u64 {
        block.iter().enumerate().filter(|(_, byte)| wanted.contains(byte)).fold(0, |mask, (i, _)| mask | 1 << i)
    }

    proptest! {
        #[test]
        fn masks_are_what_a_plain_loop_finds(bytes in prop::collection::vec(prop::sample::select(b"\",;\r\n\0ab\xc3\xff".to_vec()), BLOCK)) {
            let block: [u8; BLOCK] = bytes.try_into().unwrap();
            let masks = Needles::new(b';').look(&block);
            prop_assert_eq!(masks.quotes, plainly(&block, b"\""));
            prop_assert_eq!(masks.breaks, plainly(&block, b"\r\n"));
            prop_assert_eq!(masks.ends, plainly(&block, b"\r\n;"));
            prop_assert_eq!(masks.nul, block.contains(&0));
        }

        #[test]
        fn prefix_xor_is_the_running_parity(bits: u64) {
            let inside = prefix_xor(bits);
            for i in 0..64 {
                prop_assert_eq!(inside >> i & 1, u64::from((bits << (63 - i)).count_ones() & 1));
            }
        }
    }
}
