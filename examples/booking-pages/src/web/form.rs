//! Forms that say what is wrong with which field, and keep what was typed.

use std::collections::BTreeMap;
use std::fmt::Display;

use maud::{Markup, html};

/// What is wrong, by field.
#[derive(Debug, Default)]
pub(crate) struct Wrong {
    fields: BTreeMap<&'static str, String>,
    /// What is wrong with no field in particular.
    whole: Option<String>,
}

impl Wrong {
    /// The value, or a note of what is wrong with the field.
    pub(crate) fn take<T, E: Display>(
        &mut self,
        field: &'static str,
        parsed: Result<T, E>,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.say(field, error.to_string());
                None
            }
        }
    }

    /// The first thing that is wrong with a field is told.
    pub(crate) fn say(&mut self, field: &'static str, message: impl Into<String>) {
        self.fields.entry(field).or_insert_with(|| message.into());
    }

    /// What no other value of a field would mend.
    pub(crate) fn say_of_all(&mut self, message: impl Into<String>) {
        self.whole = Some(message.into());
    }

    pub(crate) fn with(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    /// Each field with what is wrong with it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(field, message)| (*field, message.as_str()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.whole.is_none()
    }

    /// At the top of the form, for who does not see the fields: each leads to its field.
    pub(crate) fn summary(&self) -> Markup {
        html! {
            @if !self.is_empty() {
                div.alert role="alert" tabindex="-1" autofocus id="wrong" {
                    @if let Some(message) = &self.whole { p { (sentence(message)) } }
                    @if !self.fields.is_empty() {
                        p { strong { "Please look at this again:" } }
                        ul {
                            @for (field, message) in &self.fields {
                                li { a href={ "#" (field) } { (sentence(message)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What became of a form, at its top: whoever sent it begins there, also without a script.
pub(crate) fn alert(message: &str) -> Markup {
    html! { p.alert role="alert" tabindex="-1" autofocus { (message) } }
}

/// Messages of the crate begin small, and end without a full stop.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if message.ends_with(['.', '?', '!', ':']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// One line to type.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'static str,
    pub(crate) label: &'a str,
    pub(crate) value: &'a str,
    /// `text`, `email`, `tel`, …
    pub(crate) kind: &'static str,
    /// What the browser may fill in, as HTML names it.
    pub(crate) autocomplete: &'static str,
    pub(crate) required: bool,
    pub(crate) hint: Option<&'a str>,
}

impl<'a> Field<'a> {
    pub(crate) const fn text(name: &'static str, label: &'a str, value: &'a str) -> Self {
        let (kind, autocomplete) = ("text", "off");
        Self { name, label, value, kind, autocomplete, required: false, hint: None }
    }

    pub(crate) const fn of_kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) const fn filled_as(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn with_hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What stands around the input: its label, its hint and what is wrong with it.
    fn around(&self, wrong: &Wrong, input: &Markup) -> Markup {
        html! {
            div.field {
                label for=(self.name) {
                    (self.label)
                    @if !self.required { " " span.optional { "(optional)" } }
                }
                @if let Some(hint) = self.hint { p.hint id={ (self.name) "-hint" } { (hint) } }
                (input)
                @if let Some(message) = wrong.with(self.name) {
                    p.wrong id={ (self.name) "-wrong" } { (sentence(message)) }
                }
            }
        }
    }

    /// The ids of what describes the input.
    fn described_by(&self, wrong: &Wrong) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let wrong = wrong.with(self.name).map(|_| format!("{}-wrong", self.name));
        let ids: Vec<String> = hint.into_iter().chain(wrong).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    pub(crate) fn line(&self, wrong: &Wrong) -> Markup {
        // What the browser finds wrong is told by the service, in one place and one way.
        let invalid = wrong.with(self.name).map(|_| "true");
        let input = html! {
            input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                autocomplete=(self.autocomplete) aria-required=[self.required.then_some("true")]
                aria-describedby=[self.described_by(wrong)] aria-invalid=[invalid];
        };
        self.around(wrong, &input)
    }

    pub(crate) fn lines(&self, wrong: &Wrong) -> Markup {
        let invalid = wrong.with(self.name).map(|_| "true");
        let input = html! {
            textarea id=(self.name) name=(self.name) rows="4" autocomplete="off"
                aria-describedby=[self.described_by(wrong)] aria-invalid=[invalid] { (self.value) }
        };
        self.around(wrong, &input)
    }

    /// One of several, as `(value, label)`.
    pub(crate) fn choice<'o>(
        &self,
        wrong: &Wrong,
        options: impl IntoIterator<Item = (&'o str, String)>,
    ) -> Markup {
        let input = html! {
            select id=(self.name) name=(self.name)
                aria-required=[self.required.then_some("true")]
                aria-describedby=[self.described_by(wrong)]
                aria-invalid=[wrong.with(self.name).map(|_| "true")] {
                @for (value, label) in options {
                    option value=(value) selected[value == self.value] { (label) }
                }
            }
        };
        self.around(wrong, &input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tied_to_its_field_and_what_was_typed_is_kept() {
        let mut wrong = Wrong::default();
        assert_eq!(wrong.take::<(), _>("email", Err("is no e-mail address")), None);
        wrong.say("email", "a second one");
        let shown = Field::text("email", "E-mail", "a\"b").required().line(&wrong).into_string();
        assert!(shown.contains("aria-describedby=\"email-wrong\""), "{shown}");
        assert!(shown.contains("aria-invalid=\"true\""), "{shown}");
        assert!(shown.contains("value=\"a&quot;b\""), "{shown}");
        assert!(shown.contains("Is no e-mail address."), "{shown}");
        assert!(wrong.summary().into_string().contains("href=\"#email\""));
    }
}
