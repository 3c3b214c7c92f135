//! All rules of a run: the shipped ones, those of the user's folders, and the changes that later
//! files make to earlier ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::layout::registry;

use super::bind;
use super::error::{RuleMistake, RuleError, RuleErrors, closest};
use crate::spanned::SourceText;
use super::example::ReadExtent;
use super::file::{self, Loaded, RuleFile};
use super::fold;
use super::idle;
use super::implied;
use super::ir::Instance;
use super::model::{Rule, Severity};
use crate::parallel::{both, each, scratches};
use crate::years::Years;

/// The shipped rule files with their paths in the project.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/checks.rs"));

/// A set of rules, in the order of their codes.
pub struct RuleSet {
    loaded: Vec<Loaded>,
    places: FxHashMap<String, usize>,
}

impl RuleSet {
    /// The shipped rules.
    ///
    /// # Errors
    /// Mistakes in the rule files; a test makes sure that there are none.
    pub fn embedded() -> Result<Self, RuleErrors> {
        Self::build(whole_or_not(embedded_sources(), ReadExtent::Whole))
    }

    /// The shipped rules and those of folders. Later folders may amend earlier rules.
    ///
    /// # Errors
    /// Every mistake in the files, conditions of the folders' rules included.
    pub fn with_dirs(folders: &[PathBuf]) -> Result<Self, RuleErrors> {
        Self::with_folders(folders, ReadExtent::Whole)
    }

    /// As [`RuleSet::with_dirs`], for a run: the examples of shipped rules are left out. Tests read
    /// them; a run would only wait for them.
    ///
    /// # Errors
    /// As for [`RuleSet::with_dirs`].
    pub fn for_run(folders: &[PathBuf]) -> Result<Self, RuleErrors> {
        Self::with_folders(folders, ReadExtent::WithoutExamples)
    }

    fn with_folders(folders: &[PathBuf], shipped: ReadExtent) -> Result<Self, RuleErrors> {
        let mut sources = whole_or_not(embedded_sources(), shipped);
        sources.extend(whole_or_not(folder_sources(folders)?, ReadExtent::Whole));
        let set = Self::build(sources)?;
        let own = |loaded: &&Loaded| !EMBEDDED.iter().any(|(name, _)| *name == loaded.rule.path);
        let mut mistakes: Vec<RuleError> =
            set.loaded.iter().filter(own).flat_map(|loaded| set.mistakes(loaded)).collect();
        if !folders.is_empty() {
            mistakes.extend(implied::mistakes(&set.loaded));
        }
        if mistakes.is_empty() { Ok(set) } else { Err(RuleErrors(mistakes)) }
    }

    /// The rules of folders alone.
    ///
    /// # Errors
    /// Mistakes in front matter and examples; [`RuleSet::check`] looks at the conditions.
    pub fn only(folders: &[PathBuf]) -> Result<Self, RuleErrors> {
        Self::build(whole_or_not(folder_sources(folders)?, ReadExtent::Whole))
    }

    /// Whether a path is a rule file, or a folder with one.
    pub fn has_files(path: &Path) -> bool {
        rule_files(path).iter().any(Result::is_ok)
    }

    /// The rules of texts, each with the name to show for it.
    ///
    /// # Errors
    /// As for [`RuleSet::only`].
    pub fn of_texts(texts: Vec<SourceText>) -> Result<Self, RuleErrors> {
        Self::build(whole_or_not(texts, ReadExtent::Whole))
    }

