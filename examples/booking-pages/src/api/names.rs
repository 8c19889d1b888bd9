//! Names that the crate gives, listed for the description: what is sent are the crate's own.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! names {
    ($($(#[doc = $doc:literal])+ $type:ident: $($name:literal)+;)+) => {$(
        $(#[doc = $doc])+
        pub(crate) struct $type;

        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($doc),+).trim()))
                    .enum_values(Some([$($name),+]))
                    .into()
            }
        }

        impl ToSchema for $type {}
    )+};
}

names! {
    /// Where an appointment stands.
    StatusName: "pending" "confirmed" "cancelled" "showed" "no_show";
    /// Why a host cannot take a slot. With `zoom_not_ready` alone they can, but are asked last, unless
    /// the calendar refuses slots without a link.
    ReasonName: "busy" "busy_unknown" "full" "limit" "not_open" "notice" "occupied" "off_grid"
        "time_off" "window" "zoom_not_ready";
    /// What is missing until a parked link can be made.
    ParkReasonName: "quota" "not_connected" "needs_reconnect" "refused_by_zoom" "abandoned";
    /// What people are to be told.
    MessageKindName: "booked" "confirmed" "rescheduled" "cancelled" "link_changed";
}

#[cfg(test)]
mod tests {
    use slotlink::rules::{ParkReason, Reason};
    use slotlink::words::Status;

    use super::*;

    fn is_listed<T: ToSchema>(name: impl serde::Serialize) {
        let schema = serde_json::to_value(T::schema()).unwrap();
        let name = serde_json::to_value(name).unwrap();
        assert!(schema["enum"].as_array().unwrap().contains(&name), "{name} in {schema}");
    }

    /// One of each list that only this test would find misspelt; tests of the API see others.
    #[test]
    fn names_are_those_of_the_crate() {
        for status in Status::ALL {
            is_listed::<StatusName>(status);
        }
        for reason in [Reason::BusyUnknown, Reason::NotOpen, Reason::OffGrid, Reason::TimeOff] {
            is_listed::<ReasonName>(reason.to_string());
        }
        for reason in [
            ParkReason::Quota,
            ParkReason::NotConnected,
            ParkReason::NeedsReconnect,
            ParkReason::RefusedByZoom,
            ParkReason::Abandoned,
        ] {
            is_listed::<ParkReasonName>(reason);
        }
        is_listed::<MessageKindName>(slotlink::MessageKind::LinkChanged);
    }
}
