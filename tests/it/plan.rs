//! A plan to an exam date prepares better than two other orders of study. This is the short form of the bench `plan`.

#[path = "../../benches/simulation/learner.rs"]
mod learner;

use learner::{Comparison, Course, Setup};

#[test]
fn a_plan_prepares_better_than_due_order_and_than_chance() {
    let course = Course::new();
    let comparison = Comparison::run(&course, Setup { days: 15, minutes: 20, known_share: 0.3 }, 0..20);
    assert!((comparison.win_share() - 1.0).abs() < f64::EPSILON, "{comparison:?}");
    assert!(comparison.worst_lead() > 0.0 && comparison.means()[0] > 0.5, "{comparison:?}");
}
