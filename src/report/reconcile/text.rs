//! The reconciliation for people: a verdict, the causes, the ladders of differing figures, what is
//! left over, and what these files cannot tell.

use std::collections::BTreeMap;
use std::io::{self, Write};

use owo_colors::OwoColorize;

use super::subject::{FigureDetail, ReconcileReport};
use super::words::{figure, measure_words, title};
use crate::cause::Cause;
use crate::counting::entity_type_name;
use crate::layout::registry;
use crate::official::{ALL_GRADES, ALL_STUDENTS, Measure};
use crate::privacy::text::{fit, neutralise, width as columns_of};
use crate::reconcile::{CauseEvidence, CauseFound, ComparedFigure, CellFilter, CdsCode, NotCheckable, Reconciliation, FigureStatus, With, is_count};
use crate::report::Style;
use crate::rule::read::show_day;
use crate::number::{grouped, plural};

/// Writes a reconciliation for people.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, report: &ReconcileReport<'_>, style: &Style) -> io::Result<()> {
    let reconciliation = report.reconciliation;
    let mut page = ReconcilePage { out, all: reconciliation, filter: &report.filter, style };
    match &report.detail {
        FigureDetail::Ladders(samples) => page.whole(*samples),
        FigureDetail::Cell(name) => match name.find(reconciliation) {
            Ok(cell) => page.one(&cell),
            Err(error) => page.line(&error.to_string()),
        },
    }
}

/// Where text stands in a step: the amount, and what follows.
const AMOUNT: usize = 9;
/// Records that a figure by itself shows of a step.
const LINES: usize = 40;

struct ReconcilePage<'a> {
    out: &'a mut dyn Write,
    all: &'a Reconciliation,
    filter: &'a CellFilter,
    style: &'a Style,
}

