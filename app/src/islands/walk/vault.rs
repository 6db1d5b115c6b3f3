//! What this device keeps of unsent answers: one record in IndexedDB, encrypted with AES-GCM. The key comes from the
//! server with the sheets, is not extractable and lives in the page's memory only, so that without this child's card
//! the record is noise. Every failure means "nothing kept": the answers are still in the page.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, IdbDatabase, IdbObjectStore, IdbRequest, IdbTransactionMode, SubtleCrypto};

const NAME: &str = "check-in";

/// An open database and the key.
pub(super) struct Vault {
    database: IdbDatabase,
    key: CryptoKey,
    subtle: SubtleCrypto,
}

impl Vault {
    /// Opens it with a key in hex.
    pub(super) async fn open(hex: &str) -> Option<Self> {
        let subtle = window().crypto().ok()?.subtle();
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .filter_map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok())
            .collect();
        let uses = Array::of2(&"encrypt".into(), &"decrypt".into());
        let raw: Object = Uint8Array::from(bytes.as_slice()).unchecked_into();
        let key = subtle.import_key_with_str("raw", &raw, "AES-GCM", false, &uses).ok()?;
        let key = JsFuture::from(key).await.ok()?.dyn_into().ok()?;
        let opening = window().indexed_db().ok()??.open(NAME).ok()?;
        let asked = opening.clone();
        let make = Closure::once_into_js(move || {
            if let Some(database) = asked.result().ok().and_then(|d| d.dyn_into::<IdbDatabase>().ok()) {
                let _ = database.create_object_store(NAME);
            }
        });
        opening.set_onupgradeneeded(Some(make.unchecked_ref()));
        let database = done(&opening).await?.dyn_into().ok()?;
        Some(Self { database, key, subtle })
    }

    /// What was kept, if it was kept under this key.
    pub(super) async fn read(&self) -> Option<String> {
        let record = done(&self.store(IdbTransactionMode::Readonly)?.get(&NAME.into()).ok()?).await?;
        let record: Uint8Array = record.dyn_into().ok()?;
        let method = method(&record.slice(0, 12))?;
        let sealed: Object = record.slice(12, record.length()).unchecked_into();
        let plain = self.subtle.decrypt_with_object_and_buffer_source(&method, &self.key, &sealed).ok()?;
        let plain = JsFuture::from(plain).await.ok()?;
        String::from_utf8(Uint8Array::new(&plain).to_vec()).ok()
    }

    /// Keeps this text in place of what was kept.
    pub(super) async fn write(&self, text: &str) -> Option<()> {
        let mut fresh = [0u8; 12];
        window().crypto().ok()?.get_random_values_with_u8_array(&mut fresh).ok()?;
        let method = method(&Uint8Array::from(fresh.as_slice()))?;
        let plain: Object = Uint8Array::from(text.as_bytes()).unchecked_into();
        let sealed = self.subtle.encrypt_with_object_and_buffer_source(&method, &self.key, &plain).ok()?;
        let sealed = Uint8Array::new(&JsFuture::from(sealed).await.ok()?);
        let record = Uint8Array::new_with_length(12 + sealed.length());
        record.set(&Uint8Array::from(fresh.as_slice()), 0);
        record.set(&sealed, 12);
        done(&self.store(IdbTransactionMode::Readwrite)?.put_with_key(&record, &NAME.into()).ok()?).await?;
        Some(())
    }

    /// Keeps nothing any more.
    pub(super) async fn clear(&self) -> Option<()> {
        done(&self.store(IdbTransactionMode::Readwrite)?.clear().ok()?).await?;
        Some(())
    }

    fn store(&self, mode: IdbTransactionMode) -> Option<IdbObjectStore> {
        self.database.transaction_with_str_and_mode(NAME, mode).ok()?.object_store(NAME).ok()
    }
}

/// AES-GCM with this nonce.
fn method(nonce: &Uint8Array) -> Option<Object> {
    let method = Object::new();
    Reflect::set(&method, &"name".into(), &"AES-GCM".into()).ok()?;
    Reflect::set(&method, &"iv".into(), nonce).ok()?;
    Some(method)
}

/// The result of a request of the database.
async fn done(request: &IdbRequest) -> Option<JsValue> {
    let waiting = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(waiting).await.ok()?;
    request.result().ok()
}
