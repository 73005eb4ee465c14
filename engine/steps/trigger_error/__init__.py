"""The step type trigger.error: a flow started because another one failed."""
