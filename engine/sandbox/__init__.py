"""WebAssembly guests: the only place where code and expressions of users run."""
