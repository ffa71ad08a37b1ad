//! Compares a plan to an exam date with two other orders of study, for 200 simulated learners in each of four setups.

// A benchmark should stop when something it needs is missing.
#![allow(clippy::expect_used)]

#[path = "simulation/learner.rs"]
mod learner;

use learner::{Comparison, Course, Setup};

fn main() {
    let course = Course::new();
    println!("days  known  plan   due    random  better than both  smallest lead");
    for days in [15, 30] {
        for known_share in [0.3, 0.6] {
            let comparison = Comparison::run(&course, Setup { days, minutes: 20, known_share }, 0..200);
            let [plan, due, random] = comparison.means();
            let (wins, lead) = (comparison.win_share() * 100.0, comparison.worst_lead());
            println!("{days:>4}  {known_share:>5}  {plan:.3}  {due:.3}  {random:.3}  {wins:>15.1}%  {lead:>+13.3}");
        }
    }
}
