"""The step type command.execute: runs commands of the node's machine that the policy names."""
