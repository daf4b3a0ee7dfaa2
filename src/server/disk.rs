//! How full a disk is, and sizes in words.

use std::path::Path;

/// Less than this is too little to go on working: uploads, imports and the log of the database need some.
pub const LITTLE: u64 = 64 * 1024 * 1024;

/// Bytes that this user may still write on the disk of a folder; `None` where the system does not say.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// A size for people: `3.4 MB`.
pub fn words(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, "bytes");
    for larger in ["kB", "MB", "GB", "TB"] {
        if value < 1_000.0 {
            break;
        }
        (value, unit) = (value / 1_000.0, larger);
    }
    if unit == "bytes" || value >= 100.0 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_unit_that_people_would_use() {
        for (bytes, said) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_500, "1.5 kB"),
            (64_000_000, "64.0 MB"),
            (123_456_789_000, "123 GB"),
        ] {
            assert_eq!(words(bytes), said);
        }
    }

    #[test]
    fn a_disk_that_is_there_says_how_full_it_is() {
        assert!(free_bytes(Path::new(".")).is_some());
        assert_eq!(free_bytes(Path::new("/nothing/here")), None);
    }
}
