"""The step type data.jwt: reads and verifies JSON Web Tokens."""
