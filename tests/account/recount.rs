//! Counts the records of caret files again, a record at a time, written from the table of
//! aggregation rules and from nothing in `src/account` or `rules/counting`.

use std::collections::{BTreeMap, HashMap, HashSet};

use scorelint::layout::registry;

/// Where a cell stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub entity_type: u8,
    pub code: String,
    pub test: u16,
    pub grade: u8,
}

/// The sums of a cell; the mean in tenths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub enrolled: u64,
    pub tested: u64,
    pub with_scores: u64,
    pub score_sum: u64,
    pub levels: [u64; 4],
    pub mean: Option<u64>,
}

/// Cells by place, group and variant, and the records left out because an earlier file has them.
#[derive(Default)]
pub struct Recount {
    pub cells: BTreeMap<(Place, u16, String), Sums>,
    pub repeated: u64,
}

struct Record<'a>(HashMap<&'static str, &'a str>);

impl Record<'_> {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |cell| cell.trim())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == value
    }
}

pub fn recount(texts: &[String], year: u16) -> Recount {
    let layout = registry().layout(year).unwrap();
    let names: Vec<Option<&'static str>> =
        layout.fields.iter().map(|field| field.id.map(|id| registry().info(id).name)).collect();
    let mut recount = Recount::default();
    let mut scored: HashMap<(Place, u16, String), u64> = HashMap::new();
    let mut seen: HashSet<(String, String)> = HashSet::new();
    for text in texts {
        let mut here = HashSet::new();
        for line in text.lines().skip(1) {
            let cells = names.iter().zip(line.split('^')).filter_map(|(name, cell)| Some(((*name)?, cell)));
            let record = Record(cells.collect());
            let identity = (record.get("ssid").to_owned(), record.get("record_type").to_owned());
            if seen.contains(&identity) {
                recount.repeated += 1;
                continue;
            }
            here.insert(identity);
            count(&record, year, &mut recount, &mut scored);
        }
        seen.extend(here);
    }
    for (key, sums) in &mut recount.cells {
        let students = scored.get(key).copied().unwrap_or_default();
        // One decimal, half up; none over all grades.
        if key.0.grade != 13 && students > 0 && sums.with_scores > 0 {
            let exact = 10.0 * sums.score_sum as f64 / students as f64;
            sums.mean = Some((exact + 0.5 + 1e-9).floor() as u64);
        }
    }
    recount
}

/// One way in which a record is counted.
struct Way<'a> {
    group: u16,
    variant: &'a str,
    enrolled: bool,
    tested: bool,
    with_scores: bool,
    grades: Vec<u8>,
}

/// Pilot and field tests gave no scores, and were tested for certain.
fn is_pilot(test: u16, year: u16) -> bool {
    matches!((test, year), (16 | 17, ..=2018) | (16, 2019))
}

fn count(record: &Record<'_>, year: u16, recount: &mut Recount, scored: &mut HashMap<(Place, u16, String), u64>) {
    let test = match (record.get("record_type"), year) {
        ("01", _) => 1,
        ("02", _) => 2,
        ("03", _) => 3,
        ("04", _) => 4,
        ("05", ..=2020) => 16,
        ("05", _) => 18,
        ("06", _) => 17,
        ("09", _) => 39,
        _ => return,
    };
    let levels = match (test, year) {
        (1 | 2 | 17, _) => 4,
        (3 | 4 | 18, _) | (39, 2021 | 2025..) => 3,
        _ => 0,
    };
    let Ok(grade) = record.get("grade_assessed").parse::<u8>() else { return };
    // Grades 3 to 12 have rows; Class of takes results of earlier years whatever the grade is.
    let has_row = (3..=12).contains(&grade);
    let include = record.get("include_indicator");
    let has_class_of = matches!((test, year), (17, 2022..) | (18, 2024..));
    let is_earlier = has_class_of && record.is("cast_current_year_flag", "N");
    // Days are written so that they sort as texts.
    let (left, opened) = (record.get("student_exit_date"), record.get("school_window_1_start"));
    let left_before = include == "N" && !left.is_empty() && !opened.is_empty() && left < opened;
    if !has_row && !is_earlier {
        return;
    }
    if !["Y", "T", "R", "N", "E"].contains(&include) || (left_before && !is_earlier) {
        return;
    }
    let tested = ["Y", "T", "R"].contains(&include);
    let with_scores = include == "Y";
    let mut grades = Vec::new();
    if is_earlier {
        grades.push(99);
    } else {
        grades.extend([grade, 13]);
        // The Spanish assessment is given in grade 9 as well.
        let is_high = match test {
            16..=18 => year >= 2018 && (if year >= 2019 { 9..=12 } else { 10..=12 }).contains(&grade),
            39 => (9..=12).contains(&grade),
            _ => false,
        };
        if is_high {
            grades.push(14);
        }
        if has_class_of && grade == 12 {
            grades.push(99);
        }
    }
    let Some(entities) = entities(record, year, is_earlier) else { return };
    let mut ways: Vec<Way<'_>> = groups(record, year)
        .into_iter()
        .map(|(group, variant)| Way { group, variant, enrolled: true, tested, with_scores, grades: grades.clone() })
        .collect();
    // Other readings of what counts, for all students.
    let other =
        |variant, enrolled, tested| Way { group: 1, variant, enrolled, tested, with_scores, grades: grades.clone() };
    ways.push(other("R as untested", true, tested && (is_earlier || include != "R")));
    ways.push(other("T as untested", true, tested && (is_earlier || include != "T" || is_pilot(test, year))));
    ways.push(other("E not enrolled", is_earlier || include != "E", tested));
    if has_class_of {
        ways.push(other("with earlier", true, tested));
    }
    if is_earlier {
        let mut grades = if has_row { vec![grade, 13] } else { Vec::new() };
        grades.extend((9..=12).contains(&grade).then_some(14));
        ways.push(Way { group: 1, variant: "with earlier", enrolled: true, tested: false, with_scores: false, grades });
    }
    let score: Option<u64> = record.get("scale_score").parse().ok();
    let level: usize = record.get("achievement_level").parse().unwrap_or_default();
    for way in ways {
        for (entity_type, code) in &entities {
            for grade in &way.grades {
                let place = Place { entity_type: *entity_type, code: code.clone(), test, grade: *grade };
                let key = (place, way.group, way.variant.to_owned());
                let sums = recount.cells.entry(key.clone()).or_default();
                sums.enrolled += u64::from(way.enrolled);
                sums.tested += u64::from(way.tested);
                sums.with_scores += u64::from(way.with_scores);
                if way.with_scores {
                    sums.score_sum += score.unwrap_or_default();
                    *scored.entry(key).or_default() += u64::from(score.is_some());
                    if (1..=levels).contains(&level) {
                        sums.levels[level - 1] += 1;
                    }
                }
            }
        }
    }
}

