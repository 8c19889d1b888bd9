//! To Zoom's consent page and back (R1).

use async_trait::async_trait;
use ctutils::CtEq as _;
use url::Url;

use super::caller::Actor;
use super::connect::{Advice, Connect, Connected, Given, HandOver};
use super::core::{Command, Core, Plan};
use super::planner::Planner;
use super::records::{ConsentRow, UserRow};
use super::revoke::revoke_inline;
use super::take_down::persist;
use super::tokens::sealer;
use super::upcoming::unmanaged;
use crate::error::{ConsentRefusal, Error, Fault, Refusal};
use crate::ports::{Access, AuthorizeUrl, Consent, ConsentPage, TokenGrant, ZoomError, ZoomUser};
use crate::rules::consent::{CONSENT_LIFETIME, challenge, digest, token};
use crate::rules::scopes::missing_scopes;
use crate::trace;
use crate::words::{
    BrowserSession, ConsentAnswer, ConsentCallback, EntryPoint, Secret, UserId, ZoomAccountId,
};

/// How often Zoom is asked who consented: without an answer the consent is lost.
const MOST_ASKED: u32 = 3;

/// Who is to be led to Zoom's consent page, from where, and where to they come back.
#[derive(Clone, Debug)]
pub struct BeginConsent {
    user: UserId,
    entry: EntryPoint,
    session: BrowserSession,
    redirect: Url,
}

impl BeginConsent {
    /// A user in a browser session, who comes back to `redirect`: the host application's address
    /// that calls [`complete_zoom_consent`](crate::Scheduler::complete_zoom_consent), exactly as it
    /// is configured at Zoom.
    #[must_use]
    pub const fn new(
        user: UserId,
        entry: EntryPoint,
        session: BrowserSession,
        redirect: Url,
    ) -> Self {
        Self { user, entry, session, redirect }
    }
}

/// Notes a question, and says where to ask it.
pub(crate) async fn begin(
    core: &Core,
    actor: &Actor,
    ask: &BeginConsent,
) -> Result<AuthorizeUrl, Error> {
    let (state, verifier) = (token(&core.random()?), token(&core.random()?));
    core.run(&Begin { actor, ask, state: &state, verifier: &verifier }).await?;
    let page = ConsentPage::new(state, challenge(&verifier), ask.redirect.clone());
    Ok(core.auth.authorize_url(&page))
}

struct Begin<'a> {
    actor: &'a Actor,
    ask: &'a BeginConsent,
    state: &'a Secret,
    verifier: &'a Secret,
}

/// A sealed verifier opens for its own state only.
fn context(digest: &str) -> String {
    format!("verifier:{digest}")
}

#[async_trait]
impl Command for Begin<'_> {
    type Done = ();
    const NAME: &'static str = "begin_zoom_consent";

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let BeginConsent { user, entry, session, redirect } = self.ask;
        check(core, planner, self.actor, user).await?;
        let digest_of_state = digest(self.state.expose());
        let sealed = sealer(core)?.seal(&context(&digest_of_state), self.verifier);
        let row = ConsentRow {
            user: user.clone(),
            actor: self.actor.clone(),
            entry: *entry,
            session: digest(session.expose()),
            redirect: redirect.clone(),
            expires_at: planner.now + CONSENT_LIFETIME,
            verifier: Some(sealed.map_err(Fault::Sealer)?),
        };
        planner.put_input(&planner.keys.consent(&digest_of_state), &row)?;
        Ok(Plan::Commit(()))
    }
}

/// Only the user connects, or who is logged in as them (R4); who was deleted connects nothing.
async fn check(
    core: &Core,
    planner: &mut Planner<'_>,
    actor: &Actor,
    user: &UserId,
) -> Result<(), Error> {
    actor.check_is(core, planner, user, "connect their Zoom account").await?;
    let row = planner.peek(&planner.keys.user(user)).await?;
    UserRow::required(row, user).map(|_| ())
}

/// Somebody came back from Zoom.
pub(crate) async fn complete(
    core: &Core,
    actor: &Actor,
    session: &BrowserSession,
    callback: &ConsentCallback,
) -> Result<Connected, Error> {
    let asked = core.run(&TakeConsent { actor, session, state: &callback.state }).await?;
    let code = match &callback.answer {
        ConsentAnswer::Allowed(code) => code.clone(),
        ConsentAnswer::Denied(error) => {
            return Err(refused(ConsentRefusal::Denied { error: error.clone() }));
        }
    };
    let consent = Consent::new(code, asked.verifier, asked.redirect);
    let given = given(core, &consent).await?;
    let replaced = connect(core, actor, &asked.user, &given).await?;
    if let Some(previous) = &replaced {
        revoke_inline(core, previous).await;
    }
    // The connection stands: what cannot be read now is no error of the call.
    let unmanaged = unmanaged(core, actor, &asked.user, &given.zoom.id).await;
    Ok(Connected {
        zoom: given.zoom.id,
        user: asked.user,
        entry: asked.entry,
        advice: replaced.map(|previous| Advice::ReplacedZoomAccount { previous }),
        unmanaged: unmanaged.unwrap_or_default(),
    })
}

