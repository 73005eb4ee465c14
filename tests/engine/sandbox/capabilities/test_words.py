"""Hosts, paths and capabilities in their one spelling, and what two of them have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from engine.base.errors import EgressDenied, InvalidInput, QflowError
from engine.ports.grants import HttpCapability, KvCapability, ModuleCapability, SecretCapability
from engine.sandbox.capabilities.addresses import plain_path, read_target
from engine.sandbox.capabilities.hosts import common, matching, read_pattern
from engine.sandbox.capabilities.meets import grants_of, meet


# addresses ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("HTTPS://API.Example.COM./a", "https://api.example.com/a"),
        ("https://api.example.com:443/a", "https://api.example.com/a"),
        ("http://api.example.com:443/a", "http://api.example.com:443/a"),
        ("https://api。example.com/", "https://api.example.com/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://[::ffff:127.0.0.1]/", "http://127.0.0.1/"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("https://a.example/%7Euser/%41", "https://a.example/~user/A"),
        ("https://a.example/a%2fb?q=%41&r=%2e%2e#top", "https://a.example/a%2Fb?q=%41&r=%2e%2e"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/v1/../v2", "https://a.example/v2"),
    ],
)
def test_every_spelling_of_an_address_comes_out_as_one(text: str, url: str) -> None:
    assert read_target(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "https://good.example@evil.example/",
        "https://user:password@good.example/",
        "https://good.example\\@evil.example/",
        "https://good.example/\\..\\admin",
        "https://good.example/v1/%2e%2e/admin",
        "https://good.example/v1/%2E./admin",
        "https://good.example/v1/..%2fadmin",
        "https://good.example/v1/..%5cadmin",
        "https://good.example/v1/%252e%252e/admin",
        "https://good.example/v1/%25252e%25252e%25252fadmin",
        "https://good.example/v1/..;/admin",
        "https://good.example/v1/%2e%2e;x=1/admin",
        "https://good.example/v1/%00",
        "https://good.example/v1/%0d%0aHost:%20evil.example",
        "https://good.example/\r\nHost: evil.example",
        "https://good.example:0/",
        "https://good.example:99999/",
        "https://",
        "file:///etc/passwd",
        "gopher://good.example/",
        "javascript:alert(1)",
        "//good.example/",
        "good.example/",
        "",
        "https://exa mple.com/",
        "https://good.example%2f.evil.example/",
        "https://good.example%00.evil.example/",
        "https://a.example/" + "x" * 9000,
    ],
)
def test_an_address_that_two_readers_may_take_for_two_is_refused(text: str) -> None:
    with pytest.raises((InvalidInput, EgressDenied)):
        read_target(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40), st.text(max_size=40))
def test_a_read_address_reads_as_itself(host: str, rest: str) -> None:
    try:
        target = read_target(f"https://{host}/{rest}")
    except QflowError:
        return
    assert read_target(target.url) == target


@given(
    st.lists(st.sampled_from(["v1", "..", ".", "%2e", "%2E%2e", "%252e", ";", "/", "\\", "%2f", "%5c", "a"]))
)
def test_a_plain_path_never_leaves_where_it_is(parts: list[str]) -> None:
    """However a server decodes it, once or several times, no segment leads up."""
    from urllib.parse import unquote

    try:
        path = plain_path("/v1/" + "".join(parts))
    except QflowError:
        return
    assert path.startswith("/v1/")
    for _ in range(5):
        assert not {".", ".."} & {one.partition(";")[0] for one in path.replace("\\", "/").split("/")}
        path = unquote(path)


# hosts ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("a.example", "a.example", "a.example"),
        ("A.Example.", "a.example", "a.example"),
        ("a.example", "b.example", None),
        ("a.b.example", "*.example", "a.b.example"),
        ("example", "*.example", None),
        ("*.b.example", "*.example", "*.b.example"),
        ("*.b.example", "*.c.example", None),
        ("*.ample", "*.example", None),
        ("*", "*.example", "*.example"),
        ("*", "*", "*"),
        ("a.example", "a.example:443", "a.example:443"),
        ("a.example:80", "a.example:443", None),
        ("*:443", "*.example", "*.example:443"),
        ("[::1]:80", "::1", "[::1]:80"),
        ("127.0.0.1", "*", "127.0.0.1"),
        ("127.0.0.1", "0x7f.1", "127.0.0.1"),
        ("127.0.0.1", "*.example", None),
    ],
)
def test_what_two_host_patterns_have_in_common(first: str, second: str, both: str | None) -> None:
    for one, other in ((first, second), (second, first)):
        found = common(read_pattern(one), read_pattern(other))
        assert (None if found is None else str(found)) == both


@pytest.mark.parametrize("text", ["10.0.0.0/8", "", "*.10.1.2", "a b", "*x.example", "a.example:0"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_pattern(text)


LABELS = st.lists(st.sampled_from(["a", "b", "example"]), min_size=1, max_size=3).map(".".join)
PORTS = st.sampled_from([None, 80, 443])
PATTERNS = st.builds(
    lambda kind, name, port: ("*" if kind == 2 else "*." * kind + name) + (f":{port}" if port else ""),
    st.sampled_from([0, 1, 2]),
    LABELS,
    PORTS,
)


@given(PATTERNS, PATTERNS, LABELS, st.sampled_from([80, 443]))
def test_the_common_pattern_matches_what_both_match(first: str, second: str, host: str, port: int) -> None:
    fits = set(matching(host, port))
    both = common(read_pattern(first), read_pattern(second))
    expected = {str(read_pattern(first)), str(read_pattern(second))} <= fits
    assert (both is not None and str(both) in fits) == expected


# capabilities ---------------------------------------------------------------------------------------
def test_bounds_are_the_smaller_ones() -> None:
    first = HttpCapability(host="*", methods=("*",), path="/v1", bytes_max=5, uses_max=3)
    second = HttpCapability(host="a.example", methods=("POST", "GET"), path="/v1/x/", seconds_max=9)
    assert meet(first, second) == HttpCapability(
        host="a.example", methods=("GET", "POST"), path="/v1/x/", bytes_max=5, uses_max=3, seconds_max=9
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (HttpCapability(host="a"), HttpCapability(host="b")),
        (HttpCapability(host="a"), HttpCapability(host="a", methods=("POST",))),
        (HttpCapability(host="a", path="/v1"), HttpCapability(host="a", path="/v10")),
        (HttpCapability(host="a"), KvCapability()),
        (KvCapability(prefix="a"), KvCapability(prefix="b")),
        (KvCapability(actions=("get",)), KvCapability(actions=("set",))),
        (SecretCapability(name="a"), SecretCapability(name="b")),
        (SecretCapability(name="a", host="x"), SecretCapability(name="a", host="y")),
        (ModuleCapability(module="a"), ModuleCapability(module="b")),
    ],
)
def test_what_has_nothing_in_common_is_not_granted(first: object, second: object) -> None:
    assert meet(first, second) is None  # type: ignore[arg-type]
    assert grants_of([first], [second]) == []  # type: ignore[list-item]


@pytest.mark.parametrize(
    "path", ["v1", "/v1/../x", "/v1/./x", "/..", "/v1//x", "/v%31", "/v1\\x", "/v1\n", "/v1?x", "/v1;x"]
)
def test_a_prefix_is_made_of_plain_whole_segments(path: str) -> None:
    with pytest.raises(ValidationError):
        HttpCapability(host="a", path=path)


@pytest.mark.parametrize("given", [{"usesMax": 0}, {"secondsMax": 0}, {"bytesMax": -1}, {"methods": []}])
def test_bounds_must_make_sense(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HttpCapability.model_validate({"host": "a", **given})
