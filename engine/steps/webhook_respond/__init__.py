"""The step type webhook.respond: the caller of the webhook gets its answer."""
