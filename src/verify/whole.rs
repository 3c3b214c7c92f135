//! Holds what a reconciliation says of itself, its files, its causes and its sums against the recount.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Figure;
use super::claim::{CauseClaim, Claim, ClaimedSummary};
use super::count::CountKey;
use super::recount::{GivenScoreFile, Recount};
use crate::cause::{BoundCause, Cause, ReasonState, beyond};
use crate::input::hash_file;
use crate::layout::registry;
use crate::official::{Measure, OfficialSet};
use crate::privacy::text::neutralise;
use crate::rule::read::show_day;

/// What is wrong, in words.
type Wrong = Vec<String>;

/// A statement that holds or is wrong.
fn require(wrong: &mut Wrong, holds: bool, words: impl FnOnce() -> String) {
    if !holds {
        wrong.push(words());
    }
}

/// Whether this program, with this knowledge, has written it.
pub(super) fn tool(claim: &Claim) -> Wrong {
    let mut wrong = Vec::new();
    let tool = &claim.tool;
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    require(&mut wrong, tool.name == name && tool.version == version, || {
        format!(
            "it was written by {} {}, this is {name} {version}: verify it with that version",
            tool.name, tool.version
        )
    });
    require(&mut wrong, tool.rules_sha256 == crate::RULES_SHA256, || {
        "it rests on other rules and tables than this program has".to_owned()
    });
    wrong
}

/// The name of a file without its folder.
fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn same_name(claimed: &str, given: &str) -> bool {
    base(claimed) == base(&neutralise(given))
}

/// Whether the files are those of the run: by their contents, where hashes were kept.
pub(super) fn other_files(claim: &Claim, given: &[GivenScoreFile], set: &OfficialSet) -> Wrong {
    let mut wrong = Vec::new();
    let mut compare = |name: &str, claimed: Option<&String>, path: &std::path::Path| {
        let Some(claimed) = claimed else { return };
        if hash_file(path).ok().as_ref() != Some(claimed) {
            wrong.push(format!("{} is another file than {} was", path.display(), neutralise(name)));
        }
    };
    for (claimed, given) in claim.inputs.iter().zip(given) {
        compare(&claimed.path, claimed.sha256.as_ref(), &given.path);
    }
    for (claimed, given) in claim.official.iter().zip(&set.files) {
        compare(&claimed.path, claimed.sha256.as_ref(), &given.path);
    }
    for (claimed, (_, path, _)) in claim.lists.iter().zip(lists(set)) {
        compare(&claimed.path, claimed.sha256.as_ref(), &path);
    }
    wrong
}

/// The lists of a set: what they are, where, and how many entries they have.
fn lists(set: &OfficialSet) -> Vec<(&'static str, std::path::PathBuf, usize)> {
    let entities = set.entities.iter().map(|list| ("entities", list.path.clone(), list.entities.len()));
    let lookups = set.groups.iter().map(|list| ("groups", list)).chain(set.tests.iter().map(|list| ("tests", list)));
    entities.chain(lookups.map(|(kind, list)| (kind, list.path.clone(), list.names.len()))).collect()
}

/// Whether what is said of the score files holds.
pub(super) fn inputs(claim: &Claim, given: &[GivenScoreFile]) -> Wrong {
    let mut wrong = Vec::new();
    require(&mut wrong, claim.inputs.len() == given.len(), || {
        format!("it is about {} score files, {} were given", claim.inputs.len(), given.len())
    });
    for (claimed, given) in claim.inputs.iter().zip(given) {
        let name = neutralise(&claimed.path);
        let member = given.member.as_ref().map(|member| neutralise(member).into_owned());
        let is_same = same_name(&claimed.path, &given.path.display().to_string()) && claimed.member == member;
        require(&mut wrong, is_same, || format!("{} was given in place of {name}", given.path.display()));
        let about = (claimed.view.as_str(), &claimed.lea, claimed.records, claimed.earlier);
        require(&mut wrong, about == (given.view.as_str(), &given.lea, given.records, given.earlier), || {
            format!("view, LEA, records or age of {name} are wrong")
        });
    }
    wrong
}

/// Whether what is said of the official files holds.
pub(super) fn officials(claim: &Claim, set: &OfficialSet) -> Wrong {
    let mut wrong = Vec::new();
    require(&mut wrong, claim.official.len() == set.files.len(), || {
        format!("it is about {} official files, {} were given", claim.official.len(), set.files.len())
    });
    for (claimed, file) in claim.official.iter().zip(&set.files) {
        let name = neutralise(&claimed.path);
        require(&mut wrong, same_name(&claimed.path, &file.name()), || {
            format!("{} was given in place of {name}", file.name())
        });
        let about = (claimed.program.as_str(), claimed.version, claimed.rows, claimed.unreadable_rows);
        require(&mut wrong, about == (file.program, file.version, file.rows.len(), file.trouble_count), || {
            format!("program, version or rows of {name} are wrong")
        });
        require(&mut wrong, file.rows.is_empty() || file.year == claim.year, || {
            format!("{} is of {}", file.name(), file.year)
        });
    }
    let given = lists(set);
    require(&mut wrong, claim.lists.len() == given.len(), || "it was made with other lists".to_owned());
    for (claimed, (kind, path, entries)) in claim.lists.iter().zip(&given) {
        let name = neutralise(&claimed.path);
        let file = claimed.path.split_once(".zip:").map_or(claimed.path.clone(), |(zip, _)| format!("{zip}.zip"));
        let is_same =
            same_name(&file, &path.display().to_string()) || same_name(&claimed.path, &path.display().to_string());
        require(&mut wrong, is_same && claimed.kind == *kind && claimed.entries == *entries, || {
            format!("what is said of the list {name} does not hold")
        });
    }
    wrong
}

