//! The JSON form of a question: one flat object that may have the members of any kind.
//! The conversion to [`Question`] rejects members of other kinds. (serde's `flatten` cannot reject unknown members.)

use serde::{Deserialize, Serialize};

use crate::bank::question::{
    CaseId, Choice, ChoiceOrder, ChoiceScoring, Citation, ClinicalReview, CognitiveLevel, Day, Decimal, ExplainedText,
    GroupId, Harm, MatchPair, ObjectiveId, Question, QuestionId, QuestionImage, QuestionKind, QuestionKindName,
    QuestionStatus, RuleWaiver, SelectCount, TruthRationales, is_false,
};

/// All members that a question of some kind may have.
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

    /// Takes the members of the question's kind. It rejects a member that only another kind has.
    fn try_from(mut wire: QuestionWire) -> Result<Self, &'static str> {
        const MISSING_MEMBER: &str = "a field that this kind of question needs is missing or has the wrong type";
        let ask = match (wire.kind, wire.answer.take()) {
            (QuestionKindName::Choice, None) => QuestionKind::Choice {
                choices: wire.choices.take().ok_or(MISSING_MEMBER)?,
                select: wire.select.take().unwrap_or_default(),
                scoring: wire.scoring.take().unwrap_or_default(),
                order: wire.order.take().unwrap_or_default(),
            },
            (QuestionKindName::TrueFalse, Some(Answer::Truth(answer))) => QuestionKind::TrueFalse {
                answer,
                rationales: wire.rationales.take().unwrap_or_default(),
                harm: wire.harm.take(),
            },
            (QuestionKindName::Number, Some(Answer::Number(answer))) => QuestionKind::Number {
                answer,
                tolerance: wire.tolerance.take().ok_or(MISSING_MEMBER)?,
                unit: wire.unit.take(),
            },
            (QuestionKindName::Text, None) => QuestionKind::Text { accept: wire.accept.take().ok_or(MISSING_MEMBER)? },
            (QuestionKindName::Order, None) => QuestionKind::Order { items: wire.items.take().ok_or(MISSING_MEMBER)? },
            (QuestionKindName::Match, None) => QuestionKind::Match {
                pairs: wire.pairs.take().ok_or(MISSING_MEMBER)?,
                extra_right: wire.extra_right.take().unwrap_or_default(),
            },
            _ => return Err(MISSING_MEMBER),
        };
        // The match above took the members of the question's own kind.
        if wire.has_kind_members() {
            return Err("the question has a field that belongs to another kind");
        }
        Ok(Self {
            id: wire.id,
            status: wire.status,
            revision: wire.revision,
            objective: wire.objective,
            level: wire.level,
            critical: wire.critical,
            stem: wire.stem,
            kind: ask,
            rationale: wire.rationale,
            sources: wire.sources,
            covers: wire.covers,
            review_by: wire.review_by,
            case: wire.case,
            group: wire.group,
            image: wire.image,
            reviewed: wire.reviewed,
            lint: wire.lint,
        })
    }
}

impl QuestionWire {
    /// Returns whether a member is left that the question's own kind did not take.
    fn has_kind_members(&self) -> bool {
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

/// Returns `None` for the default value. The canonical form and its digest leave defaults out.
fn some_unless_default<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

impl From<Question> for QuestionWire {
    fn from(question: Question) -> Self {
        let mut wire = Self {
            id: question.id,
            kind: question.kind.kind_name(),
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
        match question.kind {
            QuestionKind::Choice { choices, select, scoring, order } => {
                wire.choices = Some(choices);
                wire.select = some_unless_default(select);
                wire.scoring = some_unless_default(scoring);
                wire.order = some_unless_default(order);
            }
            QuestionKind::TrueFalse { answer, rationales, harm } => {
                wire.answer = Some(Answer::Truth(answer));
                wire.rationales = some_unless_default(rationales);
                wire.harm = harm;
            }
            QuestionKind::Number { answer, tolerance, unit } => {
                wire.answer = Some(Answer::Number(answer));
                wire.tolerance = Some(tolerance);
                wire.unit = unit;
            }
            QuestionKind::Text { accept } => wire.accept = Some(accept),
            QuestionKind::Order { items } => wire.items = Some(items),
            QuestionKind::Match { pairs, extra_right } => {
                wire.pairs = Some(pairs);
                wire.extra_right = Some(extra_right).filter(|items| !items.is_empty());
            }
        }
        wire
    }
}
