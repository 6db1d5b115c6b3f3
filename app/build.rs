//! Rebuilds the executable when the browser part that it embeds has changed.
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The browser part is built from this crate too, and dist is made from it: watching it there would go in circles.
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        println!("cargo:rerun-if-changed=dist");
    }
}
