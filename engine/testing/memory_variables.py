"""Variables in memory."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.limits import VARIABLES_MAX
from engine.ports.variables import Variable
from engine.storage.variables import check_room


class MemoryVariables:
    """A :class:`VariableStore` for tests and simulation."""

    def __init__(self, most: int = VARIABLES_MAX) -> None:
        self._found: dict[tuple[str, str], Variable] = {}
        self._most = most

    def all(self, subnet: str) -> Sequence[Variable]:
        """By name."""
        return [one for (owner, _), one in sorted(self._found.items()) if owner == subnet]

    def put(self, variable: Variable) -> None:
        """Store it."""
        check_room(sum(one.name != variable.name for one in self.all(variable.subnet)), self._most)
        self._found[variable.subnet, variable.name] = variable

    def delete(self, subnet: str, name: str) -> bool:
        """Forget it."""
        return self._found.pop((subnet, name), None) is not None
