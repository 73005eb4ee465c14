"""Tests of data.totp: the vectors of the RFC, and its edges."""

from __future__ import annotations

import base64

import pytest

from engine.base.errors import InvalidInput
from engine.steps.credential_keys import TotpKey
from engine.testing.memory_credentials import GivenCredentials
from engine.testing.step_bench import StepBench, items_of, json_of

SEEDS = {"SHA1": 20, "SHA256": 32, "SHA512": 64}
"""RFC 6238, appendix B: the seed is the digits repeated to the digest's length."""


def code_at(now_s, algorithm="SHA1", digits=8, secret=None):
    seed = ("1234567890" * 7)[: SEEDS.get(algorithm, 20)].encode()
    secret = secret or base64.b32encode(seed).decode()
    given = GivenCredentials(("totpApi", "x", {"secret": secret}))
    parameters = {
        "credential": {"type": "totpApi", "name": "x"},
        "algorithm": algorithm,
        "digits": digits,
    }
    bench = StepBench("data.totp", parameters, now_us=int(now_s * 1_000_000), credential=given)
    (found,) = json_of(bench.run(items_of({})).outputs["main"])
    return found


@pytest.mark.parametrize(
    ("now_s", "algorithm", "wanted"),
    [
        (59, "SHA1", "94287082"),
        (59, "SHA256", "46119246"),
        (59, "SHA512", "90693936"),
        (1111111109, "SHA1", "07081804"),
        (1234567890, "SHA256", "91819424"),
        (20000000000, "SHA512", "47863826"),
    ],
)
def test_codes_are_those_of_the_rfc(now_s, algorithm, wanted):
    assert code_at(now_s, algorithm)["token"] == wanted


def test_a_code_tells_how_long_it_holds():
    assert code_at(59)["secondsRemaining"] == 1
    assert code_at(60)["secondsRemaining"] == 30


def test_a_second_that_has_begun_is_not_counted():
    assert code_at(59.5)["secondsRemaining"] == 0


def test_spaces_case_and_padding_of_the_secret_do_not_matter():
    plain = code_at(59, secret="JBSWY3DPEHPK3PXP", digits=6)
    assert code_at(59, secret="jbsw y3dp-ehpk 3pxp", digits=6) == plain
    with pytest.raises(ValueError, match="base32"):
        TotpKey(secret="not base 32!")


def test_a_code_takes_a_credential():
    with pytest.raises(InvalidInput):
        StepBench("data.totp", {}).run(items_of({}))
