"""The step type trigger.manual: a flow started by hand."""
