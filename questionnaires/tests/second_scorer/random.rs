//! A small seeded generator, so that a failure can be repeated.

pub struct Random(u64);

impl Random {
    pub fn seeded(word: &str) -> Self {
        Self(
            word.bytes().fold(0x9E37_79B9_7F4A_7C15, |seed, byte| {
                (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
            }),
        )
    }

    /// Uniform from 0 to `limit` − 1 (SplitMix64).
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}
