//! Signing in through a provider of OpenID Connect: authorisation code with PKCE, state and nonce.
//!
//! Somebody is known by issuer and subject, never by mail address: two issuers may vouch for one address. What must
//! come back unchanged (state, nonce, verifier) waits in a cookie of the browser that began, so nobody can be made to
//! finish what somebody else began.

use super::forms::{add_cookie, rejection, sign_in_page, with_cookie};
use super::gate::{Cookie, From, cookie_value, see_elsewhere, see_other, set_cookie};
use super::model::{AccountId, Email, SecurityKind, Team, check_name};
use super::next::safe_next;
use super::own::CONNECT;
use super::service::{Caller, People};
use super::sign_in::Entered;
use super::store;
use super::store::Origin;
use super::token::Token;
use crate::changes::model::ChangeKind;
use crate::error::{AppError, Result};
use crate::server::AppState;
use crate::server::clock::Clock;
use crate::server::config::OidcConfig;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use chrono::DateTime;
use openidconnect::core::*;
use openidconnect::reqwest::{self, redirect::Policy};
use openidconnect::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Each question to the provider may take this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// Its routes: where a link begins, and where the provider sends people back to.
pub fn routes() -> Router<AppState> {
    Router::new().route("/sign-in/provider", get(begin)).route("/sign-in/provider/return", get(come_back))
}

/// Claims beyond the standard's.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Extra(Map<String, Value>);

impl AdditionalClaims for Extra {}

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Relying = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the browser keeps between leaving and coming back.
#[derive(Debug)]
struct Errand {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
}

/// Who the provider says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The provider.
    pub issuer: String,
    /// Its own name of the person, which never changes.
    pub subject: String,
    /// The mail address, where the provider has verified it.
    pub email: Option<String>,
    /// The name, where it says one.
    pub name: Option<String>,
    /// The team that the configured claim names.
    pub team: Option<Team>,
}

#[derive(Deserialize)]
struct Begin {
    #[serde(default)]
    next: String,
}

