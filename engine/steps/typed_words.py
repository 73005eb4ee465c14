"""The names of types and operators that conditions use."""

from __future__ import annotations

from typing import Literal, get_args

ValueType = Literal[
    "string", "number", "numeral", "boolean", "truth", "dateTime", "array", "object", "any", "script"
]

UnaryOperator = Literal["isEmpty", "isNotEmpty", "isTrue", "isFalse", "exists", "notExists"]
BinaryOperator = Literal[
    "equals",
    "notEquals",
    "greater",
    "greaterOrEqual",
    "less",
    "lessOrEqual",
    "contains",
    "notContains",
    "startsWith",
    "notStartsWith",
    "endsWith",
    "notEndsWith",
    "in",
    "notIn",
    "matches",
    "notMatches",
    "after",
    "afterOrEqual",
    "before",
    "beforeOrEqual",
    "lengthEquals",
    "lengthNotEquals",
    "lengthGreater",
    "lengthGreaterOrEqual",
    "lengthLess",
    "lengthLessOrEqual",
]
Operator = Literal[BinaryOperator, UnaryOperator]

UNARY = frozenset(get_args(UnaryOperator))
PATTERNS = frozenset({"matches", "notMatches"})
DATES = frozenset({"after", "afterOrEqual", "before", "beforeOrEqual"})
LENGTHS = {
    "lengthEquals": "equals",
    "lengthNotEquals": "notEquals",
    "lengthGreater": "greater",
    "lengthGreaterOrEqual": "greaterOrEqual",
    "lengthLess": "less",
    "lengthLessOrEqual": "lessOrEqual",
}
MOMENTS = {
    "after": "greater",
    "afterOrEqual": "greaterOrEqual",
    "before": "less",
    "beforeOrEqual": "lessOrEqual",
}
"""Operators on dates and lengths, and what they are on numbers."""

NEGATIONS = {
    "notEquals": "equals",
    "notContains": "contains",
    "notStartsWith": "startsWith",
    "notEndsWith": "endsWith",
    "notMatches": "matches",
    "notIn": "in",
    "isNotEmpty": "isEmpty",
    "notExists": "exists",
}
"""Operators that hold where another does not."""
