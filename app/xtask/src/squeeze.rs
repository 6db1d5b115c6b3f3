//! Each asset is compressed once, here, and never again by a running server.

use std::io::Write;
use std::path::Path;

use crate::say::{Doing, Result};

/// Fonts and pictures are compressed already.
pub fn worthwhile(path: &Path) -> bool {
    let kinds =
        ["css", "html", "ico", "js", "json", "map", "md", "mjs", "svg", "txt", "wasm", "webmanifest", "xml"];
    path.extension().and_then(|kind| kind.to_str()).is_some_and(|kind| kinds.contains(&kind))
}

pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut squeezed = Vec::new();
    let (buffer, quality, window) = (64 * 1024, 11, 22);
    brotli::CompressorWriter::new(&mut squeezed, buffer, quality, window)
        .write_all(content)
        .doing("brotli")?;
    Ok(squeezed)
}

pub fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).doing("gzip")?;
    encoder.finish().doing("gzip")
}

/// wasm-bindgen's glue without its comments and indentation. It writes each comment on lines of its own and no text
/// over several lines, so whole lines can go.
pub fn script(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut comment = false;
    for line in text.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if !comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        comment &= !line.ends_with("*/");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    #[test]
    fn what_is_squeezed_comes_back_equal_and_smaller() {
        let content = "one answer a screen; ".repeat(500).into_bytes();
        let (br, gz) = (super::brotli(&content).unwrap(), super::gzip(&content).unwrap());
        assert!(br.len() < 200 && gz.len() < 300);
        let mut back = Vec::new();
        brotli::Decompressor::new(br.as_slice(), 4096).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);
        back.clear();
        flate2::read::GzDecoder::new(gz.as_slice()).read_to_end(&mut back).unwrap();
        assert_eq!(back, content);
    }

    #[test]
    fn only_comments_and_indentation_leave_the_glue() {
        let glue = "/* @ts-self-types */\n\n/**\n * Says what.\n */\nexport function a() {\n    // why\n    return `/* not ${1} */`;\n}\n";
        assert_eq!(super::script(glue), "export function a() {\nreturn `/* not ${1} */`;\n}\n");
    }
}
