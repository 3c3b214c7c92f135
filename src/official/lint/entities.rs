//! Entities: by the list of the year, and by their codes.

use std::collections::HashSet;

use super::judge::{LintFinding, LintCheck};
use super::scene::LintContext;
use crate::official::model::type_of_code;

/// O050: every entity is in the entity list of the year, with the same type.
pub fn listed(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let Some(list) = scene.list else { return };
    let mut seen = HashSet::new();
    for row in scene.file.rows.iter().filter(|row| seen.insert(row.place)) {
        let listed = list.entities.get(&row.place.code);
        let found = |problem: String| LintFinding::of(row).with("problem", problem).with("list", list.path.display());
        match listed {
            None => judge.broke(found("is not in it".to_owned())),
            Some(entity) if entity.entity_type != row.place.entity_type => {
                judge.broke(found(format!(
                    "has type {} there, here type {}",
                    entity.entity_type, row.place.entity_type
                )));
            }
            Some(_) => judge.held(),
        }
    }
}

/// O051: the type of an entity fits its code: the state, counties and districts have no school.
pub fn type_of(scene: &LintContext<'_>, judge: &mut LintCheck) {
    let mut seen = HashSet::new();
    let typed = scene.file.rows.iter().filter(|row| row.place.entity_type != 0);
    for row in typed.filter(|row| seen.insert(row.place)) {
        let stated = row.place.entity_type;
        let fits = match type_of_code(&row.place.code) {
            0 => matches!(stated, 7 | 9 | 10),
            other => stated == other,
        };
        judge.require(fits, || LintFinding::of(row).with("type", stated));
    }
}
