//! Counts how many ready questions cover each objective and each syllabus statement, by kind and level.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Bank;
use super::question::Question;
use super::syllabus::{Statement, Syllabus};
use crate::ids::{BankId, ObjectiveId};

/// Counts of ready questions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All ready questions.
    pub questions: usize,
    /// Critical questions among them.
    pub critical: usize,
    /// Counts by the name of the kind.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Counts by the name of the level.
    pub levels: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn add(&mut self, question: &Question) {
        self.questions += 1;
        self.critical += usize::from(question.critical);
        *self.kinds.entry(question.kind.kind_name().name()).or_default() += 1;
        *self.levels.entry(question.level.name()).or_default() += 1;
    }
}

/// An objective, and the counts of the questions that test it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoveredObjective {
    pub bank: BankId,
    pub objective: ObjectiveId,
    /// The objective, in words.
    pub text: String,
    #[serde(flatten)]
    pub tally: Tally,
}

/// A statement of the syllabus, and the counts of the questions that cover it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoveredStatement {
    #[serde(flatten)]
    pub statement: Statement,
    /// How many questions the statement needs for its weight.
    pub wanted: usize,
    #[serde(flatten)]
    pub tally: Tally,
}

impl CoveredStatement {
    /// Returns whether the statement has as many questions as it needs.
    pub fn is_met(&self) -> bool {
        self.tally.questions >= self.wanted
    }
}

/// What a set of banks covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The objectives, in the order of the banks.
    pub objectives: Vec<CoveredObjective>,
    /// The statements, in the order of the syllabus.
    pub statements: Vec<CoveredStatement>,
}

impl Coverage {
    /// Counts the ready questions of the banks by objective and by statement.
    pub fn from_banks<'a>(banks: impl Iterator<Item = &'a Bank>, syllabus: &Syllabus) -> Self {
        let mut objectives = Vec::new();
        let mut covered: BTreeMap<&str, Tally> = BTreeMap::new();
        for bank in banks {
            for objective in &bank.objectives {
                let mut tally = Tally::default();
                let matching = bank.ready_questions().filter(|question| question.objective == objective.id);
                matching.for_each(|question| tally.add(question));
                let (bank, text) = (bank.id.clone(), objective.text.clone());
                objectives.push(CoveredObjective { bank, objective: objective.id.clone(), text, tally });
            }
            for question in bank.ready_questions() {
                // A question that names a statement twice counts once.
                let covered_ids: std::collections::BTreeSet<_> = question.covers.iter().collect();
                covered_ids.into_iter().for_each(|id| covered.entry(id).or_default().add(question));
            }
        }
        let statement = |statement: &Statement| CoveredStatement {
            statement: statement.clone(),
            wanted: statement.weight.required_questions(),
            tally: covered.get(statement.id.as_str()).cloned().unwrap_or_default(),
        };
        Self { objectives, statements: syllabus.statements.iter().map(statement).collect() }
    }

    /// Returns the statements that have fewer questions than they need.
    pub fn gaps(&self) -> impl Iterator<Item = &CoveredStatement> {
        self.statements.iter().filter(|statement| !statement.is_met())
    }
}
