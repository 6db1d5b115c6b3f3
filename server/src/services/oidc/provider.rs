//! What is said to the provider, and what is believed of its answers. Signature, issuer, audience, end and nonce of an ID
//! token are checked by `openidconnect`; here stands how it is asked: over https, without following it elsewhere, and for
//! so long.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken,
    CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IdToken, IssuerUrl, JsonWebTokenType, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse, http,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::{Oidc, on_this_machine};
use crate::model::Instant;

/// For how long one answer of the provider is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than any answer of a provider has.
const LARGEST: u64 = 1024 * 1024;
/// How long the provider's addresses and keys are believed, in seconds. An unknown key is asked for at once.
const BELIEVED_SECONDS: i64 = 3600;
/// How far the provider's clock may be ahead of ours, in seconds.
const AHEAD_SECONDS: i64 = 120;
/// Signatures that only the provider can make: with the shared ones, whoever knows our secret could sign too.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why the provider gave nobody.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It does not answer, or not in time.
    #[error("it does not answer: {0}")]
    Away(String),
    /// What it answered is not to be believed.
    #[error("its answer is not believed: {0}")]
    Refused(String),
}

/// Who came back, as the provider says.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) subject: String,
    /// The address, where the provider says that it has checked it.
    pub(super) email: Option<String>,
    /// How it knows: `amr` and `acr`.
    pub(super) methods: Vec<String>,
}

/// Who signed out there, as the provider's own server says (OpenID Connect Back-Channel Logout 1.0).
#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub(super) subject: String,
    /// The word's own name: it counts once.
    pub(super) word: String,
}

/// What makes a token one of signing out: this event, and no nonce.
const SIGNED_OUT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[derive(Clone, Debug, Serialize, Deserialize)]
struct OfSigningOut {
    events: serde_json::Map<String, serde_json::Value>,
    jti: String,
}

impl AdditionalClaims for OfSigningOut {}

type LogoutToken =
    IdToken<OfSigningOut, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What a browser takes along, and what is kept back.
pub(super) struct Way<'a> {
    pub(super) back: &'a str,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What every token of the provider must hold: its signatures alone, and our clock.
fn strict(verifier: CoreIdTokenVerifier<'_>, now: Instant) -> CoreIdTokenVerifier<'_> {
    let millis = Duration::from_millis(u64::try_from(now.millis()).unwrap_or(0));
    let newest = now.millis() / 1000 + AHEAD_SECONDS;
    verifier
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || (SystemTime::UNIX_EPOCH + millis).into())
        .set_issue_time_verifier_fn(move |issued| {
            if issued.timestamp() <= newest { Ok(()) } else { Err("it is from the future".to_owned()) }
        })
}

/// The provider, with what is known of it.
#[derive(Debug)]
pub(in crate::services) struct Provider {
    pub(super) settings: Oidc,
    known: RwLock<Option<(Instant, CoreProviderMetadata)>>,
    agent: ureq::Agent,
}

