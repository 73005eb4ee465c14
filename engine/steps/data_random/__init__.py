"""The step type data.random: made-up data to try a flow with."""
