//! The question as it lies in a file: the members of all kinds side by side.

use serde::{Deserialize, Serialize};

use crate::bank::question::*;

/// Every member that a question of any kind may have.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuestionWire {
    id: QuestionId,
    kind: QuestionKindName,
    status: QuestionStatus,
    revision: u32,
    objective: ObjectiveId,
    level: CognitiveLevel,
    #[serde(default, skip_serializing_if = "is_false")]
    critical: bool,
    stem: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<Choice>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    select: Option<SelectCount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scoring: Option<ChoiceScoring>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<ChoiceOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rationales: Option<TruthRationales>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    harm: Option<Harm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tolerance: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accept: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    items: Option<Vec<ExplainedText>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pairs: Option<Vec<MatchPair>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extra_right: Option<Vec<ExplainedText>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rationale: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sources: Vec<Citation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    covers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    review_by: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<CaseId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<GroupId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image: Option<QuestionImage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reviewed: Option<ClinicalReview>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lint: Vec<RuleWaiver>,
}

/// The key of a true-false question, or of a number.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Answer {
    Truth(bool),
    Number(Decimal),
}

impl TryFrom<QuestionWire> for Question {
    type Error = &'static str;

    /// Takes the members of the question's kind; one that another kind has is refused.
    fn try_from(mut flat: QuestionWire) -> Result<Self, &'static str> {
        const LACKS: &str = "the question lacks a member that its kind needs";
        let ask = match (flat.kind, flat.answer.take()) {
            (QuestionKindName::Choice, None) => QuestionKind::Choice {
                choices: flat.choices.take().ok_or(LACKS)?,
                select: flat.select.take().unwrap_or_default(),
                scoring: flat.scoring.take().unwrap_or_default(),
                order: flat.order.take().unwrap_or_default(),
            },
            (QuestionKindName::TrueFalse, Some(Answer::Truth(answer))) => QuestionKind::TrueFalse {
                answer,
                rationales: flat.rationales.take().unwrap_or_default(),
                harm: flat.harm.take(),
            },
            (QuestionKindName::Number, Some(Answer::Number(answer))) => {
                QuestionKind::Number { answer, tolerance: flat.tolerance.take().ok_or(LACKS)?, unit: flat.unit.take() }
            }
            (QuestionKindName::Text, None) => QuestionKind::Text { accept: flat.accept.take().ok_or(LACKS)? },
            (QuestionKindName::Order, None) => QuestionKind::Order { items: flat.items.take().ok_or(LACKS)? },
            (QuestionKindName::Match, None) => QuestionKind::Match {
                pairs: flat.pairs.take().ok_or(LACKS)?,
                extra_right: flat.extra_right.take().unwrap_or_default(),
            },
            _ => return Err(LACKS),
        };
        if flat.holds_members_of_a_kind() {
            return Err("the question has a member that its kind does not have");
        }
        Ok(Self {
            id: flat.id,
            status: flat.status,
            revision: flat.revision,
            objective: flat.objective,
            level: flat.level,
            critical: flat.critical,
            stem: flat.stem,
            ask,
            rationale: flat.rationale,
            sources: flat.sources,
            covers: flat.covers,
            review_by: flat.review_by,
            case: flat.case,
            group: flat.group,
            image: flat.image,
            reviewed: flat.reviewed,
            lint: flat.lint,
        })
    }
}

impl QuestionWire {
    /// Returns whether any member is left that belongs to some kinds only.
    fn holds_members_of_a_kind(&self) -> bool {
        self.choices.is_some()
            || self.select.is_some()
            || self.scoring.is_some()
            || self.order.is_some()
            || self.rationales.is_some()
            || self.harm.is_some()
            || self.tolerance.is_some()
            || self.unit.is_some()
            || self.accept.is_some()
            || self.items.is_some()
            || self.pairs.is_some()
            || self.extra_right.is_some()
    }
}

/// Returns `value` unless it is the default, which a file leaves out.
fn unless_default<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

impl From<Question> for QuestionWire {
    fn from(question: Question) -> Self {
        let mut flat = Self {
            id: question.id,
            kind: question.ask.kind(),
            status: question.status,
            revision: question.revision,
            objective: question.objective,
            level: question.level,
            critical: question.critical,
            stem: question.stem,
            choices: None,
            select: None,
            scoring: None,
            order: None,
            answer: None,
            rationales: None,
            harm: None,
            tolerance: None,
            unit: None,
            accept: None,
            items: None,
            pairs: None,
            extra_right: None,
            rationale: question.rationale,
            sources: question.sources,
            covers: question.covers,
            review_by: question.review_by,
            case: question.case,
            group: question.group,
            image: question.image,
            reviewed: question.reviewed,
            lint: question.lint,
        };
        match question.ask {
            QuestionKind::Choice { choices, select, scoring, order } => {
                flat.choices = Some(choices);
                flat.select = unless_default(select);
                flat.scoring = unless_default(scoring);
                flat.order = unless_default(order);
            }
            QuestionKind::TrueFalse { answer, rationales, harm } => {
                flat.answer = Some(Answer::Truth(answer));
                flat.rationales = unless_default(rationales);
                flat.harm = harm;
            }
            QuestionKind::Number { answer, tolerance, unit } => {
                flat.answer = Some(Answer::Number(answer));
                flat.tolerance = Some(tolerance);
                flat.unit = unit;
            }
            QuestionKind::Text { accept } => flat.accept = Some(accept),
            QuestionKind::Order { items } => flat.items = Some(items),
            QuestionKind::Match { pairs, extra_right } => {
                flat.pairs = Some(pairs);
                flat.extra_right = Some(extra_right).filter(|items| !items.is_empty());
            }
        }
        flat
    }
}
