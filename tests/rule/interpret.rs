//! Three-valued logic holds for every condition and every record.

use proptest::prelude::*;
use scorelint::rule::{Expr, Truth, truth};

use crate::support::rules::{arbitrary_expr, arbitrary_record};

fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

proptest! {
    #[test]
    fn both_laws_of_de_morgan_hold(a in arbitrary_expr(), b in arbitrary_expr(), record in arbitrary_record()) {
        let outside = not(Expr::And(vec![a.clone(), b.clone()]));
        let inside = Expr::Or(vec![not(a.clone()), not(b.clone())]);
        prop_assert_eq!(truth(&outside, &record), truth(&inside, &record));
        let outside = not(Expr::Or(vec![a.clone(), b.clone()]));
        let inside = Expr::And(vec![not(a), not(b)]);
        prop_assert_eq!(truth(&outside, &record), truth(&inside, &record));
    }

    #[test]
    fn denying_twice_changes_nothing(a in arbitrary_expr(), record in arbitrary_record()) {
        prop_assert_eq!(truth(&not(not(a.clone())), &record), truth(&a, &record));
    }

    #[test]
    fn a_condition_and_its_opposite_agree_only_in_the_unknown(a in arbitrary_expr(), record in arbitrary_record()) {
        let both = Expr::And(vec![a.clone(), not(a.clone())]);
        let expected = if truth(&a, &record) == Truth::Unknown { Truth::Unknown } else { Truth::False };
        prop_assert_eq!(truth(&both, &record), expected);
    }

    #[test]
    fn and_with_one_more_is_never_truer(a in arbitrary_expr(), b in arbitrary_expr(), record in arbitrary_record()) {
        let both = truth(&Expr::And(vec![a.clone(), b]), &record);
        prop_assert!(both != Truth::True || truth(&a, &record) == Truth::True);
    }
}
