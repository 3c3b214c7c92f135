//! Why files could not be reconciled, and what to do about it.

use crate::cause::CauseError;
use crate::input::InputError;
use crate::official::OfficialError;
use crate::rule::RuleError;
use crate::tally::TallyError;

/// Why files could not be reconciled.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ReconcileError {
    /// A score file cannot be found or opened.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// An official file cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Official(#[from] OfficialError),
    /// A score file cannot be counted.
    #[error("{path}: {source}")]
    Count {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: TallyError,
    },
    /// Score files of no or several years.
    #[error("{}", years(.0))]
    #[diagnostic(help("give the score files of one year, and the official files of the same year"))]
    Years(Vec<u16>),
    /// Official files of another year than the score files.
    #[error("the score files are of {year}, but {name} is of {official}")]
    #[diagnostic(help("give official files of {year}"))]
    OfficialYear {
        /// The year of the score files.
        year: u16,
        /// The official file.
        name: String,
        /// Its year.
        official: u16,
    },
    /// The official files hold nothing to compare with.
    #[error("the official files have no results")]
    #[diagnostic(help(
        "give a research file with results, or a table made by scorelint template; entity lists and lookups come on top"
    ))]
    NoResults,
    /// Score files without a record.
    #[error("the score files have no records")]
    #[diagnostic(help("download the student score data file by tested LEA again from TOMS"))]
    NoRecords,
    /// It is not known whose files these are.
    #[error("whose score files these are cannot be determined: no file name and no majority of records names a district")]
    #[diagnostic(help(
        "name the district or charter with --lea, as --lea 58999990000000; several are named one by one"
    ))]
    NoLea,
    /// The official files are of another county or district.
    #[error("the official files have no row of {leas}, whose score files these are: they are of {found}")]
    #[diagnostic(help(
        "give the official files of that county or of the whole state; --lea says whose score files these are"
    ))]
    NoRows {
        /// The districts whose files these are.
        leas: String,
        /// Whose rows they have.
        found: String,
    },
    /// Two official rows of the same that no number fits.
    #[error("the official files contradict each other: {what}: {first} in {first_place}, {second} in {second_place}")]
    #[diagnostic(help(
        "give one of them: of two versions the one with the higher number (_v2) was published later; of two \
         tables of typed numbers, the one with the right number"
    ))]
    Contradictory {
        /// What the figure is.
        what: String,
        /// The figure that comes first, as it is printed.
        first: String,
        /// The file, and the line.
        first_place: String,
        /// The other figure.
        second: String,
        /// The file, and the line.
        second_place: String,
    },
    /// There is no cause of that name.
    #[error("there is no cause {id} in {year}")]
    Cause {
        /// The name given.
        id: String,
        /// The year.
        year: u16,
        /// What the user may have meant.
        #[help]
        help: String,
    },
    /// A cause is to be taken for true and ruled out.
    #[error("{id} is both assumed and ruled out")]
    #[diagnostic(help("leave out --assume or --without"))]
    Contradiction {
        /// The cause.
        id: String,
    },
    /// A cause is assumed with what it does not take.
    #[error("{id} takes {takes}")]
    #[diagnostic(help("scorelint causes {id} tells more"))]
    Parameter {
        /// The cause.
        id: String,
        /// What may stand after its name.
        takes: &'static str,
    },
    /// A shipped file is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Knowledge(#[from] Box<CauseError>),
    /// A shipped table is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rule(#[from] Box<RuleError>),
}

fn years(years: &[u16]) -> String {
    if years.is_empty() {
        return "there is no score file to compare".to_owned();
    }
    let all: Vec<String> = years.iter().map(u16::to_string).collect();
    format!("the score files are of several years: {}", all.join(", "))
}
