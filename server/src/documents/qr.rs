//! A QR code as one path, for pages and for documents.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as the standard asks for.
const QUIET: usize = 4;

/// The side of a code in modules, with the quiet zone, and the path of its dark ones. `None` for a text too long.
///
/// Correction level Q: a quarter of the code may be stained.
pub fn path(text: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        while column < width {
            let run = modules.iter().skip(column).take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", column + QUIET, row + QUIET));
            }
            column += run.max(1);
        }
    }
    Some((width + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::path;

    /// A sheet as a copier gives it: grey on grey, 2.5 cm at 300 dpi, every module drawn from the path.
    fn decode(text: &str) -> String {
        let (side, path) = path(text).unwrap();
        let mut dark = vec![false; side * side];
        for run in path.split('M').filter(|run| !run.is_empty()) {
            let numbers: Vec<usize> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            let (column, row, length) = (numbers[0], numbers[1], numbers[2]);
            dark[row * side + column..row * side + column + length].fill(true);
        }
        let pixels = 295;
        let mut sheet = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, |x, y| {
            let (column, row) = (x * side / pixels, y * side / pixels);
            // Grain of the paper, the same each time.
            let grain = ((x * 7 + y * 13) % 23) as u8;
            if dark[row * side + column] { 60 + grain } else { 215 + grain }
        });
        let grids = sheet.detect_grids();
        assert_eq!(grids.len(), 1, "one code on the sheet");
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_printed_code_is_read_at_two_and_a_half_centimetres_in_grey_a_05() {
        for text in [
            "https://check-in.example.org/c/7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "http://127.0.0.1:3000/c/00000000000000000000000001",
            "https://a-rather-long-name-of-a-district.schools.example.org/c/3N8QW2Y7KDJ4M5X6R9T0ABCDEF",
        ] {
            assert_eq!(decode(text), text);
        }
    }

    #[test]
    fn a_text_that_no_code_holds_is_none() {
        assert_eq!(path(&"x".repeat(5000)), None);
    }
}
