//! The zone that a visitor reads times in.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use slotlink::words::Zone;

use crate::when::zone_name;

/// What the visitor chose, or their browser said, or the calendar's own.
pub(crate) fn of_visitor(asked: Option<&str>, headers: &HeaderMap, calendar: Zone) -> Zone {
    let cookies = CookieJar::from_headers(headers);
    let kept = cookies.get("zone").map(axum_extra::extract::cookie::Cookie::value);
    let named = [asked, kept].into_iter().flatten();
    // A name that is none is passed over: the page shows which zone it took.
    named.filter_map(|name| Zone::new(name).ok()).next().unwrap_or(calendar)
}

/// All zones: hundreds, looked up once and not for each page.
pub(crate) fn all() -> impl Iterator<Item = Zone> {
    static ALL: LazyLock<Vec<Zone>> = LazyLock::new(|| {
        chrono_tz::TZ_VARIANTS.iter().filter_map(|tz| Zone::new(tz.name()).ok()).collect()
    });
    ALL.iter().copied()
}

/// A choice of all zones. `data-detect`: the script that every page loads may fill in what the
/// browser knows, if nothing was chosen yet.
pub(crate) fn choice(zone: Zone, is_chosen: bool) -> Markup {
    html! {
        label for="zone" { "Times are shown for" }
        select id="zone" name="zone" data-detect[!is_chosen] {
            @for other in all() {
                option value=(other.name()) selected[other == zone] { (zone_name(other)) }
            }
        }
    }
}
