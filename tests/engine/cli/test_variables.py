"""Variables from the command line."""

from __future__ import annotations

import json


def test_variables_are_set_imported_listed_and_forgotten(qflow):
    assert "is set" in qflow("variables", "set", "BASE", "https://a.example").err
    told = qflow("variables", "import", '{"BASE": "other", "NEW": "1"}', "--json").out
    assert json.loads(told) == {"BASE": "kept", "NEW": "added"}
    assert "https://a.example" in qflow("variables", "list").out
    assert "is forgotten" in qflow("variables", "delete", "BASE").err
    assert "must be texts" in qflow("variables", "import", '{"A": 5}', code=2).err
