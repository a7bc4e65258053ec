//! Addresses sixteen bytes at a time: what a cell has in it, and its letters made small.

use wide::u8x16;

/// Longest cell that is looked at in this way.
const MOST: usize = 64;

const LANE: usize = 16;

/// What a cell has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    /// Nothing but letters and digits of ASCII and `- . / _ @`. Else the rest was not looked at.
    pub(super) plain: bool,
    /// How many `@`.
    pub(super) ats: u32,
    /// Whether there is a `-`.
    pub(super) dash: bool,
}

fn all(byte: u8) -> u8x16 {
    u8x16::new([byte; LANE])
}

/// Where the bytes from `first` on stand that are at most `more` above it.
#[inline(always)]
fn range(bytes: u8x16, first: u8, more: u8) -> u8x16 {
    let above = bytes - all(first);
    above.min(all(more)).simd_eq(above)
}

#[inline(always)]
fn letters(bytes: u8x16) -> u8x16 {
    range(bytes | all(0x20), b'a', 25)
}

/// The cell in lanes of sixteen bytes and where each begins; the last two overlap. A shorter cell has blanks of no meaning behind it.
#[inline(always)]
fn lanes(cell: &[u8], mut each: impl FnMut(u8x16, usize)) {
    let Some(last) = cell.len().checked_sub(LANE) else {
        let mut lane = [b'0'; LANE];
        for (to, from) in lane.iter_mut().zip(cell) {
            *to = *from;
        }
        return each(u8x16::new(lane), 0);
    };
    let mut at = 0;
    while at < last {
        if let Some(lane) = cell.get(at..).and_then(|rest| rest.first_chunk()) {
            each(u8x16::new(*lane), at);
        }
        at += LANE;
    }
    if let Some(lane) = cell.last_chunk() {
        each(u8x16::new(*lane), last);
    }
}

/// Looks at a cell.
#[inline]
pub(super) fn look(cell: &[u8]) -> Looks {
    if cell.len() > MOST {
        return Looks { plain: false, ats: 0, dash: false };
    }
    let (mut ats, mut dashes, mut strange) = (0_u64, 0_u32, 0_u32);
    lanes(cell, |bytes, at| {
        let is_at = bytes.simd_eq(all(b'@'));
        let plain = letters(bytes) | range(bytes, b'-', b'9' - b'-') | bytes.simd_eq(all(b'_')) | is_at;
        strange |= !plain.to_bitmask() & 0xffff;
        dashes |= bytes.simd_eq(all(b'-')).to_bitmask();
        ats |= u64::from(is_at.to_bitmask()) << at;
    });
    Looks { plain: strange == 0, ats: ats.count_ones(), dash: dashes != 0 }
}

/// Appends a cell with its letters made small.
#[inline]
pub(super) fn append(cell: &[u8], out: &mut Vec<u8>) {
    let mut small = [0; MOST];
    lanes(cell, |bytes, at| {
        let lower = bytes | (letters(bytes) & all(0x20));
        if let Some(to) = small.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *to = lower.to_array();
        }
    });
    out.extend_from_slice(small.get(..cell.len()).unwrap_or_default());
}