impl Provider {
    pub(in crate::services) fn new(settings: Oidc) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            // The machine's way out, as for everything else; what is on this machine needs none.
            .proxy(if settings.is_local() { None } else { ureq::Proxy::try_from_env() })
            .build();
        Self { settings, known: RwLock::new(None), agent: agent.into() }
    }

    /// Its name as it stands in ID tokens.
    pub(super) fn issuer(&self) -> &str {
        &self.settings.written
    }

    /// Where the browser goes.
    pub(super) fn address(&self, way: &Way<'_>, now: Instant) -> Result<Url, Trouble> {
        let client = self.client(way.back, now)?;
        let verifier = PkceCodeVerifier::new(way.verifier.clone());
        let (state, nonce) = (way.state.clone(), way.nonce.clone());
        let (url, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        self.may_go(url.as_str()).map(|()| url)
    }

    /// Who it is that came back with a code.
    pub(super) fn person(&self, way: &Way<'_>, code: &str, now: Instant) -> Result<Person, Trouble> {
        let client = self.client(way.back, now)?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| Trouble::Refused("it names no place for codes".to_owned()))?
            .set_pkce_verifier(PkceCodeVerifier::new(way.verifier.clone()))
            .request(&|request| self.call(request))
            .map_err(|error| match error {
                RequestTokenError::Request(Trouble::Away(why)) => Trouble::Away(why),
                RequestTokenError::ServerResponse(answer) => Trouble::Refused(answer.error().to_string()),
                _ => Trouble::Refused("its answer to the code cannot be read".to_owned()),
            })?;
        let token = answer.id_token().ok_or_else(|| Trouble::Refused("it gave no ID token".to_owned()))?;
        let nonce = Nonce::new(way.nonce.clone());
        self.checked(client, way.back, now, |verifier| Self::believe(verifier, token, &nonce))
    }

    /// Who signed out there: signed by the provider, for this site, just now, and of this kind.
    pub(super) fn gone(&self, token: &str, back: &str, now: Instant) -> Result<Gone, Trouble> {
        let token: LogoutToken =
            token.parse().map_err(|_| Trouble::Refused("that is no token".to_owned()))?;
        let kinds = ["logout+jwt", "JWT"].map(|kind| JsonWebTokenType::new(kind.to_owned()));
        let kinds: Vec<_> = kinds.iter().filter_map(|kind| kind.normalize().ok()).collect();
        let client = self.client(back, now)?;
        self.checked(client, back, now, |verifier| {
            let verifier = verifier.set_allowed_jose_types(kinds.clone());
            let no_nonce = |nonce: Option<&Nonce>| match nonce {
                None => Ok(()),
                Some(_) => Err("a token of signing in".to_owned()),
            };
            let claims = token.claims(&verifier, no_nonce)?;
            let more = claims.additional_claims();
            if !more.events.get(SIGNED_OUT).is_some_and(serde_json::Value::is_object) || more.jti.is_empty() {
                return Err(ClaimsVerificationError::Other("it is not about signing out".to_owned()));
            }
            Ok(Gone { subject: claims.subject().to_string(), word: more.jti.clone() })
        })
    }

    /// Looks at a token with the keys that are known, and once more with new ones where none of them fits.
    fn checked<T>(
        &self,
        client: Client,
        back: &str,
        now: Instant,
        look: impl Fn(CoreIdTokenVerifier<'_>) -> Result<T, ClaimsVerificationError>,
    ) -> Result<T, Trouble> {
        match look(strict(client.id_token_verifier(), now)) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // It has new keys: they are asked for once.
                self.forget();
                look(strict(self.client(back, now)?.id_token_verifier(), now))
            }
            other => other,
        }
        .map_err(|error| Trouble::Refused(error.to_string()))
    }

    fn believe(
        verifier: CoreIdTokenVerifier<'_>,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<Person, ClaimsVerificationError> {
        let claims = token.claims(&verifier, nonce)?;
        let mut methods: Vec<String> =
            claims.auth_method_refs().into_iter().flatten().map(|method| method.to_string()).collect();
        methods.extend(claims.auth_context_ref().map(|context| context.to_string()));
        let checked = claims.email_verified() == Some(true);
        let email = claims.email().filter(|_| checked).map(|email| email.trim().to_lowercase());
        Ok(Person { subject: claims.subject().to_string(), email, methods })
    }

    fn client(&self, back: &str, now: Instant) -> Result<Client, Trouble> {
        let metadata = self.metadata(now)?;
        let back = RedirectUrl::new(back.to_owned()).map_err(|e| Trouble::Refused(e.to_string()))?;
        // What it says it takes; without a word, the way the specification gives.
        let ways = metadata.token_endpoint_auth_methods_supported();
        let in_body = ways.is_some_and(|ways| !ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let way = if in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let secret = ClientSecret::new(self.settings.client_secret.reveal().clone());
        let id = ClientId::new(self.settings.client_id.clone());
        Ok(CoreClient::from_provider_metadata(metadata, id, Some(secret))
            .set_redirect_uri(back)
            .set_auth_type(way))
    }

    fn metadata(&self, now: Instant) -> Result<CoreProviderMetadata, Trouble> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, metadata)) = known
            && (0..BELIEVED_SECONDS).contains(&now.seconds_since(since))
        {
            return Ok(metadata);
        }
        let issuer =
            IssuerUrl::new(self.issuer().to_owned()).map_err(|error| Trouble::Refused(error.to_string()))?;
        let asked = CoreProviderMetadata::discover(&issuer, &|request| self.call(request));
        let metadata = asked.map_err(|error| match error {
            DiscoveryError::Request(trouble) => trouble,
            other => Trouble::Refused(other.to_string()),
        })?;
        let metadata = self.without_shared_keys(metadata);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some((now, metadata.clone()));
        Ok(metadata)
    }

    /// A set of keys holds public ones. A symmetric one in it would be a secret that everybody can read.
    fn without_shared_keys(&self, metadata: CoreProviderMetadata) -> CoreProviderMetadata {
        use openidconnect::JsonWebKey;
        use openidconnect::core::CoreJsonWebKeyType;
        let keys = metadata.jwks().keys().iter();
        let keys = keys.filter(|key| *key.key_type() != CoreJsonWebKeyType::Symmetric).cloned().collect();
        metadata.set_jwks(CoreJsonWebKeySet::new(keys))
    }

    fn forget(&self) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// One question to the provider.
    fn call(&self, request: HttpRequest) -> Result<HttpResponse, Trouble> {
        self.may_go(&request.uri().to_string())?;
        let away = |error: ureq::Error| Trouble::Away(error.to_string());
        let (parts, body) = self.agent.run(request).map_err(away)?.into_parts();
        if parts.status.is_server_error() {
            return Err(Trouble::Away(parts.status.to_string()));
        }
        let body = body.into_with_config().limit(LARGEST).read_to_vec().map_err(away)?;
        Ok(http::Response::from_parts(parts, body))
    }

    /// Its own word on where to ask is followed to https only; to this machine only where the provider itself is there.
    fn may_go(&self, address: &str) -> Result<(), Trouble> {
        let url = Url::parse(address).ok();
        let fine = url.is_some_and(|url| {
            let here = on_this_machine(&url);
            let local = on_this_machine(&self.settings.issuer);
            (url.scheme() == "https" && (local || !here))
                || (url.scheme() == "http" && here && self.settings.is_local())
        });
        if fine {
            Ok(())
        } else {
            Err(Trouble::Refused(format!("it names an address that is not safe: {address}")))
        }
    }
}
