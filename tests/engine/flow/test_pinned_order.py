"""Pinned items keep the order of their keys in a flow's canonical form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.canonical import cid_of, decode, encode
from engine.flow.canonical import from_canonical, to_canonical
from engine.flow.model import Flow, Step
from engine.flow.plain_form import FORM, plain_form

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab\u00fc", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("zyxab", max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)
ITEMS = st.lists(st.dictionaries(st.just("json"), JSON), max_size=2)


def flow(pins: Any) -> Flow:
    return Flow("f", "f", (Step("start", "trigger.manual", {}),), (), extra={"pins": pins})


@given(
    st.dictionaries(
        st.just("start"), st.lists(st.dictionaries(st.just("json"), JSON), max_size=2), min_size=1
    )
)
def test_a_flow_with_pins_is_read_back_with_all_keys_in_their_order(pins: Any) -> None:
    before = flow(pins)
    after = from_canonical(decode(encode(to_canonical(before))))
    assert repr(after.extra) == repr(before.extra)
    assert after.version == before.version == cid_of(to_canonical(before))


def test_the_order_of_pinned_keys_makes_another_version() -> None:
    one, other = {"b": 1, "a": 2}, {"a": 2, "b": 1}
    assert flow({"start": [{"json": one}]}).version != flow({"start": [{"json": other}]}).version


@pytest.mark.parametrize("json", [{}, {"a": 1, "b": 2, "aa": 3}])
def test_versions_from_before_keep_their_names(json: dict[str, Any]) -> None:
    """They were read back in canonical order."""
    older = flow({"start": [{"json": json}]})
    assert older.version == cid_of({"form": FORM, **plain_form(older)})
