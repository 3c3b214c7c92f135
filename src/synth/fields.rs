//! Where the fields that the generator fills stand in a year's layout, for one test. The names
//! are canonical field ids; a field that the year lacks, never fills, or does not use for the
//! test has no column.

use super::record::Col;
use crate::layout::{FieldKind, Layout, RecordType, registry};

macro_rules! fields {
    (one { $($one:ident),* $(,)? } parts { $($part:ident = $pattern:literal),* $(,)? }) => {
        /// The columns of one test in one year.
        #[derive(Clone, Debug)]
        pub(super) struct Fields {
            $(pub(super) $one: Col,)*
            $(pub(super) $part: [Col; 4],)*
        }

        impl Fields {
            /// The columns of a test.
            pub(super) fn new(layout: &Layout, record_type: RecordType) -> Self {
                Self {
                    $($one: column(layout, record_type, stringify!($one)),)*
                    $($part: [1, 2, 3, 4].map(|number: u8| {
                        column(layout, record_type, &$pattern.replace('#', &number.to_string()))
                    }),)*
                }
            }
        }
    };
}

fields! {
    one {
        record_type, ssid, local_student_id, uin, last_name, first_name, middle_name, date_of_birth, gender,
        calpads_grade, grade_assessed, calpads_district_code, calpads_district_name, calpads_school_code,
        calpads_school_name, calpads_charter_code, calpads_charter_indicator, calpads_nps_flag,
        special_education_district_of_accountability, section_504_status, calpads_primary_disability,
        primary_disability_for_testing, calpads_special_education, special_education_for_testing, migrant_status,
        migrant_status_for_testing, military_status, military_status_for_testing, foster_status,
        foster_status_for_testing, homeless_status, homeless_status_for_testing, calpads_economic_disadvantage,
        economic_disadvantage_for_testing, tk_indicator, el_status, el_entry_date, rfep_date,
        first_us_school_entry_date, enrollment_effective_date, elas, language_code, calpads_primary_language,
        hispanic_or_latino, american_indian_or_alaska_native, asian, pacific_islander, filipino,
        black_or_african_american, white, two_or_more_races, reporting_ethnicity, parent_education_level, parent_education_level_for_testing, test_registration_id,
        paper_test_completion_date, final_tested_lea_name, final_tested_lea_code, final_tested_school_name,
        final_tested_school_code, final_tested_charter_indicator, final_tested_charter_code, final_tested_nps_flag,
        final_test_completed_date, student_exit_code, student_exit_date, student_removed_date,
        cast_current_year_flag, cast_participated_grade, cast_participated_nps_flag,
        cast_last_science_class_flag, condition_code, attemptedness, score_status,
        unlisted_resource_construct_change, test_mode, include_indicator, ssr_eligible, ssr_available_date,
        score_available_date, lexile_or_quantile, scale_score, standard_error, error_band_min, error_band_max,
        achievement_level, sts_performance_level, genre, wer_por, wer_dev_eel, wer_cov, wer_por_condition_code,
        wer_dev_eel_condition_code, wer_cov_condition_code, eap_release, accommodations_available,
        designated_supports_available, composite_claim_1_level, composite_claim_2_level,
        composite_claim_1_level_minus_1, composite_claim_2_level_minus_1, end_of_record,
    }
    parts {
        opportunity_id = "opportunity_#_id",
        opportunity_status = "opportunity_#_status",
        tested_lea_name = "tested_lea_name_#",
        tested_lea_code = "tested_lea_code_#",
        tested_school_name = "tested_school_name_#",
        tested_school_code = "tested_school_code_#",
        tested_charter_indicator = "tested_charter_indicator_#",
        tested_charter_code = "tested_charter_code_#",
        tested_nps_flag = "tested_nps_flag_#",
        test_start_date = "test_start_date_#",
        test_completion_date = "test_completion_date_#",
        window_start = "school_window_#_start",
        window_end = "school_window_#_end",
        remote_tester = "remote_tester_#",
        raw_score = "raw_score_#",
        claim_level = "claim_#_level",
        domain_level = "domain_#_level",
        items_attempted = "items_attempted_#",
        past_eligible = "ssr_eligible_minus_#",
        past_grade = "grade_assessed_minus_#",
        past_error = "standard_error_minus_#",
        past_score = "scale_score_minus_#",
        past_level = "achievement_level_minus_#",
        past_condition = "condition_code_minus_#",
    }
}

impl Fields {
    /// The race fields with their names.
    pub(super) fn races(&self) -> [(Col, &'static str); 8] {
        [
            (self.hispanic_or_latino, "hispanic_or_latino"),
            (self.american_indian_or_alaska_native, "american_indian_or_alaska_native"),
            (self.asian, "asian"),
            (self.pacific_islander, "pacific_islander"),
            (self.filipino, "filipino"),
            (self.black_or_african_american, "black_or_african_american"),
            (self.white, "white"),
            (self.two_or_more_races, "two_or_more_races"),
        ]
    }
}

/// The column of a field; none where the field is not for this year or test.
pub(super) fn column(layout: &Layout, record_type: RecordType, name: &str) -> Col {
    let Some(id) = registry().id(name) else { return Col::NONE };
    let Some(place) = layout.fields.iter().position(|field| field.id == Some(id)) else { return Col::NONE };
    let field = &layout.fields[place];
    let applies = field.applies_to.is_empty() || field.applies_to.contains(record_type);
    if applies && field.kind != FieldKind::Blank { Col::at(place) } else { Col::NONE }
}
