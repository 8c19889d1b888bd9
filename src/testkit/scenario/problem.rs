//! What makes a text no legal scenario.

use std::fmt;

/// A text is no scenario that can be run. Nothing of it was run.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidScenario {
    /// The step, counted from 1; `None` if it is the world, or the text as a whole.
    pub step: Option<usize>,
    /// The field, as a path such as `users[0].hours`; empty if none is to blame alone.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text is no JSON, or a field is unknown, missing, or holds something that is not legal.
    #[error("{0}")]
    Illegal(String),
    /// The format has it, this version of the crate does not do it yet.
    #[error("not supported yet: {0}")]
    Unsupported(String),
}

impl InvalidScenario {
    pub(super) fn illegal(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self { step: None, field: field.into(), problem: Problem::Illegal(why.into()) }
    }

    pub(super) fn unsupported(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self { step: None, field: field.into(), problem: Problem::Unsupported(what.into()) }
    }

    /// The same, of a field that lies within this one.
    pub(super) fn within(self, outer: &str) -> Self {
        let field = match self.field.as_str() {
            "" => outer.to_owned(),
            inner => format!("{outer}.{inner}"),
        };
        Self { field, ..self }
    }

    /// The same, of a step.
    pub(super) fn in_step(self, number: usize) -> Self {
        Self { step: Some(number), ..self }
    }
}

impl fmt::Display for InvalidScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Some(number) => write!(f, "step {number}, ")?,
            None => f.write_str("world, ")?,
        }
        if !self.field.is_empty() {
            write!(f, "field {}: ", self.field)?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for InvalidScenario {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}
