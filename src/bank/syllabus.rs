//! The syllabus: the statements that a set of banks should cover, and which of them the evidence contests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A syllabus, one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Syllabus {
    /// The format of the file.
    #[schemars(range(min = 1, max = super::FORMAT))]
    pub format: u32,
    /// Its name, which is also its file's.
    #[schemars(schema_with = "super::schema::slug")]
    pub id: String,
    /// What it is a syllabus of.
    pub title: String,
    /// The statements.
    #[schemars(length(min = 1))]
    pub statements: Vec<Statement>,
}

/// One statement to be covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Statement {
    /// Its name, which questions give in `covers`.
    pub id: String,
    /// The statement.
    pub statement: String,
    /// What it belongs to.
    pub topic: String,
    /// How much it weighs.
    pub weight: Weight,
    /// How it stands to the evidence; `ok` where nothing is known against it.
    #[serde(default = "ok", skip_serializing_if = "is_ok")]
    pub verdict: String,
}

/// How much a statement weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Everybody must know it: at least two questions.
    Core,
    /// Worth knowing: at least one question.
    Minor,
    /// A safety item: at least three questions.
    Safety,
}

impl Weight {
    /// Returns how many questions should cover such a statement.
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
    /// Returns a statement by its name.
    pub fn statement(&self, id: &str) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.id == id)
    }
}
