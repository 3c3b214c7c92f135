//! Passes over files whose content is that of an earlier one: a file named twice, a copy, an archive
//! or a gzip file next to what was unpacked from it. Read twice, everything in them would count twice.

use std::collections::HashMap;
use std::path::PathBuf;

use super::candidate::{FileCandidate, Length};
use super::list::Listing;
use super::options::Limits;
use super::stream::hash_stream;

impl Listing {
    /// Takes the copies out of the files. Only files that may have the same length are compared.
    pub(super) fn drop_copies(&mut self, limits: Limits) {
        if self.files.len() < 2 {
            return;
        }
        let mut seen = SeenFiles { alike: HashMap::new(), hashes: HashMap::new(), limits };
        for file in std::mem::take(&mut self.files) {
            let likenesses = likenesses(&file);
            match seen.original(&file, &likenesses, &self.files) {
                Some(name) => self.skip(file.name(), &format!("it holds the same as {name}")),
                None => {
                    for likeness in likenesses {
                        seen.alike.entry(likeness).or_default().push(self.files.len());
                    }
                    self.files.push(file);
                }
            }
        }
    }
}

/// What two files with the same content have in common, known without reading them.
#[derive(PartialEq, Eq, Hash)]
enum Likeness {
    /// The last 32 bits of the length of their content: more a gzip file does not tell.
    Length(u32),
    /// Their name without `.gz`. A gzip file put together from several tells the length of the last.
    Name(PathBuf),
}

/// None where a file has no content, or is in any case to be read.
fn likenesses(file: &FileCandidate) -> Vec<Likeness> {
    let name = |path: PathBuf| file.member().is_none().then_some(Likeness::Name(path));
    match file.content_length() {
        None | Some(Length::Known(0)) => Vec::new(),
        Some(Length::Known(length)) => {
            // The cut is meant: only so much of the length is compared.
            let low = Likeness::Length((length & u64::from(u32::MAX)) as u32);
            name(file.path().to_owned()).into_iter().chain([low]).collect()
        }
        Some(Length::Gzip(low)) => {
            name(file.path().with_extension("")).into_iter().chain([Likeness::Length(low)]).collect()
        }
    }
}

/// The files that are kept, by their places in the list.
struct SeenFiles {
    alike: HashMap<Likeness, Vec<usize>>,
    /// The hash of the content of those for which it was needed; `None` where it cannot be read.
    hashes: HashMap<usize, Option<String>>,
    limits: Limits,
}

impl SeenFiles {
    /// The name of the kept file with the same content. What cannot be read is no copy.
    fn original(&mut self, file: &FileCandidate, likenesses: &[Likeness], kept: &[FileCandidate]) -> Option<String> {
        let mut alike: Vec<usize> =
            likenesses.iter().filter_map(|likeness| self.alike.get(likeness)).flatten().copied().collect();
        alike.sort_unstable();
        alike.dedup();
        if let Some(same) = alike.iter().find(|place| kept[**place].is_at_the_place_of(file)) {
            return Some(kept[*same].name());
        }
        let own = if alike.is_empty() { None } else { content_hash(file, self.limits) }?;
        let limits = self.limits;
        let mut hash = |place: usize| {
            self.hashes.entry(place).or_insert_with(|| content_hash(&kept[place], limits)).as_ref() == Some(&own)
        };
        alike.into_iter().find(|place| hash(*place)).map(|place| kept[place].name())
    }
}

fn content_hash(file: &FileCandidate, limits: Limits) -> Option<String> {
    let (mut stream, _) = file.stream(limits).ok()?;
    hash_stream(&mut stream).ok()
}
