"""Nodes that sign in, or use keys: their credentials become references to be filled in."""

from __future__ import annotations

import pytest

from engine.flow.credentials import credentials_in
from n8n_import.credentials import plain_name
from n8n_import.nodes.crypto import digest_of
from n8n_import.translating import Unsupported
from tests.n8n_import.support import translated

GENERIC = {"authentication": "genericCredentialType"}


def step(kind, version, parameters, **credentials):
    named = {name: {"id": "1", "name": text} for name, text in credentials.items()}
    found = translated(kind, version, parameters, credentials=named)
    return found.flow.steps[0], found


@pytest.mark.parametrize(
    ("version", "parameters", "kind"),
    [
        (
            4.2,
            {"authentication": "genericCredentialType", "genericAuthType": "httpBasicAuth"},
            "httpBasicAuth",
        ),
        (3, {"authentication": "genericCredentialType", "genericAuthType": "oAuth1Api"}, "oAuth1Api"),
        (1, {"authentication": "headerAuth"}, "httpHeaderAuth"),
        (1, {"authentication": "oAuth2"}, "oAuth2Api"),
        (
            2,
            {"authentication": "genericCredentialType", "genericAuthType": "httpDigestAuth"},
            "httpDigestAuth",
        ),
    ],
)
def test_requests_name_the_credential_that_the_node_chose(version, parameters, kind):
    given = {"url": "https://api.example.com", **parameters}
    made, _ = step("httpRequest", version, given, **{kind: "My account"})
    assert made.parameters["auth"] == {
        "kind": "credential",
        "credential": {"type": kind, "name": "My account"},
    }
    assert credentials_in(made.parameters) == [(kind, "My account")]


def test_a_service_that_is_not_known_becomes_a_custom_credential_and_is_told():
    given = {"authentication": "predefinedCredentialType", "nodeCredentialType": "slackApi"}
    made, found = step("httpRequest", 4.2, {"url": "https://x.example", **given}, slackApi="Slack")
    assert credentials_in(made.parameters) == [("httpCustomAuth", "Slack (slackApi)")]
    assert any("slackApi is not known" in issue["message"] for issue in found.issues)
    given["nodeCredentialType"] = "googleOAuth2Api"
    made, _ = step("httpRequest", 4.2, {"url": "https://x.example", **given}, googleOAuth2Api="G")
    assert credentials_in(made.parameters) == [("oAuth2Api", "G (googleOAuth2Api)")]


def test_where_none_is_chosen_one_named_like_the_node_is_to_be_filled_in():
    given = {"url": "https://x.example", "authentication": "genericCredentialType"}
    made, _ = step("httpRequest", 4.2, {**given, "genericAuthType": "httpBearerAuth"})
    assert credentials_in(made.parameters) == [("httpBearerAuth", "Node")]
    made, _ = step("httpRequest", 4.2, given)
    assert made.type == "flow.unsupported"
    made, _ = step("totp", 1, {})
    assert credentials_in(made.parameters) == [("totpApi", "Node")]


def test_certificates_of_clients_are_named_beside():
    given = {"url": "https://x.example", "provideSslCertificates": True}
    made, _ = step("httpRequest", 4.2, given, httpSslAuth="Client")
    assert made.parameters["tls"]["credential"] == {"type": "httpSslAuth", "name": "Client"}


def test_tokens_are_signed_with_the_claims_of_the_node():
    claims = {"audience": "test", "jwtid": "1", "expiresIn": 60, "notBefore": 0, "subject": ""}
    made, _ = step("jwt", 1, {"claims": claims, "options": {"kid": "k"}}, jwtAuth="Keys")
    assert made.type == "data.jwt"
    assert made.parameters["claims"] == claims
    made, _ = step("jwt", 1, {"useJson": True, "claimsJson": '={"a": {{ $json.a }} }'}, jwtAuth="Keys")
    assert "$json.a" in made.parameters["claims"]
    given = {"operation": "verify", "token": "={{ $json.t }}", "options": {"algorithm": "HS384"}}
    made, _ = step("jwt", 1, given, jwtAuth="Keys")
    assert made.parameters["algorithm"] == "HS384"


def test_crypto_has_its_keys_in_a_credential_since_version_two():
    made, _ = step("crypto", 2, {"action": "hmac", "value": "x"}, crypto="Keys")
    assert credentials_in(made.parameters) == [("crypto", "Keys")]
    assert made.parameters["algorithm"] == "SHA256"
    made, _ = step("crypto", 1, {"action": "hmac", "value": "x", "secret": "s"})
    assert (made.parameters["secret"], made.parameters["algorithm"]) == ("s", "MD5")
    given = {"action": "sign", "value": "x", "algorithm": "RSA-SHA512", "privateKey": "pem"}
    made, _ = step("crypto", 1, {**given, "encoding": "base64"})
    assert (made.parameters["algorithm"], made.parameters["privateKey"]) == ("SHA512", "pem")
    made, _ = step("crypto", 1, {"action": "hmac", "value": "x"})
    assert (made.type, made.parameters["secret"]) == ("data.crypto", "")
    made, _ = step("crypto", 1, {"binaryData": True, "binaryPropertyName": "f", "type": "SHA1"})
    assert made.parameters["keepFiles"] is False
    assert (made.parameters["file"], "value" in made.parameters) == ("f", False)


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("RSA-SHA256", "SHA256"),
        ("sha384WithRSAEncryption", "SHA384"),
        ("id-rsassa-pkcs1-v1_5-with-sha3-512", "SHA3-512"),
        ("RSA-SHA1-2", "SHA1"),
        ("RSA-MD5", "MD5"),
        ("RSA-SHA512/256", "SHA512-256"),
        ("sha512-224WithRSAEncryption", "SHA512-224"),
        ("RSA-SHA3-224", "SHA3-224"),
    ],
)
def test_names_of_signatures_name_their_digest(name, digest):
    assert digest_of(name) == digest


@pytest.mark.parametrize("name", ["RSA-RIPEMD160", "rmd160", "blake2b512", "RSA-SM3", ""])
def test_signatures_that_are_not_made_are_refused(name):
    with pytest.raises(Unsupported):
        digest_of(name)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("a b/c", "a b/c"),
        ("$x", "x"),
        ("{{ y", "y"),
        ("\x00", "unnamed"),
        ("", "unnamed"),
        ("n" * 500, "n" * 128),
    ],
)
def test_names_become_such_as_credentials_may_have(written, plain):
    assert plain_name(written) == plain
