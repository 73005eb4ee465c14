"""The contract of Qindex: what is found, in which order, and never another subnet's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.journal.state import Status
from engine.ports.flow_store import FlowStore
from engine.ports.journal_store import JournalStore
from engine.ports.search_index import Indexed, SearchIndex
from engine.validation.search_query import parse_search
from tests.engine.contract.samples import creation
from tests.engine.contract.test_flow_store import create


def entry(id: str, title: str = "", kind: str = "flow", subnet: str = "alpha", **fields: Any) -> Indexed:
    return Indexed(subnet, kind, id, title or id, **{"flow": "f", **fields})


def found(index: SearchIndex, text: str, subnet: str = "alpha", **fields: Any) -> list[str]:
    return [hit.id for hit in index.search(replace(parse_search(text, subnet), **fields)).hits]


class TestFinding:
    """Words and filters."""

    def test_all_words_must_stand_there_in_any_order(self, index: SearchIndex) -> None:
        index.put([entry("a", "Monthly sales report"), entry("b", "Sales funnel")])
        assert found(index, "report sales") == ["a"]
        assert found(index, "SALES", limit=5) == ["b", "a"] or found(index, "SALES") == ["a", "b"]

    def test_a_phrase_keeps_its_order(self, index: SearchIndex) -> None:
        index.put([entry("a", "sales report"), entry("b", "report on sales")])
        assert found(index, '"sales report"') == ["a"]

    def test_a_star_finds_words_that_begin_so(self, index: SearchIndex) -> None:
        index.put([entry("a", "invoicing"), entry("b", "voice")])
        assert found(index, "invo*") == ["a"]
        assert found(index, "invo") == []

    def test_excluded_words_do_not_stand_there(self, index: SearchIndex) -> None:
        index.put([entry("a", "sales draft"), entry("b", "sales")])
        assert found(index, "sales -draft") == ["b"]
        assert found(index, "-draft") == ["b"]

    def test_accents_and_case_do_not_matter(self, index: SearchIndex) -> None:
        index.put([entry("a", "Überweisung an José")])
        assert found(index, "uberweisung JOSE") == ["a"]

    def test_filters_are_exact(self, index: SearchIndex) -> None:
        index.put(
            [
                entry("a", tags=("back office",), category="hr", attributes={"status": "failed"}),
                entry("b", tags=("back",), category="office", attributes={"status": "completed"}),
            ]
        )
        assert found(index, 'tag:"back office"') == ["a"]
        assert found(index, "category:hr status:failed") == ["a"]
        assert found(index, "tag:back") == ["b"]
        assert found(index, "status:fail") == []

    def test_what_is_archived_is_found_when_asked_for(self, index: SearchIndex) -> None:
        index.put([entry("a", "x", archived=True), entry("b", "x", at_us=1)])
        assert found(index, "x") == ["b"]
        assert found(index, "x archived:yes") == ["a"]
        assert found(index, "x archived:any") == ["b", "a"]

    def test_days_bound_what_is_found(self, index: SearchIndex) -> None:
        index.put([entry("a", at_us=86_400_000_000), entry("b", at_us=172_800_000_000)])
        assert found(index, "after:1970-01-02 before:1970-01-03") == ["a"]

    def test_an_empty_search_finds_everything_flows_first(self, index: SearchIndex) -> None:
        index.put([entry("run", kind="execution", at_us=9), entry("f1", at_us=1), entry("f2", at_us=2)])
        assert found(index, "") == ["f2", "f1", "run"]

    def test_pages_go_on_where_the_last_one_ended(self, index: SearchIndex) -> None:
        index.put([entry(f"f{n}", at_us=n) for n in range(5)])
        query, seen = replace(parse_search("", "alpha"), limit=2), []
        while True:
            page = index.search(query)
            seen += [hit.id for hit in page.hits]
            if not page.next:
                break
            query = replace(query, after=page.next)
        assert seen == ["f4", "f3", "f2", "f1", "f0"]

    def test_a_cursor_that_is_none_is_refused(self, index: SearchIndex) -> None:
        with pytest.raises(InvalidInput, match="next of the page before"):
            found(index, "", after="1 OR 1=1")

    def test_what_comes_back_is_what_was_put_in(self, index: SearchIndex) -> None:
        made = entry(
            "a", "T", tags=("x", "y z"), category="c", attributes={"owner": "o"}, at_us=1, stamp_us=2
        )
        index.put([made])
        assert index.search(parse_search("t", "alpha")).hits == (made,)

    def test_the_newest_state_replaces_the_one_before(self, index: SearchIndex) -> None:
        index.put([entry("a", "old name")])
        index.put([entry("a", "new name")])
        assert found(index, "old") == []
        assert found(index, "new") == ["a"]

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(max_size=40))
    def test_no_text_breaks_the_search(self, index: SearchIndex, text: str) -> None:
        try:
            query = parse_search(text, "alpha")
        except InvalidInput:
            return
        index.search(query)

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
    def test_any_title_can_be_indexed_and_is_found_by_its_words(self, index: SearchIndex, title: str) -> None:
        index.put([entry("it", title or "x")])
        words = [word for word in title.split() if word.isascii() and word.isalpha()]
        for word in words:
            assert "it" in found(index, f'"{word}"')


class TestWalls:
    """A subnet finds its own."""

    def test_nothing_of_another_subnet_is_found(self, index: SearchIndex) -> None:
        index.put(
            [entry("a", "merger plans", subnet="beta", attributes={"subnet": "alpha"}, tags=("alpha",))]
        )
        assert found(index, "merger") == []
        assert found(index, "tag:alpha") == []
        assert found(index, "", limit=100) == []
        assert found(index, "merger", "beta") == ["a"]

    def test_taking_out_touches_one_subnet_only(self, index: SearchIndex) -> None:
        index.put([entry("a", subnet="alpha"), entry("a", subnet="beta")])
        index.remove("alpha", "flow", ["a"])
        assert (found(index, ""), found(index, "", "beta")) == ([], ["a"])
        index.clear("alpha")
        assert found(index, "", "beta") == ["a"]

    def test_a_deleted_flow_leaves_its_executions(self, index: SearchIndex) -> None:
        index.put([entry("f"), entry("cid", kind="version"), entry("exe", kind="execution")])
        index.remove_flow("alpha", "f")
        assert found(index, "") == ["exe"]


class TestKeepingUp:
    """What is not indexed as it is now."""

    def test_new_flows_and_versions_are_stale_until_they_are_indexed(
        self, index: SearchIndex, flows: FlowStore
    ) -> None:
        made = create(flows)
        create(flows, subnet="beta")
        assert index.stale("alpha", 10) == [("flow", "orders", "orders"), ("version", made.version, "orders")]
        index.put([entry("orders", stamp_us=10), entry(made.version, kind="version", stamp_us=10)])
        assert index.stale("alpha", 10) == []
        flows.archive("alpha", "orders", True, 20)
        assert index.stale("alpha", 10) == [("flow", "orders", "orders")]

    def test_executions_are_stale_when_they_have_moved(
        self, index: SearchIndex, journal: JournalStore
    ) -> None:
        journal.create(creation("exe_1", status=Status.WAITING, updated_us=1_000))
        journal.create(creation("exe_2", status=Status.COMPLETED, updated_us=2_000, ended_us=2_000))
        stale = index.stale("alpha", 10)
        assert sorted(stale) == [("execution", "exe_1", "orders"), ("execution", "exe_2", "orders")]
        index.put([entry("exe_1", kind="execution", stamp_us=1_000)])
        assert index.stale("alpha", 10) == [("execution", "exe_2", "orders")]
        index.put([entry("exe_2", kind="execution", stamp_us=2_000)])
        assert index.stale("alpha", 10) == []

    def test_no_more_are_told_than_wanted(self, index: SearchIndex, journal: JournalStore) -> None:
        for number in range(5):
            journal.create(creation(f"exe_{number}", status=Status.WAITING))
        assert len(index.stale("alpha", 3)) == 3
