//! The description of the API (OpenAPI 3.1): what all operations share.

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, Type};
use utoipa::{IntoResponses, Modify, OpenApi, ToResponse, openapi};

use super::problem::Body;

/// What stands above the operations. They are added as they are routed.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Booking pages",
        version = "1",
        description = "Books appointments, as the pages do. Times are UTC. What does not work is told as a \
            problem (RFC 9457): go by its `kind`. Conflicts (409) are everyday life: look again, and ask again. \
            After 503, ask again later: with the same Idempotency-Key a booking is not made twice.",
        license(name = "MIT", identifier = "MIT")
    ),
    servers((url = "/", description = "Where this description came from.")),
    tags(
        (name = "visitors", description = "For everybody. No cookies, no sign-in: the private address of an \
            appointment is the key to it."),
        (name = "staff", description = "For the host application, with the key of the API.")
    ),
    components(
        schemas(Body),
        responses(
            BadRequest, Unauthorized, NotFound, Conflict, SlotConflict, TooLarge, NotJson, Invalid,
            TooManyAttempts, Broken, Unavailable
        )
    ),
    modifiers(&Bearer)
)]
pub(crate) struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("The service's API_KEY.".to_owned());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

macro_rules! problems {
    ($($type:ident $(with $header:literal)? = $description:literal;)+) => {$(
        pub(crate) struct $type;

        impl<'r> ToResponse<'r> for $type {
            fn response() -> (&'r str, RefOr<Response>) {
                let response = problem($description);
                $(let response = response.header($header, text());)?
                (stringify!($type), response.build().into())
            }
        }
    )+};
}

problems! {
    BadRequest = "The request cannot be read: malformed JSON or query, or a header is missing.";
    Unauthorized with "WWW-Authenticate" = "The key is missing or wrong.";
    NotFound = "There is no such thing.";
    Conflict = "It cannot be done as things stand: `kind` says why.";
    SlotConflict = "It cannot be done as things stand. If the slot is taken, `next_slots` are free.";
    TooLarge = "The body is too large.";
    NotJson = "The body is not sent as `application/json`.";
    Invalid = "`fields` says what is wrong with which field.";
    TooManyAttempts with "Retry-After" = "Too many attempts from this network address.";
    Broken = "Something is broken on our side.";
    Unavailable with "Retry-After" = "Something on our side cannot be reached now. Ask again later.";
}

fn problem(description: &str) -> ResponseBuilder {
    let body = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", body)
}

fn text() -> openapi::Header {
    HeaderBuilder::new().schema(Some(openapi::Object::with_type(Type::String))).build()
}

/// What every operation may answer.
pub(crate) struct Always;

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let named = |name| RefOr::Ref(Ref::from_response_name(name));
        [("500", "Broken"), ("503", "Unavailable")]
            .map(|(status, name)| (status.to_owned(), named(name)))
            .into()
    }
}

/// What every operation for staff may answer, too.
pub(crate) struct StaffOnly;

impl IntoResponses for StaffOnly {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = Always::responses();
        for (status, name) in [("401", "Unauthorized"), ("429", "TooManyAttempts")] {
            responses.insert(status.to_owned(), RefOr::Ref(Ref::from_response_name(name)));
        }
        responses
    }
}
