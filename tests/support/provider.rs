//! An OpenID provider of the tests' own: real RS256 and ES256 signatures, codes that work once and only with their
//! verifier; and every lie that a false one could tell.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::EncodePublicKey;
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::place;

/// What the site is known by there.
pub const CLIENT: &str = "firstlight";
/// What the site shows there.
pub const SECRET: &str = "a secret that only two know";

/// Who signs an ID token, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signed {
    /// RS256, with the key that stands in the set.
    #[default]
    Rs256,
    /// ES256, with the key that stands in the set.
    Es256,
    /// RS256 under the name of the key in the set, with another key.
    WithAnotherKey,
    /// Signed well, then one letter of the claims changed.
    ThenChanged,
    /// By nobody: `alg` is `none`.
    ByNobody,
    /// HS256, with the public key as if it were a secret.
    WithPublicKey,
    /// HS256, with the secret that the site has too.
    WithSharedSecret,
    /// RS256, under the name of a key that is in no set.
    WithUnknownName,
    /// RS256 in the header, with the signature left out.
    Cut,
}

/// What the next ID token says.
#[derive(Clone, Debug, Default)]
pub struct Says {
    /// How it is signed.
    pub signed: Signed,
    /// Claims in place of the honest ones; `null` leaves one out.
    pub claims: Value,
}

/// How it behaves as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// It takes connections and says nothing.
    Silent,
    /// Each answer is an error of its own.
    Failing,
    /// It sends elsewhere for its addresses.
    Redirecting,
    /// It names a place for codes without encryption, beyond this machine.
    NamesUnsafePlace,
    /// It calls itself something else.
    CallsItselfOther,
    /// Its set of keys holds a symmetric one.
    SharedKeyInSet,
}

struct Grant {
    nonce: String,
    challenge: String,
    back: String,
}

struct Inner {
    url: String,
    ec: EcdsaKeyPair,
    ec_name: String,
    codes: HashMap<String, Grant>,
    says: Says,
    mood: Mood,
    person: Value,
    key_sets: usize,
    tokens: usize,
}

/// A running provider. It ends with the test's runtime.
#[derive(Clone)]
pub struct Provider(Arc<Mutex<Inner>>);

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Provider")
    }
}

fn rsa_key() -> &'static rsa::RsaPrivateKey {
    static KEY: OnceLock<rsa::RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap())
}

fn another_rsa_key() -> &'static rsa::RsaPrivateKey {
    static KEY: OnceLock<rsa::RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap())
}

fn ec_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