/// Where a callback that came to this session began, whatever becomes of it.
pub(crate) async fn entry_of(
    core: &Core,
    session: &BrowserSession,
    callback: &ConsentCallback,
) -> Result<Option<EntryPoint>, Error> {
    let mut planner = core.planner()?;
    let row = planner.peek(&core.keys.consent(&digest(callback.state.expose()))).await?;
    Ok(row.filter(|question| is_of_session(question, session)).map(|question| question.entry))
}

fn is_of_session(question: &ConsentRow, session: &BrowserSession) -> bool {
    let session = digest(session.expose());
    session.as_bytes().ct_eq(question.session.as_bytes()).to_bool()
}

const fn refused(refusal: ConsentRefusal) -> Error {
    Error::Refused(Refusal::Consent(refusal))
}

/// A question that was answered.
struct Asked {
    user: UserId,
    entry: EntryPoint,
    redirect: Url,
    verifier: Secret,
}

/// Finds the question that a callback answers. It can be answered once, whatever the answer.
struct TakeConsent<'a> {
    actor: &'a Actor,
    session: &'a BrowserSession,
    state: &'a Secret,
}

#[async_trait]
impl Command for TakeConsent<'_> {
    type Done = Asked;
    const NAME: &'static str = "complete_zoom_consent";

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<Asked>, Error> {
        let digest_of_state = digest(self.state.expose());
        let row = planner.keys.consent(&digest_of_state);
        let unknown = || refused(ConsentRefusal::Unknown);
        let mut question = planner.load(&row).await?.ok_or_else(unknown)?;
        // Nothing is told to another session, not even whether the question is still open.
        if !is_of_session(&question, self.session) || !self.actor.is_same(&question.actor) {
            return Err(refused(ConsentRefusal::OtherSession));
        }
        let Some(sealed) = question.verifier.take() else {
            return Err(refused(ConsentRefusal::Used));
        };
        if planner.now >= question.expires_at {
            return Err(refused(ConsentRefusal::Expired));
        }
        check(core, planner, self.actor, &question.user).await?;
        let verifier = sealer(core)?.open(&context(&digest_of_state), &sealed);
        let verifier = verifier.map_err(Fault::Sealer)?;
        planner.put(&row, &question)?;
        let ConsentRow { user, entry, redirect, .. } = question;
        Ok(Plan::Commit(Asked { user, entry, redirect, verifier }))
    }
}

/// Trades the code of a consent for tokens, and finds out who consented.
async fn given(core: &Core, consent: &Consent) -> Result<Given, Error> {
    let since = core.now();
    let deadline = since + core.settings.call_deadline;
    let grant = match core.auth.exchange_code(consent, deadline).await {
        Ok(grant) => grant,
        Err(ZoomError::Unauthorized { .. }) => return Err(refused(ConsentRefusal::CodeRefused)),
        Err(error) => return Err(Fault::Zoom(error).into()),
    };
    let zoom = who(core, &grant).await?;
    Ok(Given { zoom, grant, since })
}

/// Asks again what may just have been lost on the way: it is a read.
async fn who(core: &Core, grant: &TokenGrant) -> Result<ZoomUser, Error> {
    let mut asked = 1;
    loop {
        let deadline = core.now() + core.settings.call_deadline;
        let access = Access::new(grant.access_token.clone(), deadline).with_api(grant.api.clone());
        match core.zoom.me(&access).await {
            Ok(user) => return Ok(user),
            Err(error) if asked >= MOST_ASKED || !is_passing(&error) => {
                return Err(Fault::Zoom(error).into());
            }
            Err(_) => asked += 1,
        }
    }
}

fn is_passing(error: &ZoomError) -> bool {
    matches!(
        error,
        ZoomError::NotSent(_) | ZoomError::OutcomeUnknown { .. } | ZoomError::TooManyRequests
    )
}

/// Keeps what was given. Whatever is refused from here on has cost the rightful user their tokens.
async fn connect(
    core: &Core,
    actor: &Actor,
    user: &UserId,
    given: &Given,
) -> Result<Option<ZoomAccountId>, Error> {
    let lacking = missing_scopes(&given.grant.scopes);
    let connected = if lacking.is_empty() {
        persist(core, &Connect { actor, user, given }).await
    } else {
        Err(refused(ConsentRefusal::MissingScopes { scopes: lacking }))
    };
    if let Err(Error::Refused(_)) = &connected {
        // What was refused stays refused.
        if let Err(error) = persist(core, &HandOver { given, user }).await {
            trace::failed("to give tokens to whom they were taken from", &error);
        }
        revoke_inline(core, &given.zoom.id).await;
    }
    connected
}
