//! Words take any input without a panic, and never hold what is out of range.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use slotlink::words::{
    BookingWindow, Buffer, GridOffset, GridStep, Hours, Notice, Occupancy, Seats, SlotLength,
    SlotSettings, TimeOfDay, WeeklyHours, Window, WindowDays, Zone,
};

/// Texts near the legal ones, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-2][0-9]:[0-6][0-9]",
        "[0-2][0-9]:[0-6][0-9]-[0-2][0-9]:[0-6][0-9]",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]",
        "(America|Europe|Pacific)/[A-Z][a-z]{2,8}",
        ".{0,80}",
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5_i64..2_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        prop::collection::vec(text().prop_map(Value::from), 0..3).prop_map(Value::from),
        (any::<i64>(), any::<i64>()).prop_map(|edges| json!(edges)),
        Just(json!({})),
    ]
}

/// One legal document of each word that is stored whole.
fn legal() -> Vec<Value> {
    let user = json!({"user": "A001"});
    let calendar = json!({"account": "abc", "calendar": "demo"});
    vec![
        json!({"zone": "Africa/Cairo", "weekly": {"mon": ["09:00-12:00", "22:00-24:00"]},
               "overrides": {"2026-04-24": ["00:00-01:30"]}, "time_off": [[0, 60]]}),
        json!({"length": 30, "every": 15, "offset": 5, "before": 10, "after": 0, "seats": 2}),
        json!({"days": 60}),
        json!({"dates": {"from": "2026-01-01", "to": "2026-12-31"}}),
        json!({"core": [600, 2400], "padded": [0, 2400], "calendar": calendar, "owner": user,
               "seats_taken": 3}),
    ]
}

/// Puts a value in the place of the n-th part of a document, counted through.
fn replace(document: &mut Value, n: &mut usize, value: &Value) {
    if *n == 0 {
        *document = value.clone();
    }
    *n = n.wrapping_sub(1);
    match document {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, n, value)),
        Value::Object(items) => items.values_mut().for_each(|item| replace(item, n, value)),
        _ => {}
    }
}

fn is_window(window: &Window) -> bool {
    window.from() < window.to() && window.to().minute() <= 1440
}

fn check_week(week: &WeeklyHours) {
    let days = (0..7).map(|day| chrono::Weekday::try_from(day).unwrap());
    assert!(days.flat_map(|day| week.windows(day)).all(is_window));
}

fn check_settings(slot: SlotSettings) {
    assert!((5..=960).contains(&slot.length().minutes()));
    assert!((1..=1440).contains(&slot.every().minutes()));
    assert!(slot.offset().minutes() < 1440);
    assert!(slot.before().minutes() <= 240 && slot.after().minutes() <= 240);
    assert!((1..=1000).contains(&slot.seats().seats()));
}

fn check_window(window: BookingWindow) {
    match window {
        BookingWindow::Days(days) => assert!((1..=730).contains(&days.days())),
        BookingWindow::Dates(dates) => assert!(dates.from() <= dates.to()),
        other => unreachable!("{other:?}"),
    }
}

fn check_document(document: &Value) {
    if let Ok(hours) = Hours::deserialize(document) {
        check_week(hours.weekly());
        assert!(hours.overrides().values().flatten().all(is_window));
        assert_eq!(Hours::deserialize(json!(hours)).unwrap(), hours);
    }
    if let Ok(slot) = SlotSettings::deserialize(document) {
        check_settings(slot);
        assert_eq!(SlotSettings::deserialize(json!(slot)).unwrap(), slot);
    }
    if let Ok(window) = BookingWindow::deserialize(document) {
        check_window(window);
        assert_eq!(BookingWindow::deserialize(json!(window)).unwrap(), window);
    }
    if let Ok(taken) = Occupancy::deserialize(document) {
        assert!(taken.padded().contains(taken.core()));
        assert!((1..=1000).contains(&taken.seats_taken()));
        assert_eq!(Occupancy::deserialize(json!(taken)).unwrap(), taken);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_a_legal_word_or_refused(text in text()) {
        if let Ok(time) = text.parse::<TimeOfDay>() {
            prop_assert!(time.minute() <= 1440);
            prop_assert_eq!(time.to_string(), text.as_str());
        }
        if let Ok(window) = text.parse::<Window>() {
            prop_assert!(is_window(&window));
            prop_assert_eq!(window.to_string(), text.as_str());
        }
        if let Ok(zone) = Zone::new(&text) {
            prop_assert_eq!(zone.name(), text);
        }
    }

    #[test]
    fn any_number_is_a_legal_setting_or_refused(number in prop_oneof![0_u32..1_100_000, any::<u32>()]) {
        prop_assert_eq!(SlotLength::try_from(number).is_ok(), (5..=960).contains(&number));
        prop_assert_eq!(GridStep::try_from(number).is_ok(), (1..=1440).contains(&number));
        prop_assert_eq!(GridOffset::try_from(number).is_ok(), number < 1440);
        prop_assert_eq!(Buffer::try_from(number).is_ok(), number <= 240);
        prop_assert_eq!(Seats::try_from(number).is_ok(), (1..=1000).contains(&number));
        prop_assert_eq!(Notice::try_from(number).is_ok(), number <= 1_051_200);
        prop_assert_eq!(WindowDays::try_from(number).is_ok(), (1..=730).contains(&number));
    }

    #[test]
    fn any_document_is_legal_or_refused(which in 0_usize..5, part in 0_usize..14, value in leaf()) {
        let mut document = legal().swap_remove(which);
        let mut part = part;
        check_document(&document);
        replace(&mut document, &mut part, &value);
        check_document(&document);
    }

    #[test]
    fn any_wall_clock_time_has_edges_in_any_zone(
        tz in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        second in prop_oneof![0_i64..7_258_118_400, any::<i64>()],
    ) {
        let zone = Zone::new(tz.name()).unwrap();
        let any = DateTime::from_timestamp(second, 0);
        let local = any.map_or(NaiveDateTime::MAX, |at| at.naive_utc());
        let (opening, closing) = (zone.opening(local), zone.closing(local));
        prop_assert!(opening <= closing);
        let readings: Vec<_> = zone.readings(local).collect();
        prop_assert!(readings.iter().all(|at| zone.local(*at) == local));
        if let Some((first, last)) = readings.first().zip(readings.last()) {
            prop_assert_eq!((*first, *last), (opening, closing));
        }
        if let Some(at) = any.filter(|_| (0..7_258_118_400).contains(&second)) {
            // Every instant is one of the readings of what clocks show then.
            prop_assert!(zone.readings(zone.local(at)).any(|reading| reading == at));
        }
    }
}

#[test]
fn the_legal_documents_are_legal() {
    let documents = legal();
    assert!(Hours::deserialize(&documents[0]).is_ok());
    assert!(SlotSettings::deserialize(&documents[1]).is_ok());
    assert!(BookingWindow::deserialize(&documents[2]).is_ok());
    assert!(BookingWindow::deserialize(&documents[3]).is_ok());
    assert!(Occupancy::deserialize(&documents[4]).is_ok());
    let far = NaiveDate::MAX.to_string();
    check_document(&json!({"dates": {"from": far, "to": far}}));
}
