"""The step type data.markdown: Markdown to HTML and back."""
