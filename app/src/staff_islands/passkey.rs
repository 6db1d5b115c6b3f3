//! Asks the browser for a passkey, or to make one, and sends what it gives with the form that the button stands in. Without
//! wasm there is no such button: the code of an app does the same.
//!
//! The bytes are put into base64 and back here: the browsers' own `parseCreationOptionsFromJSON` is missing in some that
//! schools still have.

use js_sys::{Array, Function, JSON, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlFormElement, HtmlInputElement, MouseEvent, RequestInit, Response, UrlSearchParams};

/// The button; `ask` is where the server says what to sign, `making` whether a new passkey is wanted.
#[island]
pub fn PasskeyButton(ask: String, making: bool, words: String, token: String) -> impl IntoView {
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let (waiting, said) = (RwSignal::new(false), RwSignal::new(String::new()));
    let (ask, token) = (StoredValue::new(ask), StoredValue::new(token));
    let press = move |event: MouseEvent| {
        event.prevent_default();
        let target = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let form = target.and_then(|t| t.closest("form").ok().flatten());
        let Some(form) = form.and_then(|f| f.dyn_into::<HtmlFormElement>().ok()) else { return };
        if waiting.get_untracked() {
            return;
        }
        waiting.set(true);
        said.set("Your browser asks you now.".to_owned());
        spawn_local(async move {
            match ceremony(&ask.get_value(), &token.get_value(), making).await {
                Ok(signed) => send(&form, &signed),
                Err(words) => {
                    waiting.set(false);
                    said.set(words.to_owned());
                }
            }
        });
    };
    view! {
        <button
            class="button button-primary"
            type="submit"
            data-ready=move || ready.get().then_some("")
            aria-busy=move || waiting.get().then_some("true")
            on:click=press
        >
            {words}
        </button>
        <p class="hint" role="status">{move || said.get()}</p>
    }
    .into_any()
}

const AWAY: &str = "The network is away. Try again in a moment.";
const UNKNOWN: &str = "This browser knows no passkeys. Use another way.";

/// From the server's question to the browser's answer, as text.
async fn ceremony(ask: &str, token: &str, making: bool) -> Result<String, &'static str> {
    let keeper = field(&window().navigator(), "credentials").filter(|k| !k.is_undefined()).ok_or(UNKNOWN)?;
    if field(&window(), "PublicKeyCredential").is_none_or(|known| known.is_undefined()) {
        return Err(UNKNOWN);
    }
    let options = question(ask, token).await?;
    let asked = field(&options, "publicKey").ok_or(AWAY)?;
    bytes_at(&asked, "challenge");
    if let Some(user) = field(&asked, "user") {
        bytes_at(&user, "id");
    }
    for list in ["excludeCredentials", "allowCredentials"] {
        for known in
            field(&asked, list).filter(Array::is_array).map(|l| Array::from(&l).to_vec()).unwrap_or_default()
        {
            bytes_at(&known, "id");
        }
    }
    let way = field(&keeper, if making { "create" } else { "get" }).ok_or(UNKNOWN)?;
    let way: Function = way.dyn_into().map_err(|_| UNKNOWN)?;
    let promise: Promise = way.call1(&keeper, &options).and_then(|p| p.dyn_into()).map_err(|_| UNKNOWN)?;
    let given = JsFuture::from(promise).await.map_err(|error| refusal(&error))?;
    written(&given).ok_or("What the browser gave cannot be read. Use another way.")
}

/// What the server wants signed.
async fn question(ask: &str, token: &str) -> Result<JsValue, &'static str> {
    let body = UrlSearchParams::new().map_err(|_| AWAY)?;
    body.append("token", token);
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from(body));
    let answer = JsFuture::from(window().fetch_with_str_and_init(ask, &init)).await.map_err(|_| AWAY)?;
    let answer: Response = answer.dyn_into().map_err(|_| AWAY)?;
    let text = JsFuture::from(answer.text().map_err(|_| AWAY)?).await.map_err(|_| AWAY)?;
    let text = text.as_string().unwrap_or_default();
    match answer.status() {
        200 => JSON::parse(&text).map_err(|_| AWAY),
        409 => Err("There is nothing to use, or no room for more. Reload the page."),
        429 => Err("Too many tries. Wait a few minutes."),
        403 => {
            let to = if text.contains("confirm_first") { "/confirm" } else { "/sign-in" };
            let _ = window().location().set_href(to);
            Err("")
        }
        _ => Err(AWAY),
    }
}

/// What a browser says when it gives none.
fn refusal(error: &JsValue) -> &'static str {
    match field(error, "name").and_then(|name| name.as_string()).as_deref() {
        Some("InvalidStateError") => "This device holds a passkey of yours already.",
        Some("SecurityError") => "Passkeys do not work at this address. Use another way.",
        _ => "That was cancelled, or took too long. Try once more, or use another way.",
    }
}

/// The browser's answer as the server reads it.
fn written(given: &JsValue) -> Option<String> {
    let response = field(given, "response")?;
    let parts = Object::new();
    for name in ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"] {
        let Some(value) = field(&response, name).filter(|v| !v.is_undefined() && !v.is_null()) else {
            continue;
        };
        set(&parts, name, &text_of(&value)?.into());
    }
    let whole = Object::new();
    set(&whole, "id", &field(given, "id")?);
    set(&whole, "rawId", &text_of(&field(given, "rawId")?)?.into());
    set(&whole, "type", &field(given, "type")?);
    set(&whole, "response", &parts);
    JSON::stringify(&whole).ok().map(String::from)
}

fn send(form: &HtmlFormElement, signed: &str) {
    let field = form.query_selector("input[name=credential]").ok().flatten();
    if let Some(field) = field.and_then(|f| f.dyn_into::<HtmlInputElement>().ok()) {
        field.set_value(signed);
        let _ = form.submit();
    }
}

fn field(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok()
}

fn set(of: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(of, &name.into(), value);
}

/// Puts bytes in place of the base64 that stands there.
fn bytes_at(of: &JsValue, name: &str) {
    let text = field(of, name).and_then(|text| text.as_string()).unwrap_or_default();
    let plain = text.replace('-', "+").replace('_', "/");
    let bytes: Vec<u8> = window()
        .atob(&plain)
        .unwrap_or_default()
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(0))
        .collect();
    set(of, name, &Uint8Array::from(bytes.as_slice()));
}

/// Bytes as base64 for addresses, without padding.
fn text_of(buffer: &JsValue) -> Option<String> {
    let bytes = Uint8Array::new(buffer).to_vec();
    let text: String = bytes.into_iter().map(char::from).collect();
    let text = window().btoa(&text).ok()?;
    Some(text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned())
}
