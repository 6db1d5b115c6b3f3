//! The browser's entry: links the islands of `app` and starts them. On any other target it is empty.
#![cfg(target_arch = "wasm32")]

// Nothing here names an island, so without this line the linker would leave their exports out.
extern crate app as _;

/// Called by name from the script that Leptos' `HydrationScripts` puts on each page,
/// which then calls each island's own export.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