impl Provider {
    /// Starts it on this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Inner {
            url: format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port()),
            ec: ec_key(),
            ec_name: "ec-1".into(),
            codes: HashMap::new(),
            says: Says::default(),
            mood: Mood::Well,
            person: json!({}),
            key_sets: 0,
            tokens: 0,
        };
        let own = Self(Arc::new(Mutex::new(inner)));
        let serving = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move {
                    let _ = serving.converse(stream).await;
                });
            }
        });
        own
    }

    /// The settings that name it, with its secret in a file.
    pub fn settings(&self, folder: &place::Scratch) -> Vec<(&'static str, String)> {
        use std::os::unix::fs::PermissionsExt;
        let file = folder.path().join("secret");
        std::fs::write(&file, SECRET).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        vec![
            ("OIDC__ISSUER", self.url()),
            ("OIDC__CLIENT_ID", CLIENT.into()),
            ("OIDC__CLIENT_SECRET_FILE", file.display().to_string()),
            ("OIDC__NAME", "Alder district".into()),
        ]
    }

    /// Its issuer.
    pub fn url(&self) -> String {
        self.0.lock().unwrap().url.clone()
    }

    /// Who signs in there from now on.
    pub fn person(&self, subject: &str, email: &str, verified: bool) {
        self.0.lock().unwrap().person = json!({ "sub": subject, "email": email, "email_verified": verified });
    }

    /// What its ID tokens say from now on.
    pub fn says(&self, signed: Signed, claims: Value) {
        self.0.lock().unwrap().says = Says { signed, claims };
    }

    /// A word of its server that somebody signed out there, with claims in place of the honest ones; `null` leaves one out.
    pub fn signed_out(&self, subject: &str, signed: Signed, other: Value) -> String {
        let mut inner = self.0.lock().unwrap();
        let now = clock();
        let mut claims = json!({
            "iss": inner.url, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 120,
            "jti": uuid::Uuid::new_v4().to_string(),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        patch(&mut claims, &other);
        inner.says.signed = signed;
        inner.token(&claims, "logout+jwt")
    }

    /// How it behaves from now on.
    pub fn mood(&self, mood: Mood) {
        self.0.lock().unwrap().mood = mood;
    }

    /// It signs with a new key from now on, and forgets the old one.
    pub fn rotate(&self) {
        let mut inner = self.0.lock().unwrap();
        inner.ec = ec_key();
        inner.ec_name.push('i');
    }

    /// How often its keys were asked for, and how often a code was exchanged.
    pub fn asked(&self) -> (usize, usize) {
        let inner = self.0.lock().unwrap();
        (inner.key_sets, inner.tokens)
    }

    /// Somebody signs in there at this address: the code and the state that go back.
    pub fn authorize(&self, address: &str) -> (String, String) {
        let url = Url::parse(address).unwrap();
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["scope"], "openid email", "no more than is needed");
        assert!(asked["state"].len() >= 32 && asked["nonce"].len() >= 32, "too easy to guess");
        let code = uuid::Uuid::new_v4().simple().to_string();
        let grant = Grant {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            back: asked["redirect_uri"].clone(),
        };
        self.0.lock().unwrap().codes.insert(code.clone(), grant);
        (code, asked["state"].clone())
    }

    async fn converse(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (reading, mut writing) = stream.split();
        let mut reading = BufReader::new(reading);
        let mut first = String::new();
        reading.read_line(&mut first).await?;
        let (mut length, mut sign_in) = (0, String::new());
        loop {
            let mut line = String::new();
            if reading.read_line(&mut line).await? == 0 || line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "authorization" => sign_in = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reading.read_exact(&mut body).await?;
        if self.0.lock().unwrap().mood == Mood::Silent {
            // Until the other side gives up.
            let _ = reading.read_u8().await;
            return Ok(());
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let (status, kind, answer) = self.answer(&path, &sign_in, &String::from_utf8_lossy(&body));
        let more = if status.starts_with("30") { format!("Location: {answer}\r\n") } else { String::new() };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
            answer.len()
        );
        writing.write_all(head.as_bytes()).await?;
        writing.write_all(answer.as_bytes()).await?;
        writing.shutdown().await
    }

    fn answer(&self, path: &str, sign_in: &str, body: &str) -> (&'static str, &'static str, String) {
        let json = |value: Value| ("200 OK", "application/json", value.to_string());
        if let Some(query) = path.strip_prefix("/authorize?") {
            let (code, state) = self.authorize(&format!("http://provider/?{query}"));
            let back = self.0.lock().unwrap().codes[&code].back.clone();
            return ("302 Found", "text/plain", format!("{back}?code={code}&state={state}"));
        }
        let mut inner = self.0.lock().unwrap();
        let url = inner.url.clone();
        match (path, inner.mood) {
            (_, Mood::Failing) => ("503 Service Unavailable", "text/plain", "later".into()),
            ("/.well-known/openid-configuration", Mood::Redirecting) => {
                ("302 Found", "text/plain", format!("{url}/elsewhere"))
            }
            ("/.well-known/openid-configuration" | "/elsewhere", mood) => json(json!({
                "issuer": if mood == Mood::CallsItselfOther { "https://evil.example".to_owned() } else { url.clone() },
                "authorization_endpoint": format!("{url}/authorize"),
                "token_endpoint": match mood {
                    Mood::NamesUnsafePlace => "http://192.0.2.7/token".to_owned(),
                    _ => format!("{url}/token"),
                },
                "jwks_uri": format!("{url}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                // A false one would name these too.
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            })),
            ("/keys", mood) => {
                inner.key_sets += 1;
                let point = inner.ec.public_key().as_ref();
                let key = rsa_key();
                let mut keys = vec![
                    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa-1",
                        "n": BASE64.encode(key.n().to_bytes_be()), "e": BASE64.encode(key.e().to_bytes_be()) }),
                    json!({ "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": inner.ec_name,
                        "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..65]) }),
                ];
                if mood == Mood::SharedKeyInSet {
                    keys.push(json!({ "kty": "oct", "use": "sig", "alg": "HS256", "kid": "shared", "k": BASE64.encode(SECRET) }));
                }
                json(json!({ "keys": keys }))
            }
            ("/token", _) => {
                inner.tokens += 1;
                match inner.exchange(sign_in, body) {
                    Some(token) => {
                        json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }))
                    }
                    None => (
                        "400 Bad Request",
                        "application/json",
                        json!({ "error": "invalid_grant" }).to_string(),
                    ),
                }
            }
            _ => ("404 Not Found", "text/plain", "nothing here".into()),
        }
    }
}