    fn build(sources: Vec<RuleText>) -> Result<Self, RuleErrors> {
        let mut set = Self { loaded: Vec::with_capacity(sources.len()), places: FxHashMap::default() };
        let (mut mistakes, mut amendments, mut taken) = (Vec::new(), Vec::new(), FxHashMap::default());
        for read in read_all(sources) {
            match read {
                Ok(RuleFile::Rule(loaded)) => mistakes.extend(set.add(*loaded, &mut taken)),
                Ok(RuleFile::Amendment { target, change }) => amendments.push((target, change)),
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        for (target, change) in amendments {
            let Some(place) = set.places.get(&target.text) else {
                let codes = set.places.keys().map(String::as_str);
                let mistake =
                    RuleMistake::new(0..target.text.len(), format!("there is no rule `{}`", target.text), "unknown");
                let help = super::error::did_you_mean(&target.text, codes);
                mistakes.push(*target.error(RuleMistake { help, ..mistake }));
                continue;
            };
            set.loaded[*place].change(change);
        }
        if !mistakes.is_empty() {
            return Err(RuleErrors(mistakes));
        }
        set.loaded.sort_by(|a, b| a.rule.code.cmp(&b.rule.code));
        set.places = (0..).zip(&set.loaded).map(|(place, loaded)| (loaded.rule.code.clone(), place)).collect();
        Ok(set)
    }

    /// Adds a rule unless another has its code or its name. `taken` holds both of all rules so far.
    fn add(&mut self, loaded: Loaded, taken: &mut FxHashMap<String, usize>) -> Option<RuleError> {
        let twin = |word: &str| taken.get(word).and_then(|place| self.loaded.get(*place));
        let by_code = twin(&loaded.rule.code).map(|twin| ("code", twin));
        if let Some((what, twin)) = by_code.or_else(|| twin(&loaded.rule.name).map(|twin| ("name", twin))) {
            let message = format!("the {what} of `{}` is taken already, by {}", loaded.rule.code, twin.rule.path);
            let mistake = RuleMistake::new(0..loaded.code.text.len(), message, "used twice");
            return Some(
                *loaded.code.error(mistake.help("give it another one, or write `amends` to change that rule")),
            );
        }
        taken.insert(loaded.rule.code.clone(), self.loaded.len());
        taken.insert(loaded.rule.name.clone(), self.loaded.len());
        self.places.insert(loaded.rule.code.clone(), self.loaded.len());
        self.loaded.push(loaded);
        None
    }

    /// The rules, by code.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> + Clone + '_ {
        self.loaded.iter().map(|loaded| &loaded.rule)
    }

    /// A rule by its code or name, without regard to case.
    pub fn find(&self, wanted: &str) -> Option<&Rule> {
        let fits = |rule: &&Rule| rule.code.eq_ignore_ascii_case(wanted) || rule.name.eq_ignore_ascii_case(wanted);
        self.rules().find(fits)
    }

    /// The code or name that is most like the text.
    pub fn suggest(&self, wanted: &str) -> Option<&str> {
        let names = self.rules().flat_map(|rule| [rule.code.as_str(), rule.name.as_str()]);
        closest(wanted, names)
    }

    fn loaded(&self, rule: &Rule) -> Option<&Loaded> {
        self.places.get(&rule.code).and_then(|place| self.loaded.get(*place))
    }

    /// The checks that a rule comes to in a layout year; none outside its years, in years that
    /// lack its fields, and for file rules.
    ///
    /// # Errors
    /// The first mistake in its conditions.
    pub fn bind(&self, rule: &Rule, layout_year: u16) -> Result<Vec<Instance>, Box<RuleError>> {
        let (Some(loaded), Some(layout)) = (self.loaded(rule), registry().layout(layout_year)) else {
            return Ok(Vec::new());
        };
        if !rule.years.contains(layout_year) {
            return Ok(Vec::new());
        }
        // Codes were checked when the rules were loaded or, for shipped rules, by a test; to look
        // at them again would mean to read the layouts of all years.
        bind::bind(&loaded.parts(layout.year()), layout, &[])
    }

    /// The checks of many rules, in their order, bound on several threads; none for `None`.
    ///
    /// # Errors
    /// As for [`RuleSet::bind`].
    pub fn bind_each(
        &self,
        rules: &[Option<&Rule>],
        layout_year: u16,
        threads: usize,
    ) -> Result<Vec<Vec<Instance>>, Box<RuleError>> {
        // Some rules cost a hundred times what others do, so each thread takes what is next.
        let scratches = scratches(threads.clamp(1, 4), || ());
        let bound = each(rules, &scratches, |rule, ()| rule.map_or_else(|| Ok(Vec::new()), |rule| self.bind(rule, layout_year)));
        bound.into_iter().collect()
    }

    /// The weight of a rule in a layout year: errors about carried value sets drop to warnings.
    pub fn severity(&self, rule: &Rule, layout_year: u16) -> Severity {
        let stated = self.loaded(rule).map_or(rule.severity, |loaded| loaded.severity(layout_year));
        rule.severity_by_tables(stated, layout_year)
    }

    /// The message of a rule in a layout year, placeholders not filled in.
    pub fn message<'a>(&'a self, rule: &'a Rule, layout_year: u16) -> &'a str {
        self.loaded(rule).map_or(&rule.message, |loaded| loaded.message(layout_year))
    }

    /// `each`, `when` and `require` of a rule as written for a year.
    pub fn conditions(&self, rule: &Rule, layout_year: u16) -> Conditions {
        let parts = self.loaded(rule).map(|loaded| loaded.parts(layout_year));
        let text = |piece: Option<super::error::Piece>| piece.map(|piece| piece.text);
        parts.map_or_else(Conditions::default, |parts| Conditions {
            each: text(parts.each),
            when: text(parts.when),
            require: parts.require.text,
            by: Some(parts.by.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(", "))
                .filter(|by| !by.is_empty()),
        })
    }

    /// The conditions of a rule with the years that each holds for, oldest first.
    pub fn conditions_by_years(&self, rule: &Rule) -> Vec<(Years, Conditions)> {
        let mut found: Vec<(Years, Conditions)> = Vec::new();
        for year in registry().years().filter(|year| rule.years.contains(*year)) {
            let conditions = self.conditions(rule, year);
            match found.last_mut() {
                // Two spans are distinguished where the rule pauses.
                Some((years, last)) if *last == conditions => years.extend(year),
                _ => found.push((Years(vec![(year, year)]), conditions)),
            }
        }
        if let Some((years, _)) = found.last_mut()
            && rule.years.contains(u16::MAX)
            && let Some(last) = years.0.last_mut()
        {
            last.1 = u16::MAX;
        }
        found
    }

    /// Everything that is wrong with the conditions of all rules, in every year they are for.
    pub fn check(&self) -> Vec<RuleError> {
        self.loaded.iter().flat_map(|loaded| self.mistakes(loaded)).collect()
    }

    /// Rules that imply rules that are not there, or themselves.
    pub fn check_implied(&self) -> Vec<RuleError> {
        implied::mistakes(&self.loaded)
    }

    fn mistakes(&self, loaded: &Loaded) -> Vec<RuleError> {
        let mut found: Vec<RuleError> = loaded.unsound_sources();
        found.extend(loaded.variants_outside());
        found.extend(mistakes_in_conditions(loaded));
        found
    }

    /// The file text of a rule, for messages about it.
    pub(super) fn source(&self, rule: &Rule) -> Option<Arc<SourceText>> {
        self.loaded(rule).map(|loaded| Arc::clone(&loaded.code.source))
    }
}

/// The conditions of a rule as its file writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The parameter.
    pub each: Option<String>,
    /// Which records it is about.
    pub when: Option<String>,
    /// What must hold.
    pub require: String,
    /// What makes a record of a second file match.
    pub by: Option<String>,
}

