"""The step type trigger.webhook: a flow started by an HTTP request."""
