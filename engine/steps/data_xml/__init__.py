"""The step type data.xml: XML to objects and back."""
