"""A receipt as an in-toto statement in a DSSE envelope, for tools that know these forms.

Specs: in-toto Attestation Framework v1 (Statement) and DSSE v1.0.2 (secure-systems-lab).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from engine.audit.verifier.names import sha256_of
from engine.audit.verifier.receipts import FIELDS

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:qflow:receipt:1"
PAYLOAD = "application/vnd.in-toto+json"

Json = dict[str, Any]


def statement(receipt: Mapping[str, Any], about: Mapping[str, Any], proof: Mapping[str, Any] | None) -> bytes:
    """The statement: its subject is the output of the step, its predicate the receipt, what it is
    ``about``, and the ``proof`` that it stands under the execution's root (None before the end)."""
    value = {
        "_type": STATEMENT,
        "subject": [_resource(f"{receipt['step']}/{receipt['run']}", receipt["output"])],
        "predicateType": PREDICATE,
        "predicate": {
            **about,
            "receipt": {name: receipt[name] for name in FIELDS},
            "materials": [_resource("input", receipt["input"]), _resource("code", receipt["code"])],
            "proof": proof,
        },
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _resource(name: str, cid: str) -> Json:
    """A resource descriptor; code that is no CID (a step type and its version) has only its name."""
    digest = sha256_of(cid)
    described: Json = {"name": name, "uri": f"ipfs://{cid}"} if digest else {"name": f"{name} {cid}"}
    return {**described, "digest": {"sha256": digest.hex()}} if digest else described


def to_sign(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope(payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> Json:
    """The envelope; ``signatures`` are key ids with signatures over :func:`to_sign`."""
    signed = [{"keyid": key, "sig": b64encode(signature).decode("ascii")} for key, signature in signatures]
    return {"payloadType": PAYLOAD, "payload": b64encode(payload).decode("ascii"), "signatures": signed}
