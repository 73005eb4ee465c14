"""The step type trigger.form: a page whose answers start the flow."""