impl ReconcilePage<'_> {
    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    fn title(&mut self, text: &str) -> io::Result<()> {
        self.line("")?;
        self.line(&text.style(self.style.strong()).to_string())
    }

    /// A text in lines, the first after a start, the others under it.
    fn wrapped(&mut self, start: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(columns_of(start));
        let options = textwrap::Options::new(self.style.width).initial_indent(start).subsequent_indent(&indent);
        for line in textwrap::wrap(text, options) {
            self.line(&line)?;
        }
        Ok(())
    }

    fn whole(&mut self, samples: usize) -> io::Result<()> {
        self.verdict()?;
        self.head()?;
        self.causes()?;
        self.ladders(FigureStatus::Explained, "Explained", samples)?;
        self.ladders(FigureStatus::PartlyExplained, "Explained in part", samples)?;
        self.ladders(FigureStatus::Unexplained, "Unexplained", samples)?;
        self.residues(samples)?;
        self.possible()?;
        self.not_checkable(samples)
    }

    fn verdict(&mut self) -> io::Result<()> {
        let tally = self.all.tally();
        self.not_known()?;
        if tally.compared() + tally.hidden == 0 {
            let open = plural(tally.not_checkable, "cell");
            return self.line(&format!("nothing can be compared: {open} that these files cannot show"));
        }
        let verdict = format!(
            "{} of {} agree, {} explained{}, {} unexplained",
            grouped(tally.equal),
            plural(tally.compared(), "cell"),
            grouped(tally.explained),
            in_part(tally.partly),
            grouped(tally.unexplained),
        );
        let paint = if tally.unexplained + tally.partly == 0 { self.style.good() } else { self.style.bad() };
        self.line(&verdict.style(paint).to_string())?;
        let aside = format!(
            "plus {} suppressed but consistent, {} that these files cannot show",
            grouped(tally.hidden),
            grouped(tally.not_checkable)
        );
        self.line(&aside)?;
        self.unreadable()
    }

    /// What cannot be read in the score files, so that figures are not known.
    fn not_known(&mut self) -> io::Result<()> {
        let all = self.all;
        if all.not_known.is_empty() {
            return Ok(());
        }
        let head = "INCOMPLETE: figures are not known, because the score files cannot be read whole:";
        self.line(&head.style(self.style.bad()).to_string())?;
        for words in &all.not_known {
            self.wrapped("  ", &neutralise(words))?;
        }
        self.wrapped("  ", "scorelint check FILE names the cells")?;
        self.line("")
    }

    /// What cannot be read in the official files, file by file.
    fn unreadable(&mut self) -> io::Result<()> {
        let all = self.all;
        for file in all.officials.iter().filter(|file| !file.unreadable.is_nothing()) {
            let one = &file.unreadable;
            let mut parts = Vec::new();
            if let Some((line, measure, shown)) = &one.first {
                let figures = plural(one.figures, "figure");
                let what = measure_words(*measure);
                parts.push(format!("{figures} cannot be read, the first in line {line}: {what} “{shown}”"));
            }
            if one.rows > 0 {
                parts.push(format!("{} cannot be read", plural(one.rows, "row")));
            }
            let name = neutralise(&file.name);
            self.wrapped("", &format!("not all is compared: of {name} {}", parts.join("; ")))?;
        }
        Ok(())
    }

    fn head(&mut self) -> io::Result<()> {
        self.title(&format!("Administration {}", registry().title(self.all.year)))?;
        if let Some(notice) = registry().notice(self.all.year) {
            self.wrapped("  note      ", &notice)?;
        }
        for (lea, why) in &self.all.leas {
            let code: Option<CdsCode> = lea.as_bytes().try_into().ok();
            let name = code.map_or_else(|| lea.clone(), |code| self.all.name_of(&code));
            self.wrapped("  of        ", &format!("{} ({lea}): {why}", neutralise(&name)))?;
        }
        for file in &self.all.inputs {
            let name = neutralise(&file.info.path.display().to_string()).into_owned();
            let kind = if file.is_earlier { "earlier" } else { file.info.view.as_str() };
            let member =
                file.info.member.as_ref().map_or_else(String::new, |member| format!(": {}", neutralise(member)));
            self.wrapped(
                "  file      ",
                &format!("{kind}, {}: {name}{member}", plural(u64::from(file.records), "record")),
            )?;
        }
        self.copies()?;
        if self.all.is_of_enrolled_alone() {
            let text = "official numbers count students where they were tested; the file by enrolled LEA lacks \
                        those who are enrolled elsewhere: compare the file by tested LEA";
            self.wrapped("  note      ", text)?;
        }
        for official in self.all.officials.iter().filter(|official| official.rows > 0) {
            let text = format!(
                "{}, {}: {}",
                official.program,
                plural(official.rows as u64, "row"),
                neutralise(&official.name)
            );
            self.wrapped("  official  ", &text)?;
        }
        Ok(())
    }

    /// Which of several downloads counts for the results that both have.
    fn copies(&mut self) -> io::Result<()> {
        let all = self.all;
        let name = |place: usize| {
            let file = all.inputs.get(place).and_then(|file| file.info.path.file_name());
            file.map_or_else(String::new, |name| neutralise(&name.to_string_lossy()).into_owned())
        };
        for one in &all.copies {
            let newer = if one.newer == one.results {
                "which are newer".to_owned()
            } else {
                format!("{} of them newer", grouped(one.newer))
            };
            let text = format!(
                "{} stand in both {} and {}: those of the first count, {newer}. If the other is an older download, \
                 give it after --earlier, and what has changed since becomes visible",
                plural(one.results, "result"),
                name(one.counted),
                name(one.other)
            );
            self.wrapped("  copies    ", &text)?;
        }
        Ok(())
    }

    fn causes(&mut self) -> io::Result<()> {
        if self.all.causes.is_empty() {
            return Ok(());
        }
        self.title("Causes, by how much they explain")?;
        let mut ranked: Vec<&CauseFound> = self.all.causes.iter().collect();
        ranked.sort_by_key(|cause| cause.rank);
        for found in ranked {
            let assumed = if found.is_assumed { ", assumed" } else { "" };
            self.wrapped(&format!("{:>3}  ", found.rank), &self.title_of(found.cause, &found.with))?;
            if let Some(note) = found.note {
                self.wrapped("     ", &format!("{} ({}): {note}", found.cause.id, found.cause.certainty().as_str()))?;
                continue;
            }
            let records = if found.records.is_empty() {
                "no record in these files".to_owned()
            } else {
                plural(found.records.len() as u64, "record")
            };
            let facts = format!(
                "{} ({}{assumed}): {records}, {}",
                found.cause.id,
                found.cause.certainty().as_str(),
                plural(found.cells, "figure")
            );
            self.wrapped("     ", &facts)?;
            let until =
                if found.cause.until.is_empty() { String::new() } else { format!("; until {}", found.cause.until) };
            self.wrapped("     who: ", &format!("{}{until}", found.cause.who))?;
            if let Some(evidence) = &found.evidence {
                self.wrapped("     evidence: ", &evidence_words(evidence))?;
            }
            if found.broken > 0 {
                let text =
                    format!(
                        "with it {} agree that do not without, {} the other way round",
                        grouped(u64::from(found.mended)),
                        grouped(u64::from(found.broken))
                    );
                self.wrapped("     ", &text)?;
            }
            for (cause, with) in &found.tied_with {
                self.wrapped("     explains as much: ", &format!("{} ({})", self.title_of(cause, with), cause.id))?;
            }
        }
        Ok(())
    }

    fn ladders(&mut self, status: FigureStatus, heading: &str, samples: usize) -> io::Result<()> {
        let all = self.all;
        let here = || all.cells.iter().filter(|cell| cell.status == status && self.filter.has(cell));
        let count = here().count();
        if count == 0 {
            return Ok(());
        }
        let first = if samples < count { of_different_places(here(), samples) } else { in_order(here()) };
        let limit = if first.len() < count {
            let shown = grouped(first.len() as u64);
            format!(": {shown} of {}, --all shows every one", plural(count as u64, "figure"))
        } else {
            format!(": {}", plural(count as u64, "figure"))
        };
        self.title(&format!("{heading}{limit}"))?;
        for cell in &first {
            self.line("")?;
            self.ladder(cell)?;
        }
        Ok(())
    }

    /// What a cause is, with the names of schools and the range of days.
    fn title_of(&self, cause: &Cause, with: &With) -> String {
        match with {
            With::Text(codes) => cause.title.replace("{parameter}", &self.schools(codes)),
            With::After(day, last) if last > day => {
                let range = format!("{} to {}", show_day(i64::from(*day)), show_day(i64::from(*last)));
                cause.title.replace("{parameter}", &range)
            }
            _ => title(cause, with),
        }
    }

    /// Schools by name and code.
    fn schools(&self, codes: &str) -> String {
        let named = codes.split(", ").map(|text| {
            let code: Option<CdsCode> = text.as_bytes().try_into().ok();
            let name = code.map(|code| self.all.name_of(&code)).filter(|name| name != text);
            name.map_or_else(|| neutralise(text).into_owned(), |name| format!("{} ({text})", neutralise(&name)))
        });
        named.collect::<Vec<_>>().join(", ")
    }

    fn name(&self, cell: &ComparedFigure<'_>) -> String {
        let code = String::from_utf8_lossy(&cell.code).into_owned();
        if cell.code[..7] == cell.code[7..] {
            return "District Level Program".to_owned();
        }
        let name = self.all.name_of(&cell.code);
        if name == code {
            format!("{} {code}", entity_type_name(cell.entity_type)).trim().to_owned()
        } else {
            neutralise(&name).into_owned()
        }
    }

    fn test(&self, test: u16) -> String {
        let known = self.all.counting.tests.iter().find(|one| one.id == test);
        known.map_or_else(|| format!("test {test}"), |one| one.short.clone())
    }

    fn grade(&self, grade: u8) -> String {
        let known = self.all.counting.grades.iter().find(|row| row.code == grade);
        known.map_or_else(|| format!("grade {grade}"), |row| row.name.clone())
    }

    /// `Example Unified · ELA · grade 5 · all students · tested`.
    fn heading(&self, cell: &ComparedFigure<'_>) -> String {
        let counting = &self.all.counting;
        let (test, grade) = (self.test(cell.test), self.grade(cell.grade));
        let group = match cell.group {
            ALL_STUDENTS => "all students".to_owned(),
            id => counting
                .groups
                .iter()
                .find(|group| group.id == id)
                .map_or_else(|| format!("group {id}"), |group| group.label.clone()),
        };
        [self.name(cell), test, grade, group, measure_words(cell.measure)].join(" · ")
    }

    fn ladder(&mut self, cell: &ComparedFigure<'_>) -> io::Result<()> {
        let heading = self.heading(cell);
        for line in textwrap::wrap(&heading, self.style.width) {
            self.line(&line)?;
        }
        let ours = cell.ours.map_or_else(|| "-".to_owned(), |ours| figure(cell.measure, ours));
        let counted = if is_count(cell.measure) { "records counted from the file" } else { "worked out from the file" };
        self.rung(&ours, counted, "", "")?;
        for step in cell.steps.iter() {
            let Some(found) = self.all.causes.get(step.cause) else { continue };
            let sign = if step.amount > 0 { "+" } else { "" };
            let about = if step.is_bounded { "about " } else { "" };
            let records =
                if step.records.is_empty() { String::new() } else { plural(step.records.len() as u64, "record") };
            let amount = format!("{sign}{}", figure(cell.measure, step.amount));
            let text = format!("{about}{}", self.title_of(found.cause, &found.with));
            self.rung(&amount, &text, found.cause.certainty().as_str(), &records)?;
        }
        if cell.unexplained != 0 {
            let sign = if cell.unexplained > 0 { "+" } else { "" };
            self.rung(&format!("{sign}{}", figure(cell.measure, cell.unexplained)), "unexplained", "", "")?;
        }
        let official = neutralise(&cell.official.shown()).into_owned();
        let how = if cell.official.is_hidden() { "official, hidden" } else { "official" };
        self.rung(&official, how, "", "")
    }

    /// One line of a ladder: amount, words, certainty and records.
    fn rung(&mut self, amount: &str, text: &str, certainty: &str, records: &str) -> io::Result<()> {
        let end = if certainty.is_empty() { String::new() } else { format!("{certainty:<11} {records:>14}") };
        let room = self.style.width.saturating_sub(AMOUNT + 2 + if end.is_empty() { 0 } else { columns_of(&end) + 2 });
        let lines = textwrap::wrap(text, room.max(20));
        for (place, line) in lines.iter().enumerate() {
            let start = if place == 0 { format!("{amount:>AMOUNT$}  ") } else { " ".repeat(AMOUNT + 2) };
            let gap = " ".repeat(room.saturating_sub(columns_of(line)) + 2);
            let last = if place == 0 && !end.is_empty() { format!("{gap}{end}") } else { String::new() };
            self.line(&format!("{start}{line}{last}"))?;
        }
        Ok(())
    }

    fn residues(&mut self, samples: usize) -> io::Result<()> {
        if self.all.residues.is_empty() {
            return Ok(());
        }
        self.title("Where the unexplained lies")?;
        let mut rows = 0;
        let mut last = None;
        for residue in &self.all.residues {
            let Some(cell) = self.all.cells.get(residue.cell) else { continue };
            // Figures of a row have the same students: one of them says it, unless all are wanted.
            let row = (cell.code, cell.test, cell.grade, cell.group);
            if rows == samples || samples < usize::MAX && last == Some(row) {
                continue;
            }
            last = Some(row);
            rows += 1;
            let sign = if residue.amount > 0 { "+" } else { "" };
            let groups = match residue.groups.as_slice() {
                [] => String::new(),
                groups => format!("; all of it in the groups {}", listed(groups)),
            };
            let text = format!("{}{groups}", self.heading(&cell));
            let amount = format!("{sign}{}", figure(cell.measure, residue.amount));
            self.wrapped(&format!("{amount:>AMOUNT$}  "), &text)?;
        }
        if self.all.residues.len() > rows {
            self.line(&format!("           and {} more", grouped((self.all.residues.len() - rows) as u64)))?;
        }
        Ok(())
    }

    /// Causes that could stand behind the rest, and what would tell them apart.
    fn possible(&mut self) -> io::Result<()> {
        if self.all.possible.is_empty() {
            return Ok(());
        }
        self.title("What could stand behind it: the figures are too few, or too unclear, to say")?;
        for one in &self.all.possible {
            self.wrapped("- ", &format!("{} ({})", self.title_of(one.cause, &one.with), one.cause.id))?;
            let records = plural(one.records as u64, "record");
            self.wrapped("  ", &format!("could move {records}; evidence {}", evidence_words(&one.evidence)))?;
            if let Some(row) = &one.look_up {
                let place = neutralise(&self.all.name_of(&row.code)).into_owned();
                let row_name = [place, self.test(row.test), self.grade(row.grade)].join(" · ");
                let text = format!("{row_name} ({} of them)", grouped(row.records as u64));
                self.wrapped("  look up next: ", &text)?;
            }
        }
        Ok(())
    }

    /// Reasons that these files cannot tell of: those that the rest speaks for, then those with most figures.
    fn not_checkable(&mut self, samples: usize) -> io::Result<()> {
        const MOST: usize = 3;
        let most = if samples == usize::MAX { samples } else { MOST };
        let all = self.all;
        let pattern = |id: &str| all.patterns.iter().find(|one| one.id == id);
        let mut ranked: Vec<_> = all.not_checkable.iter().collect();
        ranked.sort_by_key(|one| pattern(one.id).is_none());
        let is_named = |one: &&NotCheckable| samples == usize::MAX || one.cells > 0 || pattern(one.id).is_some();
        let named: Vec<_> = ranked.into_iter().filter(is_named).take(most).collect();
        self.title("What these files cannot tell")?;
        for one in &named {
            let cells = if one.cells > 0 { format!(" ({})", plural(one.cells, "figure")) } else { String::new() };
            self.wrapped("- ", &format!("{}{cells}", one.words))?;
            if let Some(pattern) = pattern(one.id) {
                let text = format!("{} of {} fit", grouped(pattern.fits), plural(pattern.of, "row"));
                self.wrapped("  the pattern of the rest speaks for it: ", &text)?;
            }
            if !one.decided_by.is_empty() {
                self.wrapped("  would tell: ", &one.decided_by)?;
            }
        }
        let rest = self.all.not_checkable.len() - named.len();
        if rest > 0 {
            let text = format!(
                "and {}; --all lists them",
                plural(rest as u64, "more reason")
            );
            self.wrapped("- ", &text)?;
        }
        Ok(())
    }

    /// One figure with all its records.
    fn one(&mut self, cell: &ComparedFigure<'_>) -> io::Result<()> {
        self.ladder(cell)?;
        self.line("")?;
        self.line(&format!("           {}", cell.status.as_str()))?;
        if let FigureStatus::NotCheckable(reason) = cell.status
            && let Some(one) = self.all.not_checkable.iter().find(|one| one.id == reason)
        {
            self.wrapped("           ", &format!("{}; would tell: {}", one.words, one.decided_by))?;
        }
        for step in cell.steps.iter() {
            let Some(cause) = self.all.causes.get(step.cause) else { continue };
            self.title(&self.title_of(cause.cause, &cause.with))?;
            self.records(step.records)?;
        }
        Ok(())
    }

    fn records(&mut self, records: &[u32]) -> io::Result<()> {
        let mut places: Vec<_> = records.iter().filter_map(|record| self.all.records.get(*record as usize)).collect();
        places.sort_unstable();
        for place in places.iter().take(LINES) {
            let path =
                self.all.inputs.get(place.input).map(|file| file.info.path.display().to_string()).unwrap_or_default();
            let line = format!("  {}:{}", neutralise(&path), place.line);
            self.line(&line)?;
        }
        if places.len() > LINES {
            self.line(&format!("  and {} more; --format json lists them all", grouped((places.len() - LINES) as u64)))?;
        }
        Ok(())
    }
}

