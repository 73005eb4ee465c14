"""docs/expressions.md tells of every method, and its examples hold."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text()
PRELUDE = Path(__file__).parents[3] / "engine" / "sandbox" / "guests" / "javascript" / "prelude"
KINDS = {
    "arrays": "lists",
    "strings": "strings",
    "numbers": "numbers",
    "objects": "objects",
    "dates": "dates",
}
OLDER = {
    *(
        "inBetween",
        "startOf",
        "toFloat",
        "toNumber",
        "toTimeFromNow",
        "isEmpty",
        "isNotEmpty",
        "toWholeNumber",
    ),
    *("toDecimalNumber", "stripTags", "replaceSpecialCharacters", "length"),
    *("toBoolean", "toDateTime", "toInt"),
}
"""Older names of the same, what stands in the first row, and what is there for other types only."""


def test_every_method_is_in_the_table():
    missing = []
    for source in PRELUDE.glob("4?_*.js"):
        for kind, body in re.findall(r"__qflow\.(\w+) = \{\n(.*?)\n  \};", source.read_text(), re.S):
            if kind not in KINDS:
                continue
            row = next(line for line in PAGE.splitlines() if line.startswith(f"| {KINDS[kind]}"))
            names = set(re.findall(r"^    (?:async )?(\w+)(?:[:(,]|$)", body, re.M)) - OLDER
            missing += [f"{kind}.{name}" for name in names if f"`{name}(" not in row]
    assert missing == []


def test_the_first_examples_hold(value):
    item = {"first": "Ada", "last": "Lovelace", "prices": [1.111, 2]}
    assert value("{{ $json.first }} {{ $json.last }}", item) == "Ada Lovelace"
    assert value("{{ $json.prices.sum().round(2) }}", item) == 3.11
    assert value("{{ $now.plus(14, 'days').format('yyyy-MM-dd') }}") == "2023-11-28"
    assert value("{{ const n = $json.n; n * n }}", {"n": 3}) == 9
