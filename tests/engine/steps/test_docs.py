"""Tests of the page that is made from the step types."""

from __future__ import annotations

from engine.steps.docs import PAGE, render
from engine.steps.registry import TYPES


def test_the_page_is_up_to_date():
    """Otherwise: python -m engine.steps.docs"""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_type_has_its_heading():
    page = render()
    assert [name for name in TYPES if f"\n### {name}\n" not in page] == []
