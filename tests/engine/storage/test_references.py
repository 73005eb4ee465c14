"""References in credentials: what the operator allows is fetched, nothing else, and nothing is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.errors import InvalidInput, NetworkFailure, PayloadTooLarge
from engine.base.limits import CREDENTIAL_BYTES_MAX
from engine.ports.policy import PERSONAL
from engine.storage.references import Allowed, OperatorReferences
from tests.servers.vault import TOKEN, VaultServer

SHOP = "vault://secret/qflow/alpha/shop#token"


@pytest.fixture(scope="module")
def vault() -> Iterator[VaultServer]:
    secrets = {
        "secret/qflow/alpha/shop": {"token": "geheim", "number": 5},
        "secret/qflow/alpha/gone": None,
        "secret/qflow/alphabet/shop": {"token": "another's"},
        "secret/node": {"token": "the node's"},
        "secret/qflow/alpha/large": {"token": "x" * (5 * CREDENTIAL_BYTES_MAX)},
    }
    with VaultServer(secrets) as made:
        yield made


def references(vault: VaultServer, **changed: object) -> OperatorReferences:
    allowed = Allowed(vault_url=vault.url, vault_token=TOKEN, vault_paths=("secret/qflow/{subnet}",))
    return OperatorReferences(replace(allowed, **changed), {})  # type: ignore[arg-type]


def test_a_field_of_a_secret_is_fetched(vault, caplog):
    caplog.set_level(logging.DEBUG)
    assert references(vault).fetch("alpha", SHOP) == "geheim"
    assert vault.asked[-1] == "/v1/secret/data/qflow/alpha/shop"
    assert "geheim" not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "vault://secret/qflow/alphabet/shop#token",
        "vault://secret/node#token",
        "vault://secret/qflow#token",
        "vault://other/qflow/alpha/shop#token",
    ],
)
def test_a_subnet_names_only_what_is_below_its_own_path(vault, text):
    before = len(vault.asked)
    with pytest.raises(InvalidInput, match="not for this subnet, which may name vault://secret/qflow/alpha/"):
        references(vault).fetch("alpha", text)
    assert len(vault.asked) == before


@pytest.mark.parametrize(
    "text",
    [
        "vault://secret/qflow/alpha/../../node#token",
        "vault://secret/qflow/alpha/./shop#token",
        "vault://secret/qflow/alpha/%2e%2e/node#token",
        "vault://secret/qflow/alpha/shop?version=1#token",
        "vault://secret/qflow/alpha//shop#token",
        "vault://secret/qflow/alpha/shop",
        "vault://secret#token",
        "vault://user@host/qflow/alpha/shop#token",
        "vault://secret/qflow/alpha/shop#token\n",
        "vault://",
        "file://../secret",
        "file:///etc/passwd",
        "file://a/../../b",
        "env://A B",
        "env://",
    ],
)
def test_what_is_no_plain_path_is_refused(vault, tmp_path, text):
    everything = references(vault, vault_paths=("secret",), files=tmp_path, variables=("*",))
    with pytest.raises(InvalidInput, match="a reference is written"):
        everything.check("alpha", text)


@given(st.text(alphabet="./a-_%#?@: \\", max_size=24))
def test_no_path_leaves_the_folder_of_its_subnet(tmp_path_factory, text):
    root = tmp_path_factory.getbasetemp()
    open_one = OperatorReferences(Allowed(files=root / "files"), {})
    try:
        path = open_one._file("alpha", f"file://{text}")
    except InvalidInput:
        return
    assert (root / "files" / "alpha").resolve() in path.parents


def test_what_is_not_there_or_no_text_is_told_without_values(vault):
    for name, told in (
        ("gone#token", "has no vault://secret/qflow/alpha/gone"),
        ("never#token", "has no vault://"),
        ("shop#other", "holds no text"),
        ("shop#number", "holds no text"),
    ):
        with pytest.raises(InvalidInput, match=told) as caught:
            references(vault).fetch("alpha", f"vault://secret/qflow/alpha/{name}")
        assert "geheim" not in str(caught.value)
    with pytest.raises(PayloadTooLarge):
        references(vault).fetch("alpha", "vault://secret/qflow/alpha/large#token")


@pytest.mark.parametrize("status", [307, 429, 500, 503])
def test_a_vault_that_does_not_answer_well_is_tried_again_later(vault, status):
    vault.status = status
    try:
        with pytest.raises(NetworkFailure, match=str(status)):
            references(vault).fetch("alpha", SHOP)
    finally:
        vault.status = 0


def test_a_wrong_token_and_a_dead_vault_are_told_without_the_token(vault):
    with pytest.raises(InvalidInput, match="refuses") as caught:
        references(vault, vault_token="hvs.wrong").fetch("alpha", SHOP)
    assert "hvs" not in str(caught.value)
    with pytest.raises(NetworkFailure, match="does not answer"):
        references(vault, vault_url="http://127.0.0.1:1").fetch("alpha", SHOP)


@pytest.mark.parametrize(
    "url",
    [
        "http://vault.example.com:8200",
        "http://127.0.0.1.example.com",
        "https://user:pw@vault.example.com",
        "https://vault.example.com/?x=1",
        "https://",
    ],
)
def test_the_token_goes_nowhere_without_tls_or_to_an_address_that_is_none(url):
    with pytest.raises(InvalidInput, match="QFLOW_VAULT_URL"):
        OperatorReferences(Allowed(vault_url=url), {})


def test_nothing_is_allowed_by_itself():
    closed = OperatorReferences(Allowed(vault_paths=("secret/qflow/{subnet}",)), {"HOME": "/root"})
    for text, told in (
        (SHOP, "QFLOW_VAULT_URL"),
        ("file://token", "QFLOW_REFERENCE_FILES"),
        ("env://HOME", "QFLOW_REFERENCE_VARIABLES"),
    ):
        with pytest.raises(InvalidInput, match=told):
            closed.fetch(PERSONAL, text)


def test_files_lie_in_the_folder_of_the_subnet(tmp_path: Path):
    for subnet in ("alpha", "beta"):
        (tmp_path / subnet / "mail").mkdir(parents=True)
    (tmp_path / "alpha" / "mail" / "password").write_text("geheim\n")
    (tmp_path / "beta" / "link").symlink_to(tmp_path / "alpha" / "mail" / "password")
    (tmp_path / "alpha" / "large").write_text("x" * (CREDENTIAL_BYTES_MAX + 1))
    open_one = OperatorReferences(Allowed(files=tmp_path), {})
    assert open_one.fetch("alpha", "file://mail/password") == "geheim"
    with pytest.raises(InvalidInput, match="cannot be read"):
        open_one.fetch("beta", "file://mail/password")
    with pytest.raises(InvalidInput, match="outside"):
        open_one.fetch("beta", "file://link")
    with pytest.raises(PayloadTooLarge):
        open_one.fetch("alpha", "file://large")


def test_variables_are_for_the_personal_subnet_and_never_the_nodes_own():
    environ = {"SHOP_TOKEN": "geheim", "QFLOW_ROOT_KEY": "ab" * 32, "PATH": "/bin"}
    open_one = OperatorReferences(Allowed(variables=("SHOP_*", "QFLOW_ROOT_KEY", "MISSING")), environ)
    assert open_one.fetch(PERSONAL, "env://SHOP_TOKEN") == "geheim"
    for subnet, text in (
        ("alpha", "env://SHOP_TOKEN"),
        (PERSONAL, "env://QFLOW_ROOT_KEY"),
        (PERSONAL, "env://PATH"),
    ):
        with pytest.raises(InvalidInput, match="not allowed here"):
            open_one.fetch(subnet, text)
    with pytest.raises(InvalidInput, match="is not set"):
        open_one.fetch(PERSONAL, "env://MISSING")
