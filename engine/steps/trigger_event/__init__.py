"""The step type trigger.event: a flow started by an event."""
