"""The step type trigger.subflow: a flow started by another flow."""
