//! The few interactive parts. Only these become wasm; each makes a page better that works without it.
