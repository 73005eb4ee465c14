"""Laws: a token allows no more than was asked for and no more than the policy; attenuation never widens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.errors import CapabilityDenied
from engine.ports.grants import Capability, HttpCapability, KvCapability, ModuleCapability, SecretCapability
from engine.sandbox.capabilities import attenuate
from engine.sandbox.capabilities.asks import Ask, HttpAsk, KvAsk, ModuleAsk, SecretAsk
from tests.engine.sandbox.capabilities.bench import HOLDER, Bench

HOSTS = ["a.example", "b.example", "a.b.example"]
PATTERNS = [*HOSTS, "*.example", "*.b.example", "*", "a.example:80", "*:80"]
PATHS = ["/", "/v1", "/v1/x", "/v10"]
KEYS = ["", "a", "a/b", "b"]
SIZES = st.sampled_from([None, 0, 10, 100])
USES = st.sampled_from([None, 1, 2])


def some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True).map(tuple)


CAPABILITIES: st.SearchStrategy[Capability] = st.one_of(
    st.builds(
        HttpCapability,
        host=st.sampled_from(PATTERNS),
        methods=some("GET", "POST", "*"),
        path=st.sampled_from(PATHS),
        bytes_max=SIZES,
        uses_max=USES,
    ),
    st.builds(
        KvCapability,
        actions=some("get", "set", "*"),
        prefix=st.sampled_from(KEYS),
        bytes_max=SIZES,
        uses_max=USES,
    ),
    st.builds(SecretCapability, name=st.sampled_from(["s", "t", "*"]), host=st.sampled_from(PATTERNS)),
    st.builds(ModuleCapability, module=st.sampled_from(["m", "*"]), actions=some("x", "y", "*")),
)
ASKS: st.SearchStrategy[Ask] = st.one_of(
    st.builds(
        HttpAsk,
        method=st.sampled_from(["GET", "POST"]),
        host=st.sampled_from(HOSTS),
        port=st.sampled_from([80, 443]),
        path=st.sampled_from(["/", "/v1", "/v1/x/y", "/v10"]),
        size=st.sampled_from([0, 10, 11]),
    ),
    st.builds(
        KvAsk,
        action=st.sampled_from(["get", "set", "delete"]),
        key=st.sampled_from(["a", "a/b", "c"]),
        size=st.sampled_from([0, 10, 11]),
    ),
    st.builds(SecretAsk, name=st.sampled_from(["s", "t"]), host=st.sampled_from(HOSTS), port=st.just(443)),
    st.builds(ModuleAsk, module=st.sampled_from(["m", "n"]), action=st.sampled_from(["x", "z"])),
)
LISTS = st.lists(CAPABILITIES, max_size=4)


def allowed(bench: Bench, token: str, ask: Ask) -> int | None:
    """The size that is allowed, or None."""
    try:
        return bench.authorise(token, ask).bytes_max
    except CapabilityDenied:
        return None


def within(capability: Capability, ask: Ask) -> bool:
    """Whether one capability alone, asked for and allowed, lets the use through."""
    bench = Bench((capability,))
    return allowed(bench, bench.mint(capability).text, ask) is not None


@settings(max_examples=60, deadline=None)
@given(LISTS, LISTS, ASKS)
def test_a_token_allows_what_request_and_ceiling_both_allow(
    requested: list[Capability], ceilings: list[Capability], ask: Ask
) -> None:
    bench = Bench(tuple(ceilings))
    got = allowed(bench, bench.mint(*requested).text, ask) is not None
    asked = any(within(capability, ask) for capability in requested)
    ceiled = any(within(capability, ask) for capability in ceilings)
    assert got == (asked and ceiled)


@settings(max_examples=80, deadline=None)
@given(LISTS, st.lists(LISTS, min_size=1, max_size=3), ASKS)
def test_an_attenuated_token_allows_a_subset(
    granted: list[Capability], narrowings: list[list[Capability]], ask: Ask
) -> None:
    bench = Bench(tuple(granted))
    chain = [bench.mint(*granted).text]
    for capabilities in narrowings:
        chain.append(attenuate(chain[-1], bench.keys, capabilities))
    sizes = [_unused(bench, token, ask) for token in chain]
    known = [-1 if size is None else size for size in sizes]
    assert known == sorted(known, reverse=True), "each allows at most what the one before allows"
    if not any(within(capability, ask) for capability in narrowings[-1]):
        assert sizes[-1] is None


def _unused(bench: Bench, token: str, ask: Ask) -> int | None:
    """What is allowed as long as nothing was used."""
    live = bench.authority.live.of(HOLDER)
    assert live is not None
    for counts in (live.used, live.spent, live.through):
        counts.clear()
    return allowed(bench, token, ask)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.lists(st.integers(1, 4), max_size=2), st.lists(st.integers(0, 2), max_size=12))
def test_no_way_through_attenuations_uses_more_than_the_token_has(
    uses: int, narrower: list[int], through: list[int]
) -> None:
    bench = Bench((KvCapability(),))
    chain = [bench.mint(KvCapability(uses_max=uses)).text]
    for most in narrower:
        chain.append(attenuate(chain[-1], bench.keys, uses_max=most))
    passed = [
        place
        for place in (min(place, len(chain) - 1) for place in through)
        if allowed(bench, chain[place], KvAsk("get", "k")) is not None
    ]
    for block, most in enumerate([uses, *narrower]):
        assert sum(place >= block for place in passed) <= most
