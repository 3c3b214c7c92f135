//! Links that a terminal makes clickable, to files that exist on this machine.

use std::path::Path;

/// The address of a file, if there is one.
pub fn file_url(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok().filter(|path| path.exists())?;
    let text = path.to_str()?.replace('\\', "/");
    let mut url = "file://".to_owned();
    if !text.starts_with('/') {
        url.push('/');
    }
    for byte in text.bytes() {
        // What is left out could end the escape sequence or be read as something else.
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url += &format!("%{byte:02X}");
        }
    }
    Some(url)
}

/// A text as a link.
pub fn linked(text: &str, url: &str) -> String {
    format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_exist_have_an_address_and_it_is_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b\u{1b}]8;;x\u{7}ñ.csv");
        assert_eq!(file_url(&path), None);
        std::fs::write(&path, "").unwrap();
        let url = file_url(&path).unwrap();
        assert!(url.starts_with("file:///") && url.ends_with("/a%20b%1B%5D8%3B%3Bx%07%C3%B1.csv"), "{url}");
        assert_eq!(linked("a", "file:///a"), "\u{1b}]8;;file:///a\u{1b}\\a\u{1b}]8;;\u{1b}\\");
    }
}