impl Recount<'_> {
    /// Whether the districts are those whose files these are, for the reason that is reported.
    pub(super) fn leas(&self, claim: &Claim) -> Wrong {
        let mut wrong = Vec::new();
        let named: BTreeSet<&String> = claim.asked.leas.iter().collect();
        let of_names: BTreeSet<&String> =
            self.given.iter().filter(|file| !file.earlier).filter_map(|file| file.lea.as_ref()).collect();
        let all: u64 = self.by_lea.values().sum();
        let most = self.by_lea.iter().max_by_key(|(_, count)| **count);
        for lea in &claim.leas {
            let code = &lea.lea;
            let why = match () {
                () if !named.is_empty() => named.contains(code).then(|| format!("{code} was named with --lea")),
                () if !of_names.is_empty() => {
                    of_names.contains(code).then(|| format!("a file name starts with {code}"))
                }
                () => most
                    .filter(|(lea, _)| *lea == code)
                    .map(|(_, count)| format!("{count} of {all} records are of {code}")),
            };
            require(&mut wrong, why.as_ref() == Some(&lea.why), || {
                format!("that the files are of {} is not so, or for another reason", neutralise(code))
            });
        }
        let claimed: BTreeSet<&String> = claim.leas.iter().map(|lea| &lea.lea).collect();
        let missing =
            named.iter().chain(of_names.iter().filter(|_| named.is_empty())).find(|lea| !claimed.contains(**lea));
        require(&mut wrong, missing.is_none() && claimed.len() == claim.leas.len() && !claimed.is_empty(), || {
            "a district whose files these are is left out or stands twice".to_owned()
        });
        wrong
    }

    /// Whether the title and what is said of the layout are those of the year.
    pub(super) fn title_told(claim: &Claim) -> Wrong {
        let mut wrong = Vec::new();
        let title = registry().title(claim.year);
        let is_right = claim.title.as_ref().is_none_or(|told| *told == title) && claim.notice == registry().notice(claim.year);
        require(&mut wrong, is_right, || format!("it is of {title}"));
        wrong
    }

    /// Whether the numbers of copies hold.
    pub(super) fn copies_told(&self, claim: &Claim) -> Wrong {
        let mut wrong = Vec::new();
        let claimed: BTreeMap<(usize, usize), (u64, u64)> =
            claim.copies.iter().map(|one| ((one.counted, one.other), (one.results, one.newer))).collect();
        require(&mut wrong, claimed == self.copies && claim.copies.len() == claimed.len(), || {
            "which copies of results count is wrong".to_owned()
        });
        require(&mut wrong, claim.enrolled_alone == self.enrolled_alone, || {
            format!("{} records stand in the enrolled view alone", self.enrolled_alone)
        });
        let own = self.not_known.words().iter().map(|words| neutralise(words).into_owned());
        require(&mut wrong, own.eq(claim.not_known.iter().cloned()), || {
            "what of the score files cannot be read is wrong".to_owned()
        });
        wrong
    }

    /// Whether what is said of the causes holds; `touched` are the figures with a step of each.
    pub(super) fn causes_told(&self, claim: &Claim, known: &[BoundCause], touched: &BTreeMap<usize, u64>) -> Wrong {
        let mut wrong = Vec::new();
        let ranks: BTreeSet<usize> = claim.causes.iter().map(|cause| cause.rank).collect();
        require(&mut wrong, ranks == (1..=claim.causes.len()).collect(), || {
            "the ranks of causes are no order".to_owned()
        });
        for one in &claim.causes {
            let Some(cause) = known.iter().find(|cause| cause.cause.id == one.id).map(|cause| cause.cause) else {
                continue;
            };
            let id = neutralise(&one.id).into_owned();
            require(&mut wrong, self.has_words(one, cause), || format!("what {id} is, is wrong"));
            let is_assumed = claim.asked.assume.iter().any(|asked| asked.split('=').next() == Some(one.id.as_str()));
            require(&mut wrong, one.assumed == is_assumed, || format!("whether {id} was assumed is wrong"));
            let none = BTreeSet::new();
            let own = self.owned.get(&one.rank).unwrap_or(&none);
            let claimed: BTreeSet<_> = one.records.iter().copied().collect();
            require(&mut wrong, claimed == *own && claimed.len() == one.records.len(), || {
                format!("the records of {id} are {}, not those that are reported", own.len())
            });
            let cells = touched.get(&one.rank).copied().unwrap_or_default();
            require(&mut wrong, one.cells == cells, || format!("{cells} figures have a step of {id}"));
        }
        let is_known = |asked: &&String| claim.causes.iter().any(|one| asked.split('=').next() == Some(one.id.as_str()));
        require(&mut wrong, claim.asked.assume.iter().all(|asked| is_known(&asked)), || {
            "a cause that was assumed is left out".to_owned()
        });
        wrong
    }

    /// Whether a cause is reported as its file has it, with the days that give the same records.
    fn has_words(&self, one: &CauseClaim, cause: &Cause) -> bool {
        let parameter = one.parameters.get("as_of").or_else(|| one.parameters.get("school"));
        let title = cause.title.replace("{parameter}", parameter.map_or("…", String::as_str));
        let words = (one.title.as_str(), one.certainty.as_str(), one.who.as_str(), one.until.as_str());
        let is_same = words == (title.as_str(), cause.certainty().as_str(), cause.who.as_str(), cause.until.as_str());
        let latest = one.parameters.get("as_of_latest");
        let first = self.first_days.get(&one.rank).map(|day| show_day(day - 1));
        let has_latest = match (latest, first) {
            (Some(latest), Some(first)) => *latest == first,
            // No record is later: the day is the only one that can be determined.
            (Some(latest), None) => one.parameters.get("as_of") == Some(latest),
            (None, _) => !one.parameters.contains_key("as_of"),
        };
        is_same && one.sources == cause.sources && has_latest
    }
}