/// Figures in the order in which they are shown.
fn in_order<'a>(cells: impl Iterator<Item = ComparedFigure<'a>>) -> Vec<ComparedFigure<'a>> {
    let mut all: Vec<ComparedFigure<'_>> = cells.collect();
    all.sort_by_key(prominence);
    all
}

/// So many figures, of as many entities as there are: of each row one, of each entity its first row, then its second.
fn of_different_places<'a>(
    cells: impl Iterator<Item = ComparedFigure<'a>>,
    samples: usize,
) -> Vec<ComparedFigure<'a>> {
    let mut rows: BTreeMap<(CdsCode, u16, u8, bool), ComparedFigure<'_>> = BTreeMap::new();
    for cell in cells {
        let row = rows.entry((cell.code, cell.test, cell.grade, cell.group == ALL_STUDENTS)).or_insert(cell);
        if prominence(&cell) < prominence(row) {
            *row = cell;
        }
    }
    let mut seen: BTreeMap<CdsCode, usize> = BTreeMap::new();
    let mut ordered: Vec<(usize, ComparedFigure<'_>)> = Vec::new();
    for cell in in_order(rows.into_values()) {
        let turn = seen.entry(cell.code).or_default();
        ordered.push((*turn, cell));
        *turn += 1;
    }
    ordered.sort_by_key(|(turn, _)| *turn);
    ordered.into_iter().take(samples).map(|(_, cell)| cell).collect()
}

