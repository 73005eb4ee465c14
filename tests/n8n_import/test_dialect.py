"""AlaSQL's habits in SQLite's words."""

from __future__ import annotations

import pytest

from n8n_import.dialect import in_sqlite, makes_lists


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("SELECT TOP 2 * FROM input1;", "SELECT * FROM input1 LIMIT 2"),
        ("select top 1 a from (SELECT a FROM input1)", "select top 1 a from (SELECT a FROM input1)"),
        ("SELECT a + ' ' + b AS c FROM input1", "SELECT a || ' ' || b AS c FROM input1"),
        ("SELECT a + 1, ' + ' FROM input1", "SELECT a + 1, ' + ' FROM input1"),
        ("SELECT 'a' + 'it''s'", "SELECT 'a' || 'it''s'"),
        ("SELECT '{{ $json.a + 'x' }}'", "SELECT '{{ $json.a + 'x' }}'"),
    ],
)
def test_top_and_joined_texts_are_said_in_sqlites_words(written, wanted):
    assert in_sqlite(written) == wanted


def test_lists_are_known():
    assert makes_lists("SELECT ARRAY(a) FROM input1")
    assert not makes_lists("SELECT array_x FROM input1")
