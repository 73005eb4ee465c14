"""Names of templates that are taken out of flows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from engine.flow.shapes import FLOW_ID, STEP_ID
from governance.domain.template import NAME
from governance.drafting import name_of

flows = st.from_regex(FLOW_ID, fullmatch=True)
steps = st.from_regex(STEP_ID, fullmatch=True)


def test_plain_ids_stay_as_they_are() -> None:
    assert name_of("orders", "resize") == "orders.resize"
    assert name_of("orders") == "orders"


def test_a_flow_and_a_step_do_not_clash() -> None:
    names = {
        name_of("orders-resize"),
        name_of("orders", "resize"),
        name_of("orders.resize"),
        name_of("Orders"),
    }
    assert len(names) == 4


@given(flows, steps)
def test_every_flow_and_step_has_a_name_that_a_template_may_have(flow: str, step: str) -> None:
    for name in (name_of(flow), name_of(flow, step)):
        assert re.fullmatch(NAME, name)


@given(st.tuples(flows, steps) | st.tuples(flows), st.tuples(flows, steps) | st.tuples(flows))
def test_different_ones_have_different_names(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    assert (name_of(*first) == name_of(*second)) == (first == second)
