"""Definitions drawn at random: valid ones, and ones that are only shaped like definitions."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.engine.flow.catalogue import INPUTS, NAMES, OUTPUTS

plain_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(
    lambda text: "{{" not in text and not text.startswith("$")
)
parameters = st.dictionaries(
    plain_text,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | plain_text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)
retry = st.fixed_dictionaries(
    {"maxAttempts": st.integers(1, 9)},
    optional={
        "delayMs": st.integers(0, 100),
        "backoffMultiplier": st.floats(1, 5),
        "jitter": st.booleans() | st.floats(0, 1),
        "retryableErrors": st.lists(st.sampled_from(["network_error", "timeout_error"]), max_size=2),
    },
)
names = st.text("abc xyz", max_size=6)
settings = st.fixed_dictionaries(
    {},
    optional={
        "order": st.sampled_from(["concurrent", "v1", "v0"]),
        "timeoutMs": st.integers(1, 10**6),
        "priority": st.integers(0, 9),
        "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
        "saveData": st.sampled_from(["all", "failed", "none"]),
    },
)
metadata = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.lists(st.text("ab", min_size=1, max_size=3), max_size=2),
        "category": names,
        "visibility": st.sampled_from(["public", "dao-only", "private"]),
        "resourceRequirements": parameters,
    },
)
position = st.lists(st.floats(-1000, 1000) | st.integers(-9, 9), min_size=2, max_size=2)


def _outputs(kind: str) -> tuple[str, ...]:
    return (*OUTPUTS.get(kind, ("main",)), "failure")


def _is_trigger(kind: str) -> bool:
    return kind.startswith("trigger.")


def _params(draw: Any, kind: str) -> dict[str, Any]:
    params = draw(parameters)
    if kind == "logic.parallel":
        params.pop("branches", None)
    return {**params, "url": "http://a"} if kind == "http.request" else params


@st.composite
def qflow_definitions(draw: Any) -> dict[str, Any]:
    """Definitions of up to six steps whose wires lead forward, in the order of the list."""
    kinds = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6))
    steps: list[dict[str, Any]] = []
    for number, kind in enumerate(kinds):
        later = [f"s{n}" for n in range(number + 1, len(kinds)) if not _is_trigger(kinds[n])]
        targets = [*later, *(f"{name}.input 2" for name in later if kinds[int(name[1:])] in INPUTS)]
        step = {"id": f"s{number}", "type": kind, "params": _params(draw, kind)}
        if targets and draw(st.booleans()):
            lists = st.lists(st.sampled_from(targets), min_size=1, max_size=3)
            step["next"] = draw(st.dictionaries(st.sampled_from(_outputs(kind)), lists, max_size=2))
        elif number == 0:
            step["next"] = {}
        optional = {
            "name": names,
            "notes": plain_text,
            "timeout": st.integers(1, 10**6),
            "retryPolicy": retry,
            "join": st.sampled_from(["each", "all"]),
            "disabled": st.booleans(),
            "position": position,
            "consensus": parameters,
            "resourceLimits": parameters,
        }
        steps.append({**step, **draw(st.fixed_dictionaries({}, optional=optional))})
    members = draw(st.lists(st.sampled_from([step["id"] for step in steps]), min_size=1, unique=True))
    header = st.fixed_dictionaries(
        {"id": st.text("ab-1", min_size=1, max_size=5).filter(lambda text: text[0] != "-")},
        optional={
            "name": names,
            "version": names,
            "description": plain_text,
            "daoPolicy": names,
            "policy": parameters,
            "settings": settings,
            "metadata": metadata,
            "canvas": _canvas(members),
            "tests": st.lists(_case(members), max_size=2, unique_by=lambda case: case["name"]),
        },
    )
    return {**draw(header), "steps": steps}


def _case(members: list[str]) -> Any:
    items = st.lists(st.fixed_dictionaries({"json": parameters}), max_size=1)
    mock = st.fixed_dictionaries({"items": items}) | st.just({"error": {"message": "no"}})
    optional = {
        "notes": plain_text,
        "start": st.sampled_from(members),
        "items": items,
        "mocks": st.dictionaries(st.sampled_from(members), mock, max_size=1),
        "expect": st.fixed_dictionaries({"end": st.sampled_from(["completed", "failed"])}),
    }
    return st.fixed_dictionaries({"name": st.text("ab", min_size=1, max_size=2)}, optional=optional)


def _canvas(members: list[str]) -> Any:
    note = {"id": st.just("n"), "text": plain_text, "size": position, "color": st.integers(1, 7)}
    group = {"id": st.just("g"), "name": names, "steps": st.just(members), "collapsed": st.booleans()}
    return st.fixed_dictionaries(
        {},
        optional={
            "notes": st.lists(st.fixed_dictionaries(note, optional={"position": position}), max_size=1),
            "groups": st.lists(st.fixed_dictionaries(group), max_size=1),
        },
    )


@st.composite
def jsonflow_definitions(draw: Any) -> dict[str, Any]:
    """Workflows of up to six steps whose parents stand before them."""
    kinds = draw(st.lists(st.sampled_from([*NAMES, "network_request"]), min_size=1, max_size=6))
    steps: list[dict[str, Any]] = []
    for number, kind in enumerate(kinds):
        params = _params(draw, "http.request" if kind == "network_request" else kind)
        step: dict[str, Any] = {"id": f"s{number}", "type": kind, "params": params}
        sources = [f"s{n}.{port}" for n in range(number) for port in _outputs(kinds[n])] + [
            f"s{n}" for n in range(number) if OUTPUTS.get(kinds[n], ("main",))
        ]
        if sources and not _is_trigger(kind):
            step["parent_step_ids"] = draw(st.lists(st.sampled_from(sources), max_size=3))
        optional = {
            "name": names,
            "node_preference": names,
            "resource_requirements": st.fixed_dictionaries(
                {},
                optional={"ram_mb": st.integers(0, 9), "timeout_ms": st.integers(1, 9), "gpu": st.booleans()},
            ),
            "consensus_required": st.booleans(),
            "min_confirmations": st.integers(1, 5),
            "retry_policy": retry,
            "join": st.sampled_from(["each", "all"]),
            "on_error": st.sampled_from(["stop", "continue", "failure"]),
        }
        steps.append({**step, **draw(st.fixed_dictionaries({}, optional=optional))})
    header = st.fixed_dictionaries(
        {"workflow": st.text("ab_ x", min_size=1, max_size=6).filter(str.strip)},
        optional={
            "version": names,
            "tenant_id": names,
            "distributed": st.booleans(),
            "fault_tolerance": st.fixed_dictionaries(
                {}, optional={"retry_failed_steps": st.booleans(), "max_retries": st.integers(0, 5)}
            ),
            "isolation": parameters,
            "settings": settings,
        },
    )
    return {**draw(header), "steps": steps}


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_step_keys = [
    "id", "type", "action", "params", "onSuccess", "onFailure", "next", "timeout", "retryPolicy", "join",
    "onError", "position", "parent_step_ids", "parent_ports", "resource_requirements", "consensus",
]  # fmt: skip
_header_keys = [
    "id", "name", "workflow", "version", "metadata", "settings", "fault_tolerance", "policy", "tenant_id",
]  # fmt: skip
_likely = (
    st.sampled_from(["a", "b", "a.x", "logic.parallel", "condition", "parallel", "task", "data.set"])
    | st.fixed_dictionaries({"branches": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)})
    | st.dictionaries(st.sampled_from(["main", "true", "attempts", "loop"]), junk, max_size=2)
    | st.lists(st.sampled_from(["a", "b", "b.main"]), max_size=3)
    | junk
)
shaped_junk = st.builds(
    lambda header, steps: {**header, "steps": steps},
    st.dictionaries(st.sampled_from(_header_keys), _likely, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(_step_keys), _likely, max_size=6) | junk, max_size=4) | junk,
)
"""Values with the keys of definitions and anything behind them."""