/// The entity and all it is part of.
fn entities(record: &Record<'_>, year: u16, is_earlier: bool) -> Option<Vec<(u8, String)>> {
    let accountable = record.get("special_education_district_of_accountability");
    let (school, charter, is_nonpublic, lea) = if year >= 2021 {
        (
            record.get("final_tested_school_code").to_owned(),
            record.get("final_tested_charter_indicator"),
            record.is("final_tested_nps_flag", "Y"),
            record.get("final_tested_lea_code"),
        )
    } else {
        // The place of the last part that was taken.
        let part = (1..=3).rev().find(|part| !record.get(&format!("tested_school_code_{part}")).is_empty());
        match part {
            Some(part) => (
                record.get(&format!("tested_school_code_{part}")).to_owned(),
                record.get(&format!("tested_charter_indicator_{part}")),
                // In 2017 no flag goes with the part.
                if year < 2018 {
                    record.is("calpads_nps_flag", "Y")
                } else {
                    record.is(&format!("tested_nps_flag_{part}"), "Y")
                },
                record.get(&format!("tested_lea_code_{part}")),
            ),
            None => (
                record.get("calpads_school_code").to_owned(),
                record.get("calpads_charter_indicator"),
                record.is("calpads_nps_flag", "Y"),
                record.get("calpads_district_code"),
            ),
        }
    };
    let earlier = record.get("cast_participated_district_of_accountability");
    let own_district = if is_earlier && record.is("cast_participated_nps_flag", "Y") && !earlier.is_empty() {
        Some(earlier)
    } else if is_nonpublic {
        // Nonpublic schools have no rows of their own. The district of accountability is that of
        // this year, so it says nothing about an earlier test.
        Some(if accountable.is_empty() || is_earlier { &lea[..7] } else { accountable })
    } else {
        None
    };
    let (entity_type, code) = match (own_district, charter) {
        (Some(district), _) => (7, format!("{district}{district}")),
        (None, "DF") => (9, school),
        (None, "LF") => (10, school),
        (None, _) => (7, school),
    };
    if code.len() != 14 {
        return None;
    }
    let mut all = vec![(4, "0".repeat(14)), (5, format!("{}{}", &code[..2], "0".repeat(12)))];
    if entity_type != 9 {
        all.push((6, format!("{}0000000", &code[..7])));
    }
    all.push((entity_type, code));
    Some(all)
}

