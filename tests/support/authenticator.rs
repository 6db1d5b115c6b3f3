//! An authenticator of the tests' own: it makes real passkeys and real signatures (ES256), and lies on demand.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const WITH_KEY: u8 = 0x40;

/// Where a signature is made, and what is said of it. The honest one is [`Scene::at`].
#[derive(Debug, Clone)]
pub struct Scene {
    /// The page's origin, as a browser sees it.
    pub origin: String,
    /// The name that the passkey is bound to.
    pub party: String,
    /// Whether somebody touched the authenticator.
    pub present: bool,
    /// Whether it knows who: by PIN, finger or face.
    pub verified: bool,
    /// The kind of ceremony that the browser notes; the right one when it is empty.
    pub kind: String,
    /// The challenge that is signed; the one asked for when it is empty.
    pub challenge: String,
}

impl Scene {
    /// At `http://localhost:PORT` or `https://NAME`.
    pub fn at(origin: &str) -> Self {
        let url = url::Url::parse(origin).unwrap();
        Self {
            origin: origin.into(),
            party: url.host_str().unwrap().into(),
            present: true,
            verified: true,
            kind: String::new(),
            challenge: String::new(),
        }
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let asked = asked["publicKey"]["challenge"].as_str().expect("a challenge");
        let challenge = if self.challenge.is_empty() { asked } else { &self.challenge };
        let kind = if self.kind.is_empty() { kind } else { &self.kind };
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn flags(&self) -> u8 {
        (u8::from(self.present) * PRESENT) | (u8::from(self.verified) * VERIFIED)
    }
}

/// One passkey on one device.
pub struct Authenticator {
    key: EcdsaKeyPair,
    /// What it calls its passkey.
    pub id: Vec<u8>,
    /// How often it has signed; it says one more each time.
    pub counter: u32,
    random: SystemRandom,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticator").field("counter", &self.counter).finish_non_exhaustive()
    }
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::new()
    }
}

impl Authenticator {
    /// With a key of its own.
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        let mut id = vec![0; 32];
        random.fill(&mut id).unwrap();
        Self { key, id, counter: 0, random }
    }

    /// Makes the passkey: what a browser gives for `navigator.credentials.create`.
    pub fn make(&mut self, asked: &str, scene: &Scene) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap();
        let client_data = scene.client_data("webauthn.create", &asked);
        let point = self.key.public_key().as_ref().to_vec();
        let mut data = self.head(scene, WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}.
        let mut object = vec![0xa3];
        for (name, value) in [("fmt", b"\x64none".as_slice()), ("attStmt", b"\xa0")] {
            object.push(0x60 + u8::try_from(name.len()).unwrap());
            object.extend(name.as_bytes());
            object.extend(value);
        }
        object.extend(b"\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        json!({
            "id": BASE64.encode(&self.id), "rawId": BASE64.encode(&self.id), "type": "public-key",
            "response": { "clientDataJSON": BASE64.encode(client_data), "attestationObject": BASE64.encode(object) },
        })
        .to_string()
    }

    /// Signs: what a browser gives for `navigator.credentials.get`.
    pub fn sign(&mut self, asked: &str, scene: &Scene) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap();
        let client_data = scene.client_data("webauthn.get", &asked);
        let data = self.head(scene, 0);
        let mut message = data.clone();
        message.extend(Sha256::digest(&client_data));
        let signature = self.key.sign(&self.random, &message).unwrap();
        json!({
            "id": BASE64.encode(&self.id), "rawId": BASE64.encode(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": BASE64.encode(client_data), "authenticatorData": BASE64.encode(data),
                "signature": BASE64.encode(signature.as_ref()), "userHandle": null,
            },
        })
        .to_string()
    }

    fn head(&mut self, scene: &Scene, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let mut data = Sha256::digest(scene.party.as_bytes()).to_vec();
        data.push(scene.flags() | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}
