//! Masks, pseudonyms and harmless text.

use scorelint::layout::Sensitivity;
use scorelint::privacy::mask::{HIDDEN, Reveal, mask, mask_as};
use scorelint::privacy::pseudonym::Pseudonyms;
use scorelint::privacy::text::{fit, neutralise, quote};

use crate::support::scorelint;

fn masked(value: &str) -> String {
    mask_as(value, Sensitivity::StudentData, Reveal::Public).into_owned()
}

#[test]
fn a_mask_keeps_the_shape_of_days_and_numbers() {
    let cases = [
        ("2025-04-15", "####-##-##"),
        ("4/15/2025", "#/#/####"),
        ("11/15/25", "#/#/#"),
        ("15-Apr-25", "##-xxx-##"),
        ("2025-04-15 00:00:00", "####-##-## ##:##:##"),
        ("58999990130229", "##############"),
        ("5.89999E+13", "#.#####E+##"),
        ("2543", "####"),
        ("2,543", "#,###"),
        ("-1.2345", "#.####"),
        ("=\"0123456\"", "=\"#######\""),
        (" 2543 ", " #### "),
    ];
    for (value, expected) in cases {
        assert_eq!(masked(value), expected, "{value}");
    }
}

#[test]
fn the_length_of_a_code_does_not_give_it_away() {
    for value in
        ["Y", "N", "Yes", "No", "EO", "RFEP", "TBD", "3", "11", "NTE", "García", "TDS_ASL1&NEA_AR", "+1", "漢字"]
    {
        assert_eq!(masked(value), HIDDEN, "{value}");
    }
    assert_eq!(masked("\"Yes\""), format!("\"{HIDDEN}\""));
}

#[test]
fn blank_stays_blank() {
    for value in ["", "   "] {
        assert_eq!(masked(value), value);
        assert_eq!(mask_as(value, Sensitivity::DirectIdentifier, Reveal::Public), value);
    }
}

#[test]
fn only_asking_shows_student_values_and_nothing_shows_identifiers() {
    let show = |sensitivity, reveal| mask_as("2543", sensitivity, reveal).into_owned();
    assert_eq!(show(Sensitivity::Public, Reveal::Public), "2543");
    assert_eq!(show(Sensitivity::StudentData, Reveal::StudentValues), "2543");
    assert_eq!(show(Sensitivity::QuasiIdentifier, Reveal::StudentValues), "2543");
    assert_eq!(show(Sensitivity::QuasiIdentifier, Reveal::Public), "####");
    assert_eq!(show(Sensitivity::DirectIdentifier, Reveal::StudentValues), "####");
    assert_eq!(mask("García", None, Reveal::StudentValues), HIDDEN, "an unknown column may hold names");
}

#[test]
fn a_public_column_does_not_show_what_slipped_into_it() {
    let show = |value| mask_as(value, Sensitivity::Public, Reveal::Public).into_owned();
    assert_eq!(show("01"), "01");
    assert_eq!(show("ELA"), "ELA");
    assert_eq!(show("2025-04-10"), "2025-04-10");
    assert_eq!(show("9081726354"), "##########");
    assert_eq!(show("García"), HIDDEN);
}

#[test]
fn pseudonyms_are_stable_and_need_the_key() {
    let ours = Pseudonyms::new(b"0123456789abcdef").unwrap();
    let theirs = Pseudonyms::new(b"fedcba9876543210").unwrap();
    assert_eq!(ours.of("9081726354").as_deref(), Some("tpbhhp3s55"));
    assert_eq!(ours.of(" 9081726354 "), ours.of("9081726354"));
    assert_ne!(ours.of("9081726354"), theirs.of("9081726354"));
    assert_ne!(ours.of("9081726354"), ours.of("9081726355"));
    for damaged in ["", "  ", "9.08173E+09", "García"] {
        assert_eq!(ours.of(damaged), None, "{damaged:?}");
    }
    assert!(Pseudonyms::new(b"secret").is_err(), "a key that can be guessed");
}

#[test]
fn the_key_file_is_made_once_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scorelint").join("key");
    let first = Pseudonyms::from_file(&path).unwrap();
    let again = Pseudonyms::from_file(&path).unwrap();
    assert_eq!(first.of("9081726354"), again.of("9081726354"));
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a draft was left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let other = Pseudonyms::from_file(&folder.path().join("other")).unwrap();
    assert_ne!(first.of("9081726354"), other.of("9081726354"));
}

#[test]
fn runs_at_the_same_time_get_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let made: Vec<Option<String>> = std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..8).map(|_| scope.spawn(|| Pseudonyms::from_file(&path).unwrap().of("9081726354"))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
}

#[test]
fn a_key_file_without_a_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "\n").unwrap();
    assert!(Pseudonyms::from_file(&path).is_err());
}

#[test]
fn nothing_invisible_is_left() {
    let cases = [
        ("plain", "plain"),
        ("a\tb\u{1b}[1m\u{7f}", "a␉b␛[1m␡"),
        ("a\u{202e}b", "a<U+202E>b"),
        ("a\u{200b}\u{a0}b", "a<U+200B><U+00A0>b"),
        ("\u{85}", "<U+0085>"),
        ("e\u{301}", "e\u{301}"),
        ("\u{301}e", "<U+0301>e"),
        ("e\u{301}\u{302}\u{303}", "e\u{301}\u{302}<U+0303>"),
        ("שב", "<U+05E9><U+05D1>"),
        ("é漢👍", "é漢👍"),
    ];
    for (text, expected) in cases {
        assert_eq!(neutralise(text), expected, "{text:?}");
    }
}

#[test]
fn quoted_values_show_their_edges_and_fit() {
    assert_eq!(quote(" a b ", 20), "␣a b␣");
    assert_eq!(quote("   ", 20), "␣␣␣");
    assert_eq!(quote("abcdefgh", 5), "abcd…");
    assert_eq!(fit("漢字漢字", 5), "漢字…");
    assert_eq!(fit("漢字漢字", 4), "漢…");
}

#[test]
fn errors_do_not_control_the_terminal() {
    let path = "/nonexistent/\u{1b}[2J\u{202e}rules";
    let output = scorelint().args(["rules", "test", path]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(message.contains("␛[2J<U+202E>rules"), "{message:?}");
    assert!(!message.contains(['\u{1b}', '\u{202e}']), "{message:?}");
}
