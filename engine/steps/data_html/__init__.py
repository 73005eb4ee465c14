"""The step type data.html: values out of HTML, and HTML made of items."""
