"""The step type http.request: a request to an HTTP server, behind the egress policy."""
