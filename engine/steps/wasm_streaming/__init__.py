"""The step type wasm.streaming: items pass through one instance of a WebAssembly module."""
