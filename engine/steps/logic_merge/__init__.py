"""The step type logic.merge: several branches become one."""
