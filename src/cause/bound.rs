//! Binds causes to a year: conditions and substituted values in the typed form that the engine evaluates.

use super::families::{CauseFamily, families};
use super::file::{Case, Cause, CauseError, causes};
use crate::counting::CountingRules;
use crate::facets::{SupposedParameter, SupposedRecords, Supposition};
use crate::layout::{FieldId, Layout, registry};
use crate::rule::{CellRef, Expr, CellForm, KeyPart, Num, RuleError, Stand, Stands, TextExpr, condition, key};

/// A cause with what it supposes in a year.
#[derive(Clone, Debug)]
pub struct BoundCause {
    /// The cause.
    pub cause: &'static Cause,
    /// What is supposed.
    pub hypothesis: Hypothesis,
    /// What the official files must show first.
    pub evidence: Option<Evidence>,
    /// Whether an earlier download makes it superfluous.
    pub is_for_want_of_earlier: bool,
    /// Whether it sees a record as the causes before it left it.
    pub sees_earlier: bool,
}

/// What a cause supposes.
#[derive(Clone, Debug)]
pub enum Hypothesis {
    /// The state has seen other values.
    Suppose(Supposition),
    /// Records that repeat an earlier one do not count.
    Repeats {
        /// What names a student and test.
        key: Vec<TextExpr>,
        /// Records that repeat one by this key are left to another cause.
        but_not: Vec<TextExpr>,
    },
    /// The state took something from an earlier download.
    Earlier(Aspect),
    /// The files lack whole schools.
    AbsentSchools,
    /// Records count that only the file by enrolled LEA has.
    EnrolledAlone,
}

/// What the state took from an earlier download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// Results that are invalidated now.
    Invalidated,
    /// Scores and levels of results scored now and then.
    Rescored,
    /// That a test was not taken then.
    TestedSince,
    /// Student groups.
    Groups,
    /// School and grade.
    Place,
    /// That the record was not there.
    New,
    /// That the record was there.
    Gone,
}

/// What the official files must show of a school before something is supposed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// It is of this type there.
    OfficialType(u8),
}

/// The causes that suppose something in the year of the counting rules, in the order of their steps.
///
/// # Errors
/// A mistake in a shipped file; a test makes sure that there is none.
pub fn bound_causes(counting: &CountingRules) -> Result<Vec<BoundCause>, Box<CauseError>> {
    let all =
        causes().map_err(|error| Box::new(CauseError { path: error.path.clone(), message: error.message.clone() }))?;
    let mut bound = Vec::new();
    for cause in all {
        for case in cause.cases.iter().filter(|case| case.years.contains(counting.year)) {
            bound.push(CaseBinding { cause, case, counting }.bound()?);
        }
    }
    Ok(bound)
}

/// One case on its way to being bound.
struct CaseBinding<'a> {
    cause: &'static Cause,
    case: &'a Case,
    counting: &'a CountingRules,
}

type Bind<T> = Result<T, Box<CauseError>>;

