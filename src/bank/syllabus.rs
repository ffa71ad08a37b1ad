//! The syllabus: the statements that a set of banks should cover, and which of them the evidence contests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::SourceId;

/// A syllabus: one file of statements that questions should cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Syllabus {
    /// The version of the file format.
    #[schemars(range(min = 1, max = super::FORMAT))]
    pub format: u32,
    /// The syllabus's ID. Its file has the same name, plus `.json`.
    #[schemars(schema_with = "super::schema::slug")]
    pub id: String,
    /// The title, as people read it.
    pub title: String,
    /// The ID of the source in the banks that the statements come from, such as an article for patients. A question that
    /// covers a contested statement must cite another work too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceId>,
    /// The statements that questions should cover.
    #[schemars(length(min = 1))]
    pub statements: Vec<Statement>,
}

/// One statement that questions should cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Statement {
    /// The statement's ID. Questions name it in `covers`.
    pub id: String,
    /// The statement, in words.
    pub statement: String,
    /// The topic that the statement belongs to.
    pub topic: String,
    /// How important the statement is.
    pub weight: Weight,
    /// What the evidence says about it. The default, `ok`, means that nothing is known against it.
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    pub verdict: String,
}

/// How important a statement is, and how many questions it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// All trainees must know it: at least two questions.
    Core,
    /// Worth knowing: at least one question.
    Minor,
    /// A matter of safety: at least three questions.
    Safety,
}

impl Weight {
    /// Returns how many questions should cover a statement of this weight, at least.
    pub fn required_questions(self) -> usize {
        match self {
            Self::Minor => 1,
            Self::Core => 2,
            Self::Safety => 3,
        }
    }
}

fn ok() -> String {
    "ok".to_owned()
}

fn is_ok(verdict: &str) -> bool {
    verdict == "ok"
}

impl Syllabus {
    /// Returns the statement with this ID, or `None` if there is none.
    pub fn statement(&self, id: &str) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.id == id)
    }
}
