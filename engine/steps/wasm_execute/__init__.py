"""The step type wasm.execute: a function of a WebAssembly module is called for every item."""
