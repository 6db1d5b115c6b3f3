//! Bech32 (BIP 173), in which age writes its keys: 32 bytes with a name before and a checksum behind.

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        GENERATORS.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |sum, (_, g)| sum ^ g)
    })
}

fn expanded(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes().map(|b| b >> 5).chain([0]).chain(name.bytes().map(|b| b & 31))
}

/// Regroups bits; `None` when bits that are left over are not zero.
fn regroup(data: &[u8], from: u32, to: u32, pad: bool) -> Option<Vec<u8>> {
    let (mut held, mut bits, mut out) = (0u32, 0, Vec::new());
    for value in data {
        held = (held << from | u32::from(*value)) & 0xffff;
        bits += from;
        while bits >= to {
            bits -= to;
            out.push(u8::try_from(held >> bits & ((1 << to) - 1)).ok()?);
        }
    }
    let rest = held & ((1 << bits) - 1);
    if pad && bits > 0 {
        out.push(u8::try_from(rest << (to - bits)).ok()?);
    } else if !pad && (bits >= from || rest != 0) {
        return None;
    }
    Some(out)
}

/// 32 bytes under a name.
pub(super) fn encode(name: &str, bytes: &[u8; 32]) -> String {
    let data = regroup(bytes, 8, 5, true).unwrap_or_default();
    let sum = polymod(expanded(name).chain(data.iter().copied()).chain([0; 6])) ^ 1;
    let check = (0..6u32).map(|n| (sum >> (5 * (5 - n)) & 31) as u8);
    let letters = data.iter().copied().chain(check).filter_map(|v| LETTERS.get(usize::from(v)));
    format!("{name}1{}", letters.map(|l| char::from(*l)).collect::<String>())
}

/// The 32 bytes of a text in lower case under this name.
pub(super) fn decode(name: &str, text: &str) -> Option<[u8; 32]> {
    let data = text.strip_prefix(name)?.strip_prefix('1')?;
    let values: Option<Vec<u8>> = data
        .bytes()
        .map(|b| LETTERS.iter().position(|l| *l == b).and_then(|v| u8::try_from(v).ok()))
        .collect();
    let values = values?;
    if values.len() < 6 || polymod(expanded(name).chain(values.iter().copied())) != 1 {
        return None;
    }
    regroup(values.get(..values.len() - 6)?, 5, 8, false)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn a_key_reads_back_and_one_wrong_letter_is_noticed() {
        let bytes: [u8; 32] = std::array::from_fn(|n| n as u8 * 7);
        let text = encode("age", &bytes);
        assert_eq!(decode("age", &text), Some(bytes));
        for at in 4..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[at] = if wrong[at] == b'q' { b'p' } else { b'q' };
            assert_eq!(decode("age", std::str::from_utf8(&wrong).unwrap()), None);
        }
    }
}
