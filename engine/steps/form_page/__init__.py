"""The step type form.page: a further page of a form, or its ending."""