async fn begin(State(state): State<AppState>, Query(asked): Query<Begin>, parts: Parts) -> Response {
    let begun = async {
        let (client, _) = relying_party(&state).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (url, csrf, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let errand = Errand {
            state: csrf.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            next: safe_next(&asked.next).to_owned(),
        };
        Ok::<_, AppError>((url, errand))
    };
    match begun.await {
        Ok((url, errand)) => {
            let cookie = set_cookie(&state.site, Cookie::Provider, Some(&errand.to_cookie()));
            add_cookie(see_elsewhere(url.as_str()), &cookie)
        }
        Err(error) => {
            sign_in_page(&state, &parts, Some(&error), (asked.next, String::new()), rejection(Some(&error), &[])).await
        }
    }
}

#[derive(Deserialize)]
struct ComeBack {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    /// Why the provider let nobody in.
    #[serde(default)]
    error: String,
}

async fn come_back(
    State(state): State<AppState>,
    Extension(from): Extension<From>,
    caller: Option<Extension<Caller>>,
    Query(answer): Query<ComeBack>,
    parts: Parts,
) -> Response {
    let errand = cookie_value(&state.site, &parts.headers, Cookie::Provider).and_then(|text| Errand::parse(&text));
    let earlier = super::gate::read_cookie(&state.site, &parts.headers, Cookie::Session);
    let next = errand.as_ref().map(|errand| errand.next.clone()).unwrap_or_default();
    let entered = async {
        let errand = errand.filter(|errand| !answer.state.is_empty() && errand.state == answer.state);
        let errand = errand.ok_or_else(not_begun)?;
        if !answer.error.is_empty() {
            return Err(AppError::Forbidden("You did not sign in at your provider. Try again.".to_owned()));
        }
        let vouched = ask_provider(&state, errand, answer.code).await?;
        let caller = caller.as_ref().map(|Extension(caller)| caller);
        state.people.enter_vouched(&vouched, caller, &from.origin, earlier.as_ref()).await
    };
    let response = match entered.await {
        Ok(Entered::In(token)) => with_cookie(&state, see_other(safe_next(&next)), &token),
        Ok(Entered::CodeAsked(step)) => {
            let next: String = form_urlencoded::byte_serialize(safe_next(&next).as_bytes()).collect();
            let cookie = set_cookie(&state.site, Cookie::Code, Some(step.reveal()));
            add_cookie(see_other(&format!("/sign-in/code?next={next}")), &cookie)
        }
        Err(error) => {
            sign_in_page(&state, &parts, Some(&error), (next, String::new()), rejection(Some(&error), &[])).await
        }
    };
    // Good or bad, this errand is over.
    add_cookie(response, &set_cookie(&state.site, Cookie::Provider, None))
}

impl People {
    /// Signs in whom a provider vouches for. Unknown ones are connected to the account that is signed in here, if its
    /// person has just asked for that, or get one where the claim names their team.
    ///
    /// # Errors
    /// The person is unknown and must be invited first, or the account is disabled.
    pub async fn enter_vouched(
        &self,
        vouched: &Vouched,
        caller: Option<&Caller>,
        origin: &Origin,
        earlier: Option<&Token>,
    ) -> Result<Entered> {
        let known = store::find_identity(&mut self.db.read().await?, &vouched.issuer, &vouched.subject).await?;
        let id = match (known, caller.and_then(|caller| caller.visitor.account().ok())) {
            (Some(account), _) => account.id,
            (None, Some(own)) if self.connect(vouched, own.id, origin).await? => own.id,
            (None, _) => self.add_vouched(vouched, origin).await?,
        };
        let found = store::get(&mut self.db.read().await?, id).await?;
        if found.account.disabled {
            return Err(AppError::Forbidden("Your account here is disabled. An admin can enable it again.".to_owned()));
        }
        self.follow_claim(&found.account, vouched, origin).await?;
        self.enter(&found, origin, earlier).await
    }

    /// Connects an account whose person asked for it, with their password, a moment ago. Without that whoever sits at an
    /// unlocked browser could give themselves a way in that outlasts every password.
    async fn connect(&self, vouched: &Vouched, id: AccountId, origin: &Origin) -> Result<bool> {
        let now = self.clock.now();
        let mut tx = self.db.keep_house().await?;
        if !store::take_one_time_of(&mut tx, id, CONNECT, now).await? {
            return Ok(false);
        }
        store::insert_identity(&mut tx, &vouched.issuer, &vouched.subject, id).await?;
        store::insert_event(&mut tx, now, id, SecurityKind::ProviderConnected, origin).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The provider's word moves people between the teams, from the next sign-in on. Flags are given here only.
    async fn follow_claim(&self, account: &super::model::Account, vouched: &Vouched, origin: &Origin) -> Result<()> {
        let Some(team) = vouched.team.filter(|team| account.standing.team != Some(*team)) else { return Ok(()) };
        let standing = super::model::Standing { team: Some(team), head: false, admin: account.standing.admin };
        self.set_standing(&provider(origin), account.id, standing).await
    }

    async fn add_vouched(&self, vouched: &Vouched, origin: &Origin) -> Result<AccountId> {
        let stranger = || {
            AppError::Forbidden(
                "The provider knows you, and nobody here does yet. Ask for an invite; once you have an account, sign \
                 in with its password and connect the two under Settings."
                    .to_owned(),
            )
        };
        let (email, team) = (vouched.email.as_deref().ok_or_else(stranger)?, vouched.team.ok_or_else(stranger)?);
        let email = Email::parse(email)?;
        let name = check_name(vouched.name.as_deref().unwrap_or(email.as_str()))?;
        let standing = super::model::Standing { team: Some(team), head: false, admin: false };
        let mut tx = self.db.write().await?;
        if !store::any_account(&mut tx).await? {
            return Err(AppError::Conflict(
                "Nobody has set this installation up yet. The first account is made at /welcome.".to_owned(),
            ));
        }
        if store::find_by_key(&mut tx, &email.key()).await?.is_some() {
            return Err(AppError::Conflict(
                "This mail address has an account here that is not connected with the provider. Sign in with its \
                 password and connect the two under Settings."
                    .to_owned(),
            ));
        }
        let id = store::insert(&mut tx, &email, &name, standing, self.clock.now()).await?;
        store::insert_identity(&mut tx, &vouched.issuer, &vouched.subject, id).await?;
        let change = self.change(&provider(origin), ChangeKind::AccountAdded, Some(id), json!({ "after": standing }));
        tx.record_change(&change).await?.commit().await?;
        Ok(id)
    }
}

/// On whose word an account is made or moved.
fn provider(origin: &Origin) -> Caller {
    Caller { visitor: super::model::Visitor::Provider, session: None, origin: origin.clone() }
}

impl Errand {
    fn to_cookie(&self) -> String {
        let next: String = form_urlencoded::byte_serialize(self.next.as_bytes()).collect();
        format!("{}|{}|{}|{next}", self.state, self.nonce, self.verifier)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('|').map(str::to_owned);
        let (state, nonce, verifier, next) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let next = form_urlencoded::parse(next.as_bytes()).next()?.0.into_owned();
        Some(Self { state, nonce, verifier, next })
    }
}

/// Redeems the code and checks the token: signature, issuer, audience, time, nonce.
async fn ask_provider(state: &AppState, errand: Errand, code: String) -> Result<Vouched> {
    let (client, http) = relying_party(state).await?;
    let config = state.site.provider.as_deref().ok_or_else(no_provider)?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| away(&error))?
        .set_pkce_verifier(PkceCodeVerifier::new(errand.verifier))
        .request_async(&http)
        .await
        .map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => not_begun(),
            error => away(&error),
        })?;
    let token = tokens.extra_fields().id_token().ok_or_else(not_begun)?;
    let clock = state.clock;
    let verifier = client.id_token_verifier().set_time_fn(move || time(clock));
    let claims = token.claims(&verifier, &Nonce::new(errand.nonce)).map_err(|error| {
        tracing::warn!("A token of the provider was refused: {error}");
        not_begun()
    })?;
    let verified = claims.email_verified() == Some(true);
    Ok(Vouched {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().filter(|_| verified).map(|email| email.to_string()),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        team: config.team_claim.as_ref().and_then(|claim| team_of(claims.additional_claims().0.get(claim)?)),
    })
}