/// The provider reads its own clock, in seconds since 1970.
#[allow(clippy::disallowed_methods, reason = "a provider reads its own clock")]
fn clock() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Claims in place of others; `null` leaves one out.
fn patch(claims: &mut Value, other: &Value) {
    for (name, value) in other.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
}

impl Inner {
    /// An ID token for a code: once, for the site that shows its secret and the verifier of the question.
    fn exchange(&mut self, sign_in: &str, body: &str) -> Option<String> {
        let form: HashMap<String, String> =
            url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let escaped: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let right = format!("Basic {}", BASE64_STANDARD.encode(format!("{CLIENT}:{escaped}")));
        let grant = self.codes.remove(form.get("code")?)?;
        let verifier = form.get("code_verifier")?;
        let fits = BASE64.encode(Sha256::digest(verifier.as_bytes())) == grant.challenge;
        if sign_in != right || !fits || form.get("redirect_uri")? != &grant.back {
            return None;
        }
        let now = clock();
        let mut claims =
            json!({ "iss": self.url, "aud": CLIENT, "nonce": grant.nonce, "iat": now, "exp": now + 300 });
        for other in [&self.person, &self.says.claims] {
            patch(&mut claims, other);
        }
        Some(self.token(&claims, "JWT"))
    }

    fn token(&self, claims: &Value, kind: &str) -> String {
        let (algorithm, name) = match self.says.signed {
            Signed::Es256 => ("ES256", self.ec_name.as_str()),
            Signed::ByNobody => ("none", "rsa-1"),
            Signed::WithPublicKey => ("HS256", "rsa-1"),
            Signed::WithSharedSecret => ("HS256", "shared"),
            Signed::WithUnknownName => ("RS256", "rsa-9"),
            _ => ("RS256", "rsa-1"),
        };
        let header = json!({ "alg": algorithm, "kid": name, "typ": kind }).to_string();
        let mut message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims.to_string()));
        let by_rsa = |key: &rsa::RsaPrivateKey| {
            SigningKey::<rsa::sha2::Sha256>::new(key.clone()).sign(message.as_bytes()).to_vec()
        };
        let by_secret = |secret: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let signature = match self.says.signed {
            Signed::Rs256 | Signed::ThenChanged | Signed::WithUnknownName => by_rsa(rsa_key()),
            Signed::WithAnotherKey => by_rsa(another_rsa_key()),
            Signed::Es256 => {
                self.ec.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
            }
            Signed::WithPublicKey => by_secret(
                rsa_key().to_public_key().to_public_key_pem(rsa::pkcs8::LineEnding::LF).unwrap().as_bytes(),
            ),
            Signed::WithSharedSecret => by_secret(SECRET.as_bytes()),
            Signed::ByNobody | Signed::Cut => Vec::new(),
        };
        if self.says.signed == Signed::ThenChanged {
            let mut changed = claims.clone();
            changed["iat"] = json!(changed["iat"].as_u64().unwrap() - 1);
            message =
                format!("{}.{}", message.split('.').next().unwrap(), BASE64.encode(changed.to_string()));
        }
        format!("{message}.{}", BASE64.encode(signature))
    }
}
