//! A small seeded generator, so that the same seed makes the same company on every machine and in every version.

/// SplitMix64 (Steele, Lea, Flood 2014). Good enough to invent people; never for keys.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A stream of its own for each purpose: what one part draws never shifts what another part gets.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
        for byte in purpose.bytes() {
            state = mix(state ^ u64::from(byte)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        }
        Rng(state)
    }

    /// A stream for one member of a purpose, independent of how many others there are.
    pub(crate) fn member(seed: u64, purpose: &str, member: u64) -> Self {
        let Rng(state) = Rng::new(seed, purpose);
        Rng(mix(state ^ member.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `bound - 1`; 0 where `bound` is 0. The bias is under 2⁻³² for the bounds used here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        (u128::from(self.next()).wrapping_mul(u128::from(bound)) >> 64) as u64
    }

    /// True in `share` of 1,000 draws.
    pub(crate) fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of `all`; `None` only for an empty list.
    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len() as u64) as usize)
    }

    /// So many lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.below(16) as usize])).collect()
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_stream() {
        // Reference values of SplitMix64 for state 0, as the algorithm's own C code prints them.
        let mut rng = Rng(0);
        assert_eq!([rng.next(), rng.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn streams_of_different_purposes_differ_and_bounds_hold() {
        assert_ne!(Rng::new(7, "people").next(), Rng::new(7, "seats").next());
        assert_ne!(Rng::member(7, "seats", 1).next(), Rng::member(7, "seats", 2).next());
        let mut rng = Rng::new(1, "bounds");
        assert!((0..1000).all(|_| rng.below(7) < 7));
        assert_eq!(rng.below(0), 0);
    }
}
