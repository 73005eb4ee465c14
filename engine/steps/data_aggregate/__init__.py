"""The step type data.aggregate: many items become one."""
