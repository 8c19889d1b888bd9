//! Numbers with a unit and a legal range.

/// A number of a calendar's settings is out of range.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what} must be {least} to {most} {unit}, not {given}")]
#[non_exhaustive]
pub struct InvalidSetting {
    /// Which setting was refused.
    pub what: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// What was given.
    pub given: u32,
    /// The smallest legal number.
    pub least: u32,
    /// The largest legal number.
    pub most: u32,
}

/// Newtypes over numbers with a legal range, which serde cannot bypass.
macro_rules! settings {
    ($($(#[$doc:meta])*
       $name:ident($number:ty) = $what:literal, $least:literal..=$most:literal $unit:ident;)+) => {$(
        $(#[$doc])*
        ///
        #[doc = concat!("From ", $least, " to ", $most, " ", stringify!($unit), ".")]
        #[derive(
            Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "u32", into = "u32")]
        pub struct $name($number);

        impl $name {
            #[doc = concat!("Takes ", $least, " to ", $most, " ", stringify!($unit), ".")]
            ///
            /// # Errors
            /// [`InvalidSetting`](crate::words::InvalidSetting) outside that range.
            pub const fn new($unit: $number) -> Result<Self, $crate::words::InvalidSetting> {
                if !matches!($unit, $least..=$most) {
                    return Err(Self::refused($unit as u32));
                }
                Ok(Self($unit))
            }

            #[doc = concat!("The number of ", stringify!($unit), ".")]
            #[must_use]
            pub const fn $unit(self) -> $number {
                self.0
            }

            const fn refused(given: u32) -> $crate::words::InvalidSetting {
                $crate::words::InvalidSetting {
                    what: $what,
                    unit: stringify!($unit),
                    given,
                    least: $least,
                    most: $most,
                }
            }
        }

        impl TryFrom<u32> for $name {
            type Error = $crate::words::InvalidSetting;
            fn try_from(given: u32) -> Result<Self, $crate::words::InvalidSetting> {
                <$number>::try_from(given)
                    .map_err(|_| Self::refused(given))
                    .and_then(Self::new)
            }
        }

        impl From<$name> for u32 {
            fn from(setting: $name) -> Self {
                Self::from(setting.0)
            }
        }
    )+};
}

/// Minutes as elapsed time.
macro_rules! elapsed_minutes {
    ($($name:ident)+) => {$(
        impl $name {
            /// As elapsed time.
            #[must_use]
            pub fn elapsed(self) -> chrono::TimeDelta {
                chrono::TimeDelta::minutes(self.0.into())
            }
        }
    )+};
}

pub(super) use {elapsed_minutes, settings};
