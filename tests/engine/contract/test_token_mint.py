"""The contract of token mints: what a token says cannot be changed, and can only be narrowed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput
from engine.base.limits import TOKEN_BLOCKS_MAX
from engine.identity.biscuits import BiscuitMint
from engine.identity.ed25519 import Ed25519
from engine.ports.token_mint import Claims
from engine.testing.fake_mint import FakeMint
from engine.testing.signatures import FakeScheme

S = 1_000_000
NOW = 1_700_000_000 * S
SEED, OTHER = b"s" * 32, b"o" * 32
ASKED = ("flows:read", "flows:write", "admin")
CLAIMS = Claims("tok_1", "bafy-alice", "alpha", ("flows:read", "flows:write"))


@pytest.fixture(params=["fake", "biscuit"])
def mint(request: pytest.FixtureRequest) -> Any:
    return FakeMint() if request.param == "fake" else BiscuitMint()


@pytest.fixture
def public(mint: Any) -> bytes:
    return public_of(mint)


def public_of(mint: Any, seed: bytes = SEED) -> bytes:
    return (FakeScheme() if isinstance(mint, FakeMint) else Ed25519()).public_key(seed)


def test_a_token_allows_the_scopes_it_was_made_for(mint: Any, public: bytes) -> None:
    reading = mint.read(mint.mint(SEED, CLAIMS), [public], ASKED, NOW)
    assert (reading.claims.token, reading.claims.identity, reading.claims.subnet) == (
        "tok_1", "bafy-alice", "alpha",
    )  # fmt: skip
    assert reading.scopes == {"flows:read", "flows:write"}
    assert reading.until_us is None


@pytest.mark.parametrize("scope", ["admin", "*"])
def test_some_scopes_are_all(mint: Any, public: bytes, scope: str) -> None:
    text = mint.mint(SEED, Claims("tok_1", "a", "alpha", (scope,)))
    assert mint.read(text, [public], ASKED, NOW).scopes == set(ASKED)


def test_former_keys_read_what_they_signed(mint: Any, public: bytes) -> None:
    text = mint.mint(SEED, CLAIMS)
    assert mint.read(text, [public_of(mint, OTHER), public], ASKED, NOW) is not None
    assert mint.read(text, [public_of(mint, OTHER)], ASKED, NOW) is None
    assert mint.read(text, [], ASKED, NOW) is None


def test_an_expired_token_allows_nothing(mint: Any, public: bytes) -> None:
    text = mint.mint(SEED, Claims("tok_1", "a", "alpha", ("admin",), NOW + 10 * S))
    before = mint.read(text, [public], ASKED, NOW + 10 * S - 1)
    assert (before.scopes, before.until_us) == (set(ASKED), NOW + 10 * S)
    assert mint.read(text, [public], ASKED, NOW + 10 * S).scopes == set()


def test_a_holder_narrows_a_token_alone(mint: Any, public: bytes) -> None:
    text = mint.mint(SEED, CLAIMS)
    narrow = mint.narrowed(text, [public], ["flows:read"], NOW + 5 * S)
    reading = mint.read(narrow, [public], ASKED, NOW)
    assert (reading.scopes, reading.until_us) == ({"flows:read"}, NOW + 5 * S)
    assert reading.claims.token == "tok_1", "who revokes the first revokes all that was made of it"
    assert mint.read(narrow, [public], ASKED, NOW + 5 * S).scopes == set()
    assert mint.read(text, [public], ASKED, NOW + 5 * S).scopes == {"flows:read", "flows:write"}


def test_narrowing_never_gives_more(mint: Any, public: bytes) -> None:
    narrow = mint.narrowed(mint.mint(SEED, CLAIMS), [public], ["flows:read"], NOW + S)
    again = mint.narrowed(narrow, [public], ["flows:write", "admin", "flows:read"], NOW + 9 * S)
    assert mint.read(again, [public], ASKED, NOW).scopes == {"flows:read"}
    assert mint.read(again, [public], ASKED, NOW + S).scopes == set()


@pytest.mark.parametrize("text", ["", "qfb_", "qfb_AAAA", "fake_", "fake_~", "qf_old", "\udcff", "x" * 5000])
def test_what_is_no_token_reads_as_nothing(mint: Any, public: bytes, text: str) -> None:
    assert mint.read(text, [public], ASKED, NOW) is None
    with pytest.raises(InvalidInput):
        mint.narrowed(text, [public], None, None)


class TestBiscuits:
    """What an attacker can do to a Biscuit."""

    MINT, PUBLIC = BiscuitMint(), Ed25519().public_key(SEED)

    @given(st.integers(0, 10_000), st.sampled_from("ABCxyz019-_="))
    def test_no_letter_can_be_changed(self, place: int, letter: str) -> None:
        text = self.MINT.mint(SEED, CLAIMS)
        place %= len(text)
        forged = text[:place] + letter + text[place + 1 :]
        reading = self.MINT.read(forged, [self.PUBLIC], ASKED, NOW)
        assert reading is None or reading == self.MINT.read(text, [self.PUBLIC], ASKED, NOW)

    def test_a_narrowed_block_cannot_be_cut_off(self) -> None:
        text = self.MINT.mint(SEED, CLAIMS)
        narrow = self.MINT.narrowed(text, [self.PUBLIC], ["flows:read"], None)
        for end in range(len("qfb_"), len(narrow)):
            reading = self.MINT.read(narrow[:end], [self.PUBLIC], ASKED, NOW)
            assert reading is None or reading.scopes == {"flows:read"}, "only padding may be missing"

    def test_facts_that_a_holder_appends_grant_nothing(self) -> None:
        from biscuit_auth import Biscuit, BlockBuilder, PublicKey

        key = PublicKey(f"ed25519/{self.PUBLIC.hex()}")
        biscuit = Biscuit.from_base64(self.MINT.mint(SEED, CLAIMS).removeprefix("qfb_"), lambda _: key)
        block = BlockBuilder('scope("admin"); token("tok_2"); identity("bafy-bob"); subnet("beta");')
        forged = "qfb_" + biscuit.append(block).to_base64()
        assert self.MINT.read(forged, [self.PUBLIC], ASKED, NOW) == self.MINT.read(
            self.MINT.mint(SEED, CLAIMS), [self.PUBLIC], ASKED, NOW
        )

    def test_names_cannot_smuggle_datalog(self) -> None:
        odd = Claims('tok"); scope("admin', "a", 'alpha"); scope("admin', ("flows:read",))
        reading = self.MINT.read(self.MINT.mint(SEED, odd), [self.PUBLIC], ASKED, NOW)
        assert reading is not None
        assert (reading.claims.token, reading.claims.subnet) == (odd.token, odd.subnet)
        assert reading.scopes == {"flows:read"}

    def test_a_token_does_not_grow_without_end(self) -> None:
        text = self.MINT.mint(SEED, CLAIMS)
        with pytest.raises(InvalidInput, match="at most"):
            for _ in range(TOKEN_BLOCKS_MAX + 1):
                text = self.MINT.narrowed(text, [self.PUBLIC], None, NOW + S)
