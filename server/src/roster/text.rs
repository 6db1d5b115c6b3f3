//! From bytes to text: the encoding is found, never asked for, and named, so that a wrong guess is seen.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The text and the encoding's name.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, &'static str), String> {
    let encoding = find(bytes);
    let (text, used, broken) = encoding.decode(bytes);
    if broken {
        return Err(format!(
            "The file looks like {} but holds bytes that are no letters in it. Save it as UTF-8.",
            used.name()
        ));
    }
    if text.contains('\0') {
        return Err("This is no text file and no spreadsheet that can be read.".to_owned());
    }
    // GBK is a part of GB18030: one name for both.
    Ok((text.into_owned(), if used.name() == "GBK" { GB18030.name() } else { used.name() }))
}

fn find(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        return UTF_8;
    }
    // Spreadsheets write UTF-16 without a mark too: then every other byte of the ASCII separators is nought.
    let start = &bytes[..bytes.len().min(4096)];
    let noughts = |odd: usize| start.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (noughts(0), noughts(1));
    if (even + odd) * 8 > start.len() && even != odd {
        return if odd > even { UTF_16LE } else { UTF_16BE };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Allow);
    if guess.name() == "GBK" { GB18030 } else { guess }
}