/// A claim that is a team's key, or a list with one in it.
fn team_of(claim: &Value) -> Option<Team> {
    match claim {
        Value::String(text) => Team::from_key(&text.to_lowercase()),
        Value::Array(values) => values.iter().find_map(team_of),
        _ => None,
    }
}

/// Ourselves, as the provider knows us. Asked anew each time, so that rotated keys are taken up at once.
async fn relying_party(state: &AppState) -> Result<(Relying, reqwest::Client)> {
    let config = state.site.provider.as_deref().ok_or_else(no_provider)?;
    let (issuer, client_id) = config.issuer.clone().zip(config.client_id.clone()).ok_or_else(no_provider)?;
    // Never follow a redirect: it could lead into the own network.
    let http = reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build();
    let http = http.map_err(|error| away(&error))?;
    let issuer = IssuerUrl::new(issuer).map_err(|error| away(&error))?;
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.map_err(|error| away(&error))?;
    let secret = config.client_secret.clone().map(ClientSecret::new);
    let back = RedirectUrl::new(format!("{}/sign-in/provider/return", state.site.base_url));
    let client = Relying::from_provider_metadata(metadata, ClientId::new(client_id), secret)
        .set_redirect_uri(back.map_err(|error| away(&error))?);
    Ok((client, http))
}

fn time(clock: Clock) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(i64::from(clock.now().0), 0).unwrap_or_default()
}

/// The provider that is configured, if one is.
pub fn configured(config: &OidcConfig) -> Option<OidcConfig> {
    (config.issuer.is_some() && config.client_id.is_some()).then(|| config.clone())
}

fn away(error: &(impl std::error::Error + ?Sized)) -> AppError {
    tracing::warn!("The provider of sign-ins cannot be used: {error}: {:?}", error.source().map(ToString::to_string));
    AppError::Unavailable(
        "The provider of your sign-in does not answer as it should. Try again later, or sign in with a password."
            .to_owned(),
    )
}

fn not_begun() -> AppError {
    AppError::Forbidden(
        "This sign-in was not begun in this browser, or its answer was used before. Begin again.".to_owned(),
    )
}

fn no_provider() -> AppError {
    AppError::NotFound("No provider of sign-ins is configured here. Sign in with a password.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_names_a_team_alone_or_in_a_list() {
        assert_eq!(team_of(&json!("Sales")), Some(Team::Sales));
        assert_eq!(team_of(&json!(["staff", "marketing"])), Some(Team::Marketing));
        for other in [json!("admin"), json!([]), json!(null), json!(1), json!({ "sales": true })] {
            assert_eq!(team_of(&other), None, "{other}");
        }
    }

    #[test]
    fn an_errand_comes_back_as_it_went() {
        let errand = Errand {
            state: "s-_1".to_owned(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            next: "/kpis/cac?by=region&x=a|b;c".to_owned(),
        };
        let cookie = errand.to_cookie();
        assert!(!cookie.contains([';', ',', ' ', '"']), "{cookie}");
        let again = Errand::parse(&cookie).expect("it was written by us");
        assert_eq!(
            (again.state, again.nonce, again.verifier, again.next),
            (errand.state, errand.nonce, errand.verifier, errand.next)
        );
        assert!(Errand::parse("a|b").is_none());
    }
}
