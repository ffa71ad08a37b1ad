//! Counts how many ready questions cover each objective and each syllabus statement, by kind and level.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Bank;
use super::question::Question;
use super::syllabus::{Statement, Syllabus};
use crate::ids::{BankId, ObjectiveId};

/// How many ready questions there are, and of which sort.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All of them.
    pub questions: usize,
    /// Those that are critical.
    pub critical: usize,
    /// By kind.
    pub kinds: BTreeMap<&'static str, usize>,
    /// By level.
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

/// An objective and the questions that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoveredObjective {
    /// The bank.
    pub bank: BankId,
    /// The objective.
    pub objective: ObjectiveId,
    /// What it is.
    pub text: String,
    /// The questions.
    #[serde(flatten)]
    pub tally: Tally,
}

/// A statement of the syllabus and the questions that cover it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoveredStatement {
    /// The statement.
    #[serde(flatten)]
    pub statement: Statement,
    /// How many questions it wants by its weight.
    pub wanted: usize,
    /// The questions.
    #[serde(flatten)]
    pub tally: Tally,
}

impl CoveredStatement {
    /// Returns whether it has as many questions as it wants.
    pub fn is_met(&self) -> bool {
        self.tally.questions >= self.wanted
    }
}

/// What a set of banks covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Objectives in the order of the banks.
    pub objectives: Vec<CoveredObjective>,
    /// Statements in the order of the syllabus.
    pub statements: Vec<CoveredStatement>,
}

impl Coverage {
    /// Counts the ready questions of some banks.
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

    /// Returns the statements with fewer questions than they want.
    pub fn gaps(&self) -> impl Iterator<Item = &CoveredStatement> {
        self.statements.iter().filter(|statement| !statement.is_met())
    }
}