/// Whether the sums are those of the figures.
pub(super) fn summary(claim: &Claim, own: ClaimedSummary) -> Wrong {
    let mut wrong = Vec::new();
    require(&mut wrong, claim.summary == own, || {
        format!(
            "the summary is wrong: {} are equal, {} explained, {} partly explained, {} unexplained, {} within suppression, {} not checkable",
            own.equal, own.explained, own.partly_explained, own.unexplained, own.within_suppression, own.not_checkable
        )
    });
    wrong
}

/// Whether what is left over lies where it is reported.
pub(super) fn residues(claim: &Claim, figure: impl Fn(&CountKey, Measure) -> Option<Figure>, unexplained: u64) -> Wrong {
    let mut wrong = Vec::new();
    for one in &claim.unexplained {
        let cell = claim.cells.get(one.cell);
        let holds = cell.is_some_and(|cell| {
            let measure = Measure::ALL.into_iter().find(|measure| measure.id() == cell.measure);
            let of_group = |group: u16| {
                let key = (cell.entity.clone(), cell.test, cell.grade, group);
                measure.and_then(|measure| figure(&key, measure)).map(|own| own.unexplained)
            };
            one.amount != 0
                && of_group(cell.group) == Some(one.amount)
                && one.groups.iter().all(|group| of_group(*group) == Some(one.amount))
        });
        require(&mut wrong, holds, || format!("where {} lie that are unexplained is wrong", one.amount));
    }
    let places: BTreeSet<usize> = claim.unexplained.iter().map(|one| one.cell).collect();
    require(&mut wrong, places.len() == claim.unexplained.len(), || {
        "a figure stands twice among those where the unexplained lies".to_owned()
    });
    let is_whole = claim.filter.is_none();
    require(&mut wrong, !is_whole || unexplained == 0 || !claim.unexplained.is_empty(), || {
        "where the unexplained lies is left out".to_owned()
    });
    wrong
}

/// Whether the reasons why figures cannot be compared are reported, with their numbers.
pub(super) fn open(claim: &Claim, own: &BTreeMap<&'static str, u64>, known: &[BoundCause]) -> Wrong {
    let mut wrong = Vec::new();
    for one in &claim.not_checkable {
        let cells = own.get(one.id.as_str()).copied().unwrap_or_default();
        let by_table = beyond().filter(|row| row.standing == ReasonState::Beyond).any(|row| {
            (row.id, row.words, row.decided_by) == (one.id.as_str(), one.what.as_str(), one.decided_by.as_str())
        });
        let by_cause = known.iter().any(|cause| {
            let words = cause.cause.title.replace("{parameter}", "some day or school");
            let decides = one.decided_by == "an earlier download (--earlier)"
                || one.decided_by.strip_prefix("a file with the column ").is_some_and(is_column);
            cause.cause.id == one.id && words == one.what && decides
        });
        require(&mut wrong, one.cells == cells && (by_table || by_cause), || {
            format!("that {} figures are open for {} is wrong", one.cells, neutralise(&one.id))
        });
    }
    let left_out = own.keys().find(|id| claim.not_checkable.iter().all(|one| one.id != **id));
    require(&mut wrong, left_out.is_none(), || "a reason why figures are open is left out".to_owned());
    wrong
}

fn is_column(title: &str) -> bool {
    crate::layout::registry().fields().any(|(_, info)| info.title == title)
}
