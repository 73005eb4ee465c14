"""The lines by which two texts differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer import text_diff
from designer.text_diff import CONTEXT_LINES, Block, text_blocks

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=30).map("\n".join)


def numbered(count: int) -> list[str]:
    """So many lines that all differ."""
    return [f"line {number}" for number in range(1, count + 1)]


def test_the_same_text_has_no_blocks():
    assert text_blocks("a\nb\n", "a\nb\n") == []


def test_a_changed_line_stands_between_its_neighbours_and_says_how_many_are_left_out():
    old = numbered(40)
    new = [*old[:19], "another", *old[20:]]
    before, changed, after = text_blocks("\n".join(old), "\n".join(new)) or []
    assert [line.number for line in before.before] == [17, 18, 19]
    assert (before.skipped, before.changed) == (16, False)
    assert [line.text for line in changed.before] == ["line 20"]
    assert [line.text for line in changed.after] == ["another"]
    assert [line.number for line, _ in after.pairs] == [21, 22, 23]


def test_after_lines_were_added_both_sides_keep_their_own_numbers():
    old = numbered(20)
    new = ["first", "second", *old]
    _, after = text_blocks("\n".join(old), "\n".join(new)) or []
    assert [(one.number, other.number) for one, other in after.pairs] == [(1, 3), (2, 4), (3, 5)]


def test_too_many_lines_are_not_compared(monkeypatch):
    monkeypatch.setattr(text_diff, "LINES_MAX", 10)
    assert text_blocks("\n".join(numbered(11)), "x") is None
    long = "\n".join(numbered(500))
    assert text_blocks(long, f"{long}\nmore") is not None


@given(TEXTS, TEXTS)
def test_the_blocks_lead_from_the_one_text_to_the_other(before: str, after: str):
    """Lines that are not shown are the same in both, so what is shown must make one of the other."""
    blocks = text_blocks(before, after)
    assert blocks is not None
    assert rebuilt(before.splitlines(), blocks) == after.splitlines()
    assert (blocks == []) == (before.splitlines() == after.splitlines())


@given(TEXTS, TEXTS)
def test_no_line_is_shown_twice_and_what_is_the_same_is_short(before: str, after: str):
    blocks = text_blocks(before, after) or []
    shown = [line.number for block in blocks for line in block.before]
    assert shown == sorted(set(shown))
    assert all(len(block.before) <= 2 * CONTEXT_LINES for block in blocks if not block.changed)


def rebuilt(old: list[str], blocks: list[Block]) -> list[str]:
    """The other text, from the one and the blocks."""
    made, place = [], 0
    for block in blocks:
        if block.skipped:
            made += old[place : place + block.skipped]
            place += block.skipped
        made += [line.text for line in block.after]
        place += len(block.before)
    return made + old[place:]
