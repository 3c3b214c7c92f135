//! Passes over files whose content is that of an earlier one: a file named twice, a copy, an archive
//! beside what was unpacked from it. Read twice, everything in them would count twice.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::list::Listing;
use super::options::Limits;
use super::stream::hash_stream;

impl Listing {
    /// Takes the copies out of the files. Only files of the same length are compared.
    pub(super) fn drop_copies(&mut self, limits: Limits) {
        let mut of_length: HashMap<u64, Vec<Seen>> = HashMap::new();
        for file in std::mem::take(&mut self.files) {
            let Some(length) = file.content_length().filter(|length| *length > 0) else {
                self.files.push(file);
                continue;
            };
            let seen = of_length.entry(length).or_default();
            match copied(&file, seen, &self.files, limits) {
                Some(name) => self.skip(file.name(), &format!("it holds the same as {name}")),
                None => {
                    seen.push(Seen { place: self.files.len(), hash: None });
                    self.files.push(file);
                }
            }
        }
    }
}

/// A file that is kept, and the hash of its content once it was needed.
struct Seen {
    place: usize,
    hash: Option<String>,
}

/// The name of the kept file with the same content. What cannot be read is no copy.
fn copied(file: &Candidate, seen: &mut [Seen], kept: &[Candidate], limits: Limits) -> Option<String> {
    if let Some(same) = seen.iter().find(|one| kept[one.place].is_at_the_place_of(file)) {
        return Some(kept[same.place].name());
    }
    let own = if seen.is_empty() { None } else { content_hash(file, limits) }?;
    for one in seen {
        if one.hash.is_none() {
            one.hash = content_hash(&kept[one.place], limits);
        }
        if one.hash.as_ref() == Some(&own) {
            return Some(kept[one.place].name());
        }
    }
    None
}

fn content_hash(file: &Candidate, limits: Limits) -> Option<String> {
    let (mut stream, _) = file.stream(limits).ok()?;
    hash_stream(&mut stream).ok()
}
