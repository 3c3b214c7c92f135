//! Holds the layering of `docs/ARCHITECTURE.md`: reads the imports of `src` and fails where one leads up or
//! in a circle.

mod imports;

use std::collections::BTreeSet;

use imports::Imports;

/// The layers, the lowest first. A module imports from layers below its own alone.
const LAYERS: &[&[&str]] = &[
    &["knowledge", "years", "number", "parallel", "atomic_file", "spanned"],
    &["table"],
    &["layout"],
    &["finding", "privacy"],
    &["rule"],
    &["input"],
    &["counting", "outcome"],
    &["engine", "official", "settings"],
    &["check", "tally"],
    &["facets", "account"],
    &["cause"],
    &["reconcile"],
    &["verify"],
    &["report", "synth"],
    &["api", "cli"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

#[test]
fn every_module_has_a_layer() {
    let modules = Imports::read().top_modules();
    let known: BTreeSet<&str> = LAYERS.iter().flat_map(|layer| layer.iter().copied()).collect();
    let missing: Vec<&String> = modules.iter().filter(|module| !known.contains(module.as_str())).collect();
    assert!(missing.is_empty(), "modules without a layer: {missing:?}");
}

#[test]
fn no_import_leads_up() {
    let imports = Imports::read();
    let mut wrong = Vec::new();
    for (from, to) in imports.pairs() {
        let (Some(one), Some(other)) = (from.first(), to.first()) else { continue };
        if one != other && layer(other) >= layer(one) {
            wrong.push(format!("{} imports {}", from.join("::"), to.join("::")));
        }
    }
    assert!(wrong.is_empty(), "imports that do not lead down:\n{}", wrong.join("\n"));
}

#[test]
fn no_imports_lead_in_a_circle() {
    let circles: Vec<String> = Imports::read().circles().iter().map(|circle| circle.join(", ")).collect();
    assert!(circles.is_empty(), "files that import each other in a circle:\n{}", circles.join("\n"));
}

#[test]
fn only_its_command_imports_the_synthetic_district() {
    for (from, to) in Imports::read().pairs() {
        let (Some(one), Some(other)) = (from.first(), to.first()) else { continue };
        if other == "synth" && one != "synth" {
            // `cli::years` reads every table before others than the shipped ones are used.
            let is_allowed = from.starts_with(&["cli".into(), "synth".into()]) || *from == ["cli", "years"];
            assert!(is_allowed, "{} imports synth", from.join("::"));
        }
    }
}

#[test]
fn a_circle_and_a_way_up_are_found() {
    let imports = Imports::of([
        (vec!["table".to_owned()], "use crate::layout::Year;\n".to_owned()),
        (vec!["layout".to_owned()], "use crate::table::{Row, Table};\n".to_owned()),
        (vec!["rule".to_owned()], "use super::layout::Year;\npub use crate::table::Row;\n".to_owned()),
    ]);
    assert_eq!(imports.circles(), [["layout", "table"]]);
    let pairs: Vec<String> =
        imports.pairs().map(|(from, to)| format!("{}>{}", from.join("::"), to.join("::"))).collect();
    assert_eq!(pairs, ["layout>table", "rule>layout", "table>layout"], "a re-export is no import");
}
