//! A plan to an exam date prepares better than two other orders of study. This is the short form of the bench `plan`.

#[path = "../../benches/simulation/learner.rs"]
mod learner;

use learner::{Comparison, Course, Setup};

#[test]
fn a_plan_prepares_better_than_due_order_and_than_chance() {
    let course = Course::new();
    let comparison = Comparison::run(&course, Setup { days: 15, minutes: 20, known_share: 0.3 }, 0..20);
    let [plan, due_order, random] = comparison.means();
    assert!(comparison.win_share() >= 0.95, "the plan is the best order for 95 of 100 learners: {comparison:?}");
    assert!(plan > due_order + 0.01 && plan > random + 0.01 && plan > 0.5, "{comparison:?}");
    assert!(comparison.worst_lead() > -0.03, "for nobody is it far behind: {comparison:?}");
}
