//! A clock that is set back or forward, and the two days of the year that are not 24 hours long.

use crate::browser::{Browser, NOW, TestServer};
use crate::databases::table;
use crate::filled::Filled;
use crate::spend::{MARKETING, write};
use doubles::backup::model::slots;
use doubles::people::service::People;
use doubles::period::Instant;
use doubles::server::clock::Clock;
use doubles::server::{housekeeping, router};
use doubles::zone::Zone;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The same server and browser, with the clock set.
fn set(server: &TestServer, browser: &mut Browser, seconds: i64) -> Instant {
    let now = Instant(u32::try_from(i64::from(NOW.0) + seconds).expect("within the years"));
    let clock = Clock::Fixed(now);
    let mut state = server.state.clone();
    state.clock = clock;
    state.people = People::new(state.db.clone(), clock);
    browser.use_router(router::build(state, None));
    now
}

#[tokio::test]
async fn a_clock_that_is_set_back_or_a_day_ahead_signs_nobody_out_and_keeps_the_order_of_changes() {
    let server = TestServer::set_up().await;
    server.add("mia@company.example", MARKETING).await;
    let mut mia = server.signed_in("mia@company.example").await;
    for (round, seconds) in [0, -HOUR, DAY, -DAY, 0, -400 * DAY, 2 * DAY, 0].into_iter().enumerate() {
        let now = set(&server, &mut mia, seconds);
        for path in ["/", "/spend", "/activity", "/settings", "/bell", "/kpis/cac"] {
            let page = mia.get(path).await;
            assert_eq!(page.status, 200, "{path} at {seconds}: {:?}", page.leads_to());
        }
        let amount = format!("{}", round + 1);
        let id = write(&mut mia, &[("days", "2026-10-01"), ("amount", &amount), ("kind", "media")]).await;
        let page = mia.get(&format!("/history/spend/{id}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        housekeeping::sweep(&server.state.db, now).await.expect("it sweeps");
    }
    let seqs = table(&server.state.db, "select seq from change order by seq").await.concat();
    let expected: Vec<String> = (1..=seqs.len()).map(|n| n.to_string()).collect();
    assert_eq!(seqs, expected, "the order is that of the commits, whatever the clock said");
    let amounts = table(&server.state.db, "select amount_minor from spend order by seq").await.concat();
    assert_eq!(amounts, ["100", "200", "300", "400", "500", "600", "700", "800"]);
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_for_a_while_asks_for_the_password_and_takes_nobodys_session() {
    let server = TestServer::set_up().await;
    let mut ada = server.signed_in("ada@company.example").await;
    set(&server, &mut ada, 4_000 * DAY);
    assert_eq!(ada.get("/settings").await.leads_to(), Some("/sign-in?next=%2Fsettings"));
    let cookies = server.signed_in("ada@company.example").await.cookies;
    ada.cookies = cookies;
    set(&server, &mut ada, 0);
    assert_eq!(ada.get("/settings").await.status, 200, "once the clock is right again, so is the session");
}

#[tokio::test]
async fn a_form_sent_again_counts_once_though_the_clock_was_set_between() {
    let server = TestServer::set_up().await;
    server.add("mia@company.example", MARKETING).await;
    let mut mia = server.signed_in("mia@company.example").await;
    let form = Filled::of(&mia.get("/spend/new").await.body, "/spend/add").with("days", "2026-10").with("amount", "7");
    let mut led = Vec::new();
    for seconds in [0, -HOUR, HOUR, -30 * DAY, DAY - 1] {
        let now = set(&server, &mut mia, seconds);
        housekeeping::sweep(&server.state.db, now).await.expect("it sweeps");
        led.push(mia.post("/spend/add", &form.pairs()).await.leads_to().expect("it is taken").to_owned());
    }
    led.dedup();
    assert_eq!(led.len(), 1, "{led:?}");
    assert_eq!(table(&server.state.db, "select cast(count(*) as bigint) from spend").await, [["1"]]);
}

fn at(text: &str) -> Instant {
    let at = chrono::DateTime::parse_from_rfc3339(text).expect("an instant");
    Instant(u32::try_from(at.timestamp()).expect("within the years"))
}

/// In Berlin the night of 28 March 2027 lacks the hour from 2 to 3, and that of 31 October 2027 has it twice.
#[tokio::test]
async fn both_changes_of_the_clocks_keep_sessions_days_and_nights() {
    let server = TestServer::set_up().await;
    server.add("mia@company.example", MARKETING).await;
    for (before, after, day, time) in [
        ("2027-03-28T01:59:59+01:00", "2027-03-28T03:00:00+02:00", "2027-03-28", "28 March 2027, 03:00"),
        ("2027-10-31T02:59:59+02:00", "2027-10-31T02:00:00+01:00", "2027-10-31", "31 October 2027, 02:00"),
    ] {
        let mut mia = server.browser();
        let from_now = |text: &str| i64::from(at(text).0) - i64::from(NOW.0);
        set(&server, &mut mia, from_now(before));
        let signed_in =
            mia.post("/sign-in", &[("email", "mia@company.example"), ("password", crate::browser::PASSWORD)]).await;
        assert_eq!(signed_in.leads_to(), Some("/"), "{}", signed_in.body);
        let first = write(&mut mia, &[("days", day), ("amount", "10"), ("kind", "media")]).await;
        set(&server, &mut mia, from_now(after));
        let second = write(&mut mia, &[("days", day), ("amount", "20"), ("kind", "media")]).await;
        assert!(second > first);
        let told = mia.get("/activity").await.body;
        let words = time.rsplit_once(", ").expect("a day and a time").1;
        assert!(told.contains(words), "{time}: {told}");
        let ledger = crate::filled::plain(&mia.get(&format!("/spend?from={}&to={}", &day[..7], &day[..7])).await.body);
        assert!(ledger.contains("€30"), "one day has both: {ledger}");
    }
}

#[test]
fn each_night_has_one_backup_whatever_the_clocks_do() {
    let zone = Zone::parse("Europe/Berlin").expect("a zone");
    for (from, hour) in [
        ("2027-03-26T12:00:00Z", 2),
        ("2027-03-26T12:00:00Z", 3),
        ("2027-10-29T12:00:00Z", 2),
        ("2027-10-29T12:00:00Z", 3),
    ] {
        let mut slots_seen = Vec::new();
        for minute in 0..4 * 24 * 60 {
            let (last, next) = slots(Instant(at(from).0 + minute * 60), hour, &zone);
            assert!(last < next, "{from} {hour}");
            if slots_seen.last() != Some(&last) {
                slots_seen.push(last);
            }
        }
        assert!(slots_seen.is_sorted(), "{from} {hour}: {slots_seen:?}");
        assert_eq!(slots_seen.len(), 5, "{from} {hour}: one a night, and none twice: {slots_seen:?}");
    }
}
