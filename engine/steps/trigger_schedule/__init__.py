"""The step type trigger.schedule: a flow started by the clock."""
