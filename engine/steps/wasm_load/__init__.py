"""The step type wasm.load: a WebAssembly module is examined and stored."""
