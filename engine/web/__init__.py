"""The HTTP and WebSocket doors: translation only."""
