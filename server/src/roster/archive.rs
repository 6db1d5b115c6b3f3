//! What is inside a ZIP archive, unpacked under a limit: its own word on its size is not believed.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::Limits;

/// What the archive is.
pub(super) enum Content {
    /// An Excel workbook.
    Workbook,
    /// OneRoster files by name.
    OneRoster(BTreeMap<String, Vec<u8>>),
}

const BROKEN: &str = "The archive is broken or was cut off. Send it again.";

pub(super) fn open(bytes: &[u8], limits: Limits) -> Result<Content, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN.to_owned())?;
    if archive.len() > 2000 {
        return Err("The archive holds too many files to be a roster.".to_owned());
    }
    let workbook = archive.index_for_name("[Content_Types].xml").is_some();
    let mut left = limits.unpacked;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|_| BROKEN.to_owned())?;
        let path = file.name().map_err(|_| BROKEN.to_owned())?;
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        drop(path);
        let mut unpacked = Vec::new();
        // A workbook is only measured here, file by file; its reader unpacks it again.
        file.take(left + 1).read_to_end(&mut unpacked).map_err(|_| BROKEN.to_owned())?;
        left = left.checked_sub(unpacked.len() as u64).ok_or_else(|| {
            format!("The archive unpacks to more than {} MiB. Split it by school.", limits.unpacked >> 20)
        })?;
        if !workbook && name.ends_with(".csv") {
            files.insert(name, unpacked);
        }
    }
    if workbook {
        Ok(Content::Workbook)
    } else if files.contains_key("users.csv") {
        Ok(Content::OneRoster(files))
    } else {
        Err("The archive holds neither a workbook nor OneRoster files (there is no users.csv).".to_owned())
    }
}