/// What decides which figures are shown first.
type Prominence = (u8, bool, bool, u16, bool, u8, CdsCode, u16, Measure);

/// Districts before schools, all students before groups, counts before shares, all grades first.
fn prominence(cell: &ComparedFigure<'_>) -> Prominence {
    let rank = match cell.entity_type {
        6 => 0,
        9 => 1,
        7 | 10 => 2,
        _ => 3,
    };
    let is_group = cell.group != ALL_STUDENTS;
    let is_grade = cell.grade != ALL_GRADES;
    (rank, is_group, !is_count(cell.measure), cell.test, is_grade, cell.grade, cell.code, cell.group, cell.measure)
}

fn listed(groups: &[u16]) -> String {
    let all: Vec<String> = groups.iter().map(u16::to_string).collect();
    fit(&all.join(", "), 40).into_owned()
}

/// How strong evidence is, the students who count as predicted, and how likely it is by chance.
fn evidence_words(evidence: &CauseEvidence) -> String {
    let chance = match evidence.bits {
        ..=0 => "as likely by chance".to_owned(),
        bits @ 1..20 => format!("by chance once in {}", grouped(1 << bits)),
        _ => "by chance less than once in a million".to_owned(),
    };
    format!(
        "{}; {} counted as predicted, {} against; {chance}",
        evidence.strength().words(),
        plural(evidence.moved_right, "student"),
        grouped(evidence.moved_wrong)
    )
}

/// How many figures causes explain in part, where there are any.
fn in_part(figures: u64) -> String {
    if figures == 0 { String::new() } else { format!(", {} in part", grouped(figures)) }
}
