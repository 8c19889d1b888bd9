//! The consent page.

use slotlink::words::{ConsentCallback, ZoomAccountId};
use url::Url;
use zoom_server::{ZoomServer, ZoomServerConfig};

use crate::browser::{consent, field, get, location, submit, text};

const ASKED: &str = "response_type=code&client_id=My+%22app%22&state=s%261&code_challenge_method=S256\
    &redirect_uri=http%3A%2F%2F127.0.0.1%2Fback%3Fa%3Db\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn server() -> (ZoomServer, Url) {
    let server = ZoomServer::start(ZoomServerConfig::default()).await.unwrap();
    let page = server.url().join(&format!("oauth/authorize?{ASKED}")).unwrap();
    (server, page)
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_that_it_is_simulated() {
    let (server, page) = server().await;
    server.zoom().add_account(ZoomAccountId::new("zoom-<ann>").unwrap());
    let shown = text(&get(&page).await);
    for said in [
        "Simulated Zoom",
        "My &quot;app&quot;",
        "meeting:write:meeting",
        "zoom-&lt;ann&gt;",
        "name=\"viewport\"",
        "<html lang=\"en\">",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
}

#[tokio::test]
async fn to_allow_leads_back_with_a_code_and_the_state() {
    let (server, page) = server().await;
    let back = location(&consent(&page, " zoom-ann ", "allow").await);
    assert!(back.as_str().starts_with("http://127.0.0.1/back?a=b&code="), "{back}");
    assert_eq!(field(back.query().unwrap(), "state").unwrap(), "s&1");
    assert!(ConsentCallback::from_url(&back).is_ok());
    let users: Vec<String> = server.zoom().requests_today().keys().map(|u| u.to_string()).collect();
    assert_eq!(users, ["zoom-ann"], "a new one is added");
}

#[tokio::test]
async fn to_deny_needs_no_user_and_leads_back_with_an_error() {
    let (server, page) = server().await;
    let back = location(&consent(&page, "", "deny").await);
    assert_eq!(field(back.query().unwrap(), "error").unwrap(), "access_denied");
    assert!(server.zoom().requests_today().is_empty());
}

#[tokio::test]
async fn a_question_that_zoom_would_not_ask_is_a_page_that_says_why() {
    let (_server, page) = server().await;
    let mut bad = page.clone();
    bad.set_query(Some(&ASKED.replace("state=", "estate=")));
    for answer in [get(&bad).await, submit(&bad, &[("answer", "allow"), ("zoom", "a")]).await] {
        assert_eq!(answer.status(), 400);
        assert!(text(&answer).contains("there is no state"));
    }
    for fields in [[("answer", "allow"), ("zoom", "")], [("answer", "maybe"), ("zoom", "a")]] {
        assert_eq!(submit(&page, &fields).await.status(), 400, "{fields:?}");
    }
}
