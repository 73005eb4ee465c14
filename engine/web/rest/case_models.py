"""The shapes of REST for tests of flows."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from engine.web.rest.models import Given, Name, Shown


class CasesBody(Given):
    """Which tests to run: all of the newest draft unless named."""

    version: Name | None = Field(None, description="draft, published, a CID, a number or a tag.")
    cases: list[Name] = Field([], description="Names of tests; none: all.")


class DifferenceShown(Shown):
    """A place among the items; a side that is not there is left out."""

    path: str
    expected: Any = None
    got: Any = None


class FlawShown(Shown):
    """One thing that is not as expected; ``at`` is the index of an assertion."""

    kind: str
    message: str
    step: str | None = None
    port: str | None = None
    at: int | None = None
    differences: list[DifferenceShown] = []


class CaseShown(Shown):
    """What became of one test; without an execution it could not begin."""

    name: str
    passed: bool
    end: str | None
    executionId: str | None
    durationMs: float
    flaws: list[FlawShown]


class StepCovered(Shown):
    """Whether a test ran the step; ``mocked``: something only ever stood in for it."""

    step: str
    covered: bool
    mocked: bool


class BranchCovered(Shown):
    """Whether a test took this way out of a step."""

    step: str
    port: str
    covered: bool


class CoverageShown(Shown):
    """What the tests covered of the flow."""

    percent: int
    steps: list[StepCovered]
    branches: list[BranchCovered]


class CasesShown(Shown):
    """The results of the tests of one version."""

    flowId: str
    version: str
    passed: bool
    cases: list[CaseShown]
    coverage: CoverageShown


class LastCaseShown(CaseShown):
    """The last run of a test; ``current``: what it tested is the same in the newest draft."""

    at: str
    version: str
    versionNumber: int | None
    current: bool


class LastCasesShown(Shown):
    """The last runs of a flow's tests; those that never ran are left out."""

    flowId: str
    cases: list[LastCaseShown]
