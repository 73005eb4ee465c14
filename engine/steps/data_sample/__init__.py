"""The step type data.sample: fixed items to try a flow with."""