impl Conditions {
    /// The parts that are stated, each on one line, with their keys.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let parts = [
            ("match", self.by.as_deref()),
            ("each", self.each.as_deref()),
            ("when", self.when.as_deref()),
            ("require", Some(self.require.as_str())),
        ];
        parts.into_iter().filter_map(|(key, text)| Some((key, joined(text?)))).collect()
    }
}

/// Binds the rule in every year, and asks whether it and each of its comparisons can ever fire.
fn mistakes_in_conditions(loaded: &Loaded) -> Vec<RuleError> {
    if loaded.rule.scope.is_built_in() {
        return Vec::new();
    }
    let instances = match in_every_year(loaded) {
        Ok(instances) => instances,
        Err(mistake) => return vec![*mistake],
    };
    let idle = idle::mistakes(loaded);
    if idle.is_empty() {
        return fold::judge(&loaded.parts, &instances).err().into_iter().map(|mistake| *mistake).collect();
    }
    idle
}

fn in_every_year(loaded: &Loaded) -> Result<Vec<Instance>, Box<RuleError>> {
    let mut instances = Vec::new();
    let years = loaded.layout_years();
    for layout in years.iter().filter_map(|year| registry().layout(*year)) {
        instances.extend(bind::bind(&loaded.parts(layout.year()), layout, &years)?);
    }
    if instances.is_empty() {
        let piece = loaded.parts.each.as_ref().unwrap_or(&loaded.code);
        let mistake = RuleMistake::new(0..piece.text.len(), "rule is checked for nothing", "no value in any of its years");
        return Err(piece.error(mistake.help("no layout of these years has the fields it needs")));
    }
    Ok(instances)
}

