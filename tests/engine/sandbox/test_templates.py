"""Templates that were prepared before."""

from __future__ import annotations

import orjson

from engine.base.limits import TEMPLATE_KEPT_CHARACTERS_MAX, TEMPLATES_KEPT_MAX
from engine.ports.sandbox import Determinism, ExpressionBatch, SandboxLimits
from engine.sandbox.templates import PreparedTemplates


class Guest:
    """Prepares texts, and counts how often it is asked for each."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def prepare(self, texts: list[str]) -> list[bytes]:
        self.asked += texts
        return [orjson.dumps({"parts": [text]}) for text in texts]


def parts(found):
    return [orjson.loads(orjson.dumps(each))["parts"] for each in found]


def test_a_text_is_prepared_once_and_keeps_its_place():
    kept, guest = PreparedTemplates(), Guest()
    assert parts(kept.of(["a", "b", "a"], guest.prepare)) == [["a"], ["b"], ["a"]]
    assert parts(kept.of(["b", "c"], guest.prepare)) == [["b"], ["c"]]
    assert guest.asked == ["a", "b", "c"]


def test_what_was_not_used_for_long_is_forgotten():
    kept, guest = PreparedTemplates(), Guest()
    kept.of(["first"], guest.prepare)
    for number in range(TEMPLATES_KEPT_MAX):
        kept.of([f"t{number}"], guest.prepare)
    guest.asked.clear()
    kept.of(["first", f"t{TEMPLATES_KEPT_MAX - 1}"], guest.prepare)
    assert guest.asked == ["first"]


def test_a_very_long_text_is_not_kept():
    kept, guest = PreparedTemplates(), Guest()
    long = "x" * TEMPLATE_KEPT_CHARACTERS_MAX
    kept.of([long], guest.prepare)
    kept.of([long], guest.prepare)
    assert guest.asked == [long, long]


def test_what_one_evaluation_does_to_its_machine_changes_no_template_for_the_next(sandbox):
    """An expression that tampers with what it can reach is followed by the same texts elsewhere."""
    attack = "{{ (() => { try { Object.prototype.parts = 1 } catch (e) {} return 1 })() }}"
    texts = ("{{ $json.a + 1 }}", attack)
    for a in (1, 2):
        batch = ExpressionBatch(texts, [{"json": {"a": a}}], Determinism(0))
        assert sandbox.evaluate(batch, SandboxLimits()).values[0][0] == a + 1
