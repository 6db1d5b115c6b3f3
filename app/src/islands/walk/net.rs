//! The few requests of a walk. Every failure of the network is `None`: it is tried again later.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, Headers, HtmlFormElement, RequestInit, RequestRedirect, Response, UrlSearchParams};

/// The text of a page, if it came.
pub(super) async fn get(path: &str) -> Option<String> {
    let response = fetch(path, &RequestInit::new()).await?;
    if !response.ok() || response.redirected() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Posts JSON with the form token; the answer.
pub(super) async fn post_json(path: &str, token: &str, body: &str) -> Option<Response> {
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/json").ok()?;
    headers.set("x-form-token", token).ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(body));
    fetch(path, &init).await
}

/// Posts a form's fields as the browser would; whatever comes back.
pub(super) async fn post_form(path: &str, form: &HtmlFormElement) -> Option<()> {
    let data = FormData::new_with_form(form).ok()?;
    // The constructor takes anything that gives pairs.
    let fields = UrlSearchParams::new_with_record_from_str_to_str(data.unchecked_ref()).ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_redirect(RequestRedirect::Manual);
    init.set_body(&fields);
    // A redirection that is not followed counts as 0.
    fetch(path, &init).await.filter(|answer| answer.status() < 400).map(drop)
}

async fn fetch(path: &str, init: &RequestInit) -> Option<Response> {
    JsFuture::from(window().fetch_with_str_and_init(path, init)).await.ok()?.dyn_into().ok()
}