/// Reads the files on two threads where there are many; the results are in the order of the files.
fn read_all(mut sources: Vec<RuleText>) -> Vec<Result<RuleFile, Box<RuleError>>> {
    const FEW: usize = 40;
    let read = |sources: Vec<RuleText>| -> Vec<_> {
        sources.into_iter().map(|(text, extent)| file::read(Arc::new(text), extent)).collect()
    };
    if sources.len() <= FEW {
        return read(sources);
    }
    let second = sources.split_off(sources.len() / 2);
    let (mut all, second) = both(2, || read(sources), || read(second));
    all.extend(second);
    all
}

/// The text of a rule file, and how much of it is read.
type RuleText = (SourceText, ReadExtent);

fn whole_or_not(texts: Vec<SourceText>, extent: ReadExtent) -> Vec<RuleText> {
    texts.into_iter().map(|text| (text, extent)).collect()
}

fn embedded_sources() -> Vec<SourceText> {
    EMBEDDED.iter().map(|(name, text)| SourceText { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
}

fn folder_sources(folders: &[PathBuf]) -> Result<Vec<SourceText>, RuleErrors> {
    let (mut sources, mut mistakes) = (Vec::new(), Vec::new());
    for path in folders.iter().flat_map(|folder| rule_files(folder)) {
        match path.and_then(|path| read_source(&path)) {
            Ok(source) => sources.push(source),
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    if mistakes.is_empty() { Ok(sources) } else { Err(RuleErrors(mistakes)) }
}

fn rule_files(folder: &Path) -> Vec<Result<PathBuf, Box<RuleError>>> {
    let unreadable = |path: &Path, reason: String| {
        let source = SourceText { name: path.display().to_string(), text: String::new() };
        RuleMistake::new(0..0, format!("rules cannot be read: {reason}"), "here").in_file(&source, 0..0)
    };
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    entries
        .filter_map(|entry| match entry {
            Ok(entry) if entry.file_type().is_file() && is_rule_file(entry.path()) => Some(Ok(entry.into_path())),
            Ok(_) => None,
            Err(error) => Some(Err(unreadable(error.path().unwrap_or(folder), error.to_string()))),
        })
        .collect()
}

fn is_rule_file(path: &Path) -> bool {
    let is_readme = path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"));
    !is_readme && path.extension().is_some_and(|extension| extension == "md")
}

fn read_source(path: &Path) -> Result<SourceText, Box<RuleError>> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(SourceText { name, text }),
        Err(error) => {
            let source = SourceText { name, text: String::new() };
            Err(RuleMistake::new(0..0, format!("rule file cannot be read: {error}"), "here").in_file(&source, 0..0))
        }
    }
}