/// The groups a record is in; variants are listed only where the other reading may differ.
fn groups(record: &Record<'_>, year: u16) -> Vec<(u16, &'static str)> {
    let mut groups: Vec<(u16, &'static str)> = vec![(1, "")];
    let mut add = |id: u16, from: u16, member: bool| {
        if member && year >= from {
            groups.push((id, ""));
        }
    };
    let elas = record.get("elas");
    add(3, 2017, ["M", "Male"].contains(&record.get("gender")));
    add(4, 2017, ["F", "Female"].contains(&record.get("gender")));
    add(6, 2017, ["IFEP", "RFEP", "EO"].contains(&elas));
    add(7, 2017, elas == "IFEP");
    add(8, 2017, elas == "RFEP");
    add(180, 2017, elas == "EO");
    add(190, 2018, elas == "TBD");
    add(160, 2017, elas == "EL");
    add(170, 2018, ["EL", "RFEP"].contains(&elas));
    add(243, 2021, elas == "ADEL");
    add(252, 2023, ["EO", "IFEP"].contains(&elas));
    let entered = record.get("first_us_school_entry_date");
    let is_new = entered > format!("{}-04-15", year - 1).as_str();
    add(120, 2017, elas == "EL" && is_new);
    add(142, 2017, elas == "EL" && !is_new);
    add(28, 2017, record.is("migrant_status", "Yes"));
    add(29, 2021, record.is("migrant_status", "No"));
    add(50, 2019, record.is("military_status", "Yes"));
    add(51, 2019, record.is("military_status", "No"));
    add(52, 2019, record.is("homeless_status", "Yes"));
    add(53, 2019, record.is("homeless_status", "No"));
    add(240, 2021, record.is("foster_status", "Yes"));
    add(241, 2021, !record.is("foster_status", "Yes"));
    let poor = record.is("economic_disadvantage_for_testing", "Yes");
    add(if poor { 31 } else { 111 }, 2017, true);
    let disabled = record.is("special_education_for_testing", "Yes");
    add(if disabled { 128 } else { 99 }, 2017, true);
    let ethnicity = record.get("reporting_ethnicity");
    let ethnicities =
        [("600", 74), ("100", 75), ("200", 76), ("400", 77), ("500", 78), ("300", 79), ("700", 80), ("800", 144)];
    for (place, (code, id)) in ethnicities.into_iter().enumerate() {
        add(id, 2017, ethnicity == code);
        add(if poor { 200 } else { 220 } + place as u16, 2017, ethnicity == code);
    }
    let education = [("14", 90), ("13", 91), ("12", 92), ("11", 93), ("10", 94), ("15", 121)];
    for (code, id) in education {
        add(id, 2017, record.is("parent_education_level", code));
    }
    variants(record, year, &mut groups);
    groups
}

/// Other readings: the CALPADS value instead of the one for testing, and the like.
fn variants(record: &Record<'_>, year: u16, groups: &mut Vec<(u16, &'static str)>) {
    let mut add = |id: u16, label: &'static str, from: u16, member: bool| {
        if member && year >= from {
            groups.push((id, label));
        }
    };
    let not_poor = record.is("economic_disadvantage_for_testing", "No");
    add(111, "without blank", 2017, not_poor);
    add(99, "without blank", 2017, record.is("special_education_for_testing", "No"));
    add(241, "without blank", 2021, record.is("foster_status", "No"));
    for (place, code) in ["600", "100", "200", "400", "500", "300", "700", "800"].into_iter().enumerate() {
        add(220 + place as u16, "without blank", 2017, not_poor && record.is("reporting_ethnicity", code));
    }
    let poor = record.is("calpads_economic_disadvantage", "Yes");
    add(if poor { 31 } else { 111 }, "CALPADS value", 2021, true);
    for (place, code) in ["600", "100", "200", "400", "500", "300", "700", "800"].into_iter().enumerate() {
        let id = if poor { 200 } else { 220 } + place as u16;
        add(id, "CALPADS value", 2021, record.is("reporting_ethnicity", code));
    }
    let disabled = record.is("calpads_special_education", "Yes");
    add(if disabled { 128 } else { 99 }, "CALPADS value", 2021, true);
    let typed = !record.get("primary_disability_for_testing").is_empty();
    add(if typed { 128 } else { 99 }, "type of disability", 2017, true);
    let elas = record.get("elas");
    let learner = ["EL", "ADEL"].contains(&elas);
    let is_new = record.get("first_us_school_entry_date") > format!("{}-04-15", year - 1).as_str();
    add(if is_new { 120 } else { 142 }, "with adult learners", 2021, learner);
    let is_dated = !record.get("first_us_school_entry_date").is_empty();
    add(142, "without blank", 2017, elas == "EL" && is_dated && !is_new);
    add(160, "with adult learners", 2021, learner);
    add(170, "with adult learners", 2021, learner || elas == "RFEP");
    add(252, "with those to be determined", 2023, ["EO", "IFEP", "TBD"].contains(&elas));
    let testing = "value for testing";
    for (id, field) in [(28, "migrant"), (50, "military"), (52, "homeless")] {
        let value = record.get(&format!("{field}_status_for_testing")).to_owned();
        add(id, testing, 2025, value == "Yes");
        add(id + 1, testing, 2025, value == "No");
    }
    let foster = record.is("foster_status_for_testing", "Yes");
    add(if foster { 240 } else { 241 }, testing, 2025, true);
    for (code, id) in [("14", 90), ("13", 91), ("12", 92), ("11", 93), ("10", 94), ("15", 121)] {
        add(id, testing, 2025, record.is("parent_education_level_for_testing", code));
    }
}
