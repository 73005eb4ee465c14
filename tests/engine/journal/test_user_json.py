"""What users made keeps the order of its keys in facts, and facts of older journals stay readable."""

from __future__ import annotations

from typing import Any

import pytest

from engine.base.canonical import cid_of, cid_of_bytes, decode, encode
from engine.base.errors import CorruptData
from engine.base.ordered import pack
from engine.execution.gate import changed
from engine.journal import facts as f
from engine.journal.facts import PortData

ITEMS: list[dict[str, Any]] = [{"json": {"zulu": 1, "alpha": {"yankee": 2, "b": [3]}}}]
DATA = PortData(cid_of_bytes(pack(ITEMS)), 1, ITEMS)

FACTS = [
    f.ExecutionStarted(
        at_us=1,
        flow="f",
        version="v",
        subnet="s",
        trigger_type="manual",
        trigger_step="start",
        items=DATA,
        variables={"zulu": 1, "a": 2},
        pins={"other": ITEMS, "a": ITEMS},
    ),
    f.StepCompleted(
        at_us=2,
        task=1,
        step="a",
        run=0,
        attempt=1,
        outputs={"main": DATA, "failure": PortData("cid", 40_000)},
        input_cid="i",
        output_cid="o",
        code="c",
        started_us=1,
        memory={"zulu": ITEMS, "a": 1},
    ),
    f.StepParked(
        at_us=3, task=1, step="a", run=0, attempt=1, wait={"until": 1, "kind": "time"}, started_us=1
    ),
    f.SignalReceived(at_us=4, task=1, kind="webhook", payload={"zulu": 1, "a": 2}),
    f.AnswerGiven(at_us=5, step="a", status=200, headers={"X-B": "1", "A": "2"}, body={"zulu": 1, "a": 2}),
    f.AnswerGiven(at_us=6, step="a", status=200, headers={"X-B": "1"}, body=b"\xff\x00"),
    f.AnswerGiven(at_us=7, step="a", status=200, body=b'{"text": 1}'),
    f.CheckpointCreated(at_us=8, checkpoint="c", state={"receipts": ["00"], "memory": {"zulu": 1, "a": 2}}),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.TYPE}-{fact.at_us}")
def test_a_fact_is_read_back_with_all_keys_in_their_order(fact: f.Fact) -> None:
    again = f.from_plain(decode(encode(f.to_plain(fact))))
    assert again == fact
    if not isinstance(getattr(fact, "body", None), bytes):
        assert repr(f.shown(again)) == repr(f.shown(fact))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.TYPE}-{fact.at_us}")
def test_a_fact_of_an_older_journal_is_still_read(fact: f.Fact) -> None:
    """Everything in it was a canonical map then."""
    assert f.from_plain(decode(encode(f.shown(fact)))) == fact


def test_the_receipts_of_a_checkpoint_stay_where_verifiers_look_for_them() -> None:
    assert f.to_plain(FACTS[-1])["state"]["receipts"] == ["00"]


def test_items_are_known_by_their_order_and_older_ones_by_their_canonical_form() -> None:
    swapped = [{"json": dict(reversed(ITEMS[0]["json"].items()))}]
    assert changed(DATA) == ""
    assert changed(PortData(DATA.cid, 1, swapped)) == cid_of_bytes(pack(swapped))
    assert changed(PortData(cid_of(ITEMS), 1, ITEMS)) == ""


def test_text_that_is_no_json_is_called_corrupt() -> None:
    plain = {**f.to_plain(FACTS[3]), "json": b"{"}
    with pytest.raises(CorruptData, match="not JSON"):
        f.from_plain(plain)
