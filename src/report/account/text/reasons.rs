//! What became of the records: reasons, and values that contradict each other.

use std::collections::BTreeSet;
use std::io;

use super::{AccountPage, count, padded, percent};
use crate::account::CubeEntity;
use crate::account::share;

impl<'a> AccountPage<'a> {
    /// Records by reason. Their sum is the number of records read.
    pub(super) fn reasons(&mut self) -> io::Result<()> {
        let account = self.account;
        let rows: Vec<(String, u64)> = if self.filter.entities.is_empty() && self.filter.tests.is_empty() {
            account.reasons().into_iter().map(|(_, reason, records)| (reason.to_owned(), records)).collect()
        } else {
            self.reasons_of_entities()
        };
        let total: u64 = rows.iter().map(|(_, records)| records).sum();
        let is_narrowed = !self.filter.grades.is_empty() || !self.filter.groups.is_empty();
        let scope = if is_narrowed { " (all grades and student groups)" } else { "" };
        self.title(&format!("What became of the records{scope}"))?;
        let counts: Vec<u64> = rows.iter().map(|(_, records)| *records).collect();
        let shown = account.shown_parts(&counts, self.sharing);
        for ((reason, _), shown) in rows.iter().zip(shown).filter(|((_, records), _)| *records > 0) {
            self.reason(reason, shown, total)?;
        }
        let is_part = !self.filter.entities.is_empty() || !self.filter.tests.is_empty();
        if is_part {
            self.total("records in this selection", total)?;
        }
        self.total("records read", account.records())?;
        self.contradictions()
    }

    pub(super) fn total(&mut self, words: &str, records: u64) -> io::Result<()> {
        let shown = count(self.account.shown_count(records, self.sharing));
        self.line(&format!("{}{shown:>10}", padded(words, self.reason_label())))
    }

    pub(super) fn reason_label(&self) -> usize {
        (self.width - 20 - self.bar()).min(72)
    }

    pub(super) fn reason(&mut self, reason: &str, shown: Option<u64>, total: u64) -> io::Result<()> {
        let label = self.reason_label();
        let part = shown.map(|records| share(records, total));
        let (share, bar) = part.map(|part| (percent(part), self.drawn(part))).unwrap_or_default();
        self.wrapped(reason, label, &format!("{:>10}{share:>9} {bar}", count(shown)))
    }

    /// Records by reason of the chosen entities, none counted twice.
    pub(super) fn reasons_of_entities(&self) -> Vec<(String, u64)> {
        let account = self.account;
        let mut rows: Vec<(String, u64)> =
            account.counting.classes.iter().map(|class| (class.reason.clone(), 0)).collect();
        let tops: BTreeSet<CubeEntity> = self.tops().into_iter().collect();
        for (entity, record_type, class, records) in account.cube.classes_by_entity() {
            let test = account.counting.test_of(record_type).map(|test| test.id);
            let of_test = self.filter.tests.is_empty() || test.is_some_and(|test| self.filter.has_test(test));
            if of_test && tops.contains(&entity) {
                rows[class].1 += records;
            }
        }
        rows
    }

    pub(super) fn contradictions(&mut self) -> io::Result<()> {
        let account = self.account;
        let mut rows: Vec<(String, u64)> = Vec::new();
        for (record_type, place, records) in account.cube.contradictions() {
            let test = account.counting.test_of(record_type);
            let wanted = self.filter.tests.is_empty() || test.is_some_and(|test| self.filter.has_test(test.id));
            let Some(one) = account.counting.contradictions.get(place).filter(|_| wanted) else { continue };
            match rows.iter_mut().find(|(words, _)| *words == one.words) {
                Some((_, all)) => *all += records,
                None => rows.push((one.words.clone(), records)),
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        self.title("Values that contradict each other (the include indicator decides; all files)")?;
        for (words, records) in rows {
            let shown = count(account.shown_count(records, self.sharing));
            let label = self.reason_label();
            self.wrapped(&words, label, &format!("{shown:>10}"))?;
        }
        Ok(())
    }
}
