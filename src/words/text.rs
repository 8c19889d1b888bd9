//! Texts that people wrote: bounded, and without characters that do harm where they are shown.

use serde::Deserialize;

use super::newtype::text_newtype;

/// A text was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidText {
    /// Nothing but white space.
    #[error("{what} must not be empty")]
    #[non_exhaustive]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// Too long.
    #[error("{what} must be at most {allowed} characters long, not {given}")]
    #[non_exhaustive]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How many characters were given.
        given: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// A control character, say a line break in a name: it could forge a header of a mail.
    #[error("{what} must not hold the control character {given:?}")]
    #[non_exhaustive]
    Control {
        /// Which text.
        what: &'static str,
        /// The character.
        given: char,
    },
    /// Not an e-mail address by RFC 5321.
    #[error("an e-mail address looks like name@example.com")]
    NotAnEmail,
}

fn check(what: &'static str, text: &str, allowed: usize, lines: bool) -> Result<(), InvalidText> {
    if text.trim().is_empty() {
        return Err(InvalidText::Empty { what });
    }
    let given = text.chars().count();
    if given > allowed {
        return Err(InvalidText::TooLong { what, given, allowed });
    }
    let layout = |c: char| lines && matches!(c, '\n' | '\r' | '\t');
    match text.chars().find(|c| c.is_control() && !layout(*c)) {
        Some(given) => Err(InvalidText::Control { what, given }),
        None => Ok(()),
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $allowed:literal, $lines:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Takes the text as it is, if it is 1 to ", $allowed, " characters long.")]
            ///
            /// # Errors
            /// [`InvalidText`] if it is empty, too long, or holds a control character.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidText> {
                let text = text.into();
                check($what, &text, $allowed, $lines)?;
                Ok(Self(text))
            }
        }

        text_newtype!($name, InvalidText);
    )+};
}

texts! {
    /// What an account, a person or a calendar is called, on one line.
    Name = "a name", 200, false;
    /// What an appointment is called, on one line.
    Title = "a title", 200, false;
    /// What an invitee writes to the host. Never sent to Zoom (R12).
    Notes = "notes", 4000, true;
    /// A phone number as people write it.
    Phone = "a phone number", 64, false;
    /// A place to go to.
    Address = "an address", 500, true;
    /// Why somebody did what they could do only in another's name, or as support.
    StatedReason = "a reason", 500, true;
    /// A meeting location in words.
    LocationText = "a location text", 500, true;
}

impl From<Name> for Title {
    /// An appointment without a title is called like its calendar; both have the same bounds.
    fn from(name: Name) -> Self {
        Self(name.0)
    }
}

/// An e-mail address with the syntax of RFC 5321. It need not be deliverable.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub struct Email(String);

impl Email {
    /// Takes the address as it is.
    ///
    /// # Errors
    /// [`InvalidText::NotAnEmail`] if RFC 5321 does not know the syntax.
    pub fn new(address: impl Into<String>) -> Result<Self, InvalidText> {
        let address = address.into();
        if email_address::EmailAddress::is_valid(&address) {
            Ok(Self(address))
        } else {
            Err(InvalidText::NotAnEmail)
        }
    }
}

text_newtype!(Email, InvalidText);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_of_1_to_200_characters() {
        assert!(Name::new("ä".repeat(200)).is_ok());
        let long = Name::new("ä".repeat(201)).unwrap_err();
        assert_eq!(long.to_string(), "a name must be at most 200 characters long, not 201");
        assert!(matches!(Name::new(" "), Err(InvalidText::Empty { .. })));
        assert!(matches!(Name::new("a\r\nBcc: x"), Err(InvalidText::Control { given: '\r', .. })));
    }

    #[test]
    fn notes_may_have_lines_but_no_other_control_characters() {
        assert!(Notes::new("first\n\tsecond").is_ok());
        assert!(Notes::new("a\u{0}b").is_err());
    }

    #[test]
    fn an_address_without_a_domain_is_no_email() {
        assert!(Email::new("pat@example.com").is_ok());
        for bad in ["", "pat", "pat@", "@example.com", "pat@exa mple.com", "a\n@example.com"] {
            assert!(Email::new(bad).is_err(), "{bad:?}");
        }
    }
}