impl CaseBinding<'_> {
    fn bound(&self) -> Bind<BoundCause> {
        let hypothesis = self.hypothesis()?;
        let is_of_fields = matches!(&hypothesis, Hypothesis::Suppose(one) if one.counts && one.groups.is_empty());
        Ok(BoundCause {
            cause: self.cause,
            hypothesis,
            sees_earlier: is_of_fields && self.family()?.sees_earlier,
            evidence: self.evidence()?,
            is_for_want_of_earlier: self.case.unless.as_deref() == Some("earlier"),
        })
    }

    fn family(&self) -> Bind<CauseFamily> {
        let name = self.cause.family.as_str();
        families().find(|family| family.id == name).ok_or_else(|| self.wrong(format!("unknown family {name}")))
    }

    fn hypothesis(&self) -> Bind<Hypothesis> {
        let case = self.case;
        if let Some(aspect) = &case.earlier {
            return Ok(Hypothesis::Earlier(self.aspect(aspect)?));
        }
        if case.only_in.as_deref() == Some("enrolled-view") {
            return Ok(Hypothesis::EnrolledAlone);
        }
        if case.absent.is_some() {
            return Ok(Hypothesis::AbsentSchools);
        }
        if !case.repeats.is_empty() {
            return Ok(Hypothesis::Repeats { key: self.cells(&case.repeats)?, but_not: self.cells(&case.but_not)? });
        }
        Ok(Hypothesis::Suppose(Supposition {
            when: case.when.as_ref().map_or(Ok(Expr::Const(true)), |when| self.condition(when))?,
            sees: self.sees()?,
            groups: self.groups()?,
            counts: case.counts,
            parameter: self.parameter()?,
            records: SupposedRecords::Changed,
        }))
    }

    fn wrong(&self, message: impl Into<String>) -> Box<CauseError> {
        Box::new(CauseError { path: self.cause.path.clone(), message: message.into() })
    }

    fn mistake(&self, error: &RuleError) -> Box<CauseError> {
        self.wrong(error.to_string())
    }

    /// The layout years of the case: its codes may be of any of them.
    fn layout_years(&self) -> Vec<u16> {
        registry().years().filter(|year| self.case.years.contains(*year)).collect()
    }

    fn condition(&self, text: &str) -> Bind<Expr> {
        condition(&self.cause.path, text, self.counting.year, &self.layout_years())
            .map_err(|error| self.mistake(&error))
    }

    fn key(&self, text: &str) -> Bind<KeyPart> {
        key(&self.cause.path, text, self.counting.year, &self.layout_years()).map_err(|error| self.mistake(&error))
    }

    fn layout(&self) -> Bind<&'static Layout> {
        registry().layout(self.counting.year).ok_or_else(|| self.wrong("there is no layout of the year"))
    }

    fn field(&self, name: &str) -> Bind<FieldId> {
        let layout = self.layout()?;
        let field = registry().id(name).filter(|field| layout.field(*field).is_some());
        field.ok_or_else(|| self.wrong(format!("{} has no field {name}", self.counting.year)))
    }

    fn cells(&self, names: &[String]) -> Bind<Vec<TextExpr>> {
        let cell = |name: &String| Ok(TextExpr::Cell(CellRef { field: self.field(name)?, form: CellForm::Value }));
        names.iter().map(cell).collect()
    }

    fn sees(&self) -> Bind<Stands> {
        let mut stands = Stands::new();
        for (name, text) in &self.case.sees {
            let fixed = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let stand = match fixed {
                Some(value) => Stand::Fixed(value.to_owned()),
                None => Stand::Field(self.field(text)?),
            };
            stands.insert(self.field(name)?, stand);
        }
        Ok(stands)
    }

    fn groups(&self) -> Bind<Vec<(usize, Expr)>> {
        let mut groups = Vec::new();
        for (id, condition) in &self.case.groups {
            let id: u16 = id.parse().map_err(|_| self.wrong(format!("{id} is no number of a student group")))?;
            // A group that the year lacks is not counted in it.
            if let Some(place) = self.counting.groups.iter().position(|group| group.id == id) {
                groups.push((place, self.condition(condition)?));
            }
        }
        Ok(groups)
    }

    fn parameter(&self) -> Bind<SupposedParameter> {
        match (&self.case.as_of, &self.case.each) {
            (Some(day), _) => Ok(SupposedParameter::Day(self.day(day)?)),
            (None, Some(text)) => match self.key(text)? {
                KeyPart::Text(text) => Ok(SupposedParameter::Text(text)),
                _ => Err(self.wrong(format!("{text} is no text"))),
            },
            (None, None) => Ok(SupposedParameter::None),
        }
    }

    /// A day, as the rule language writes it: a date field, the latest of several.
    fn day(&self, text: &str) -> Bind<Num> {
        match self.condition(&format!("{text} is known"))? {
            Expr::Known(day) => Ok(day),
            _ => Err(self.wrong(format!("{text} is no day"))),
        }
    }

    fn evidence(&self) -> Bind<Option<Evidence>> {
        let Some(text) = &self.case.evidence else { return Ok(None) };
        let kind = text.strip_prefix("official-type-").and_then(|kind| kind.parse().ok());
        kind.map(|kind| Some(Evidence::OfficialType(kind)))
            .ok_or_else(|| self.wrong(format!("unknown evidence {text}")))
    }

    fn aspect(&self, text: &str) -> Bind<Aspect> {
        Ok(match text {
            "invalidated" => Aspect::Invalidated,
            "rescored" => Aspect::Rescored,
            "tested-since" => Aspect::TestedSince,
            "groups" => Aspect::Groups,
            "place" => Aspect::Place,
            "new" => Aspect::New,
            "gone" => Aspect::Gone,
            _ => return Err(self.wrong(format!("nothing called {text} is taken from an earlier download"))),
        })
    }
}
