"""What the tests of guests' requests share: grants, a secret, and reading an answer."""

from __future__ import annotations

import json
from typing import Any

from engine.ports.capabilities import Secret
from engine.ports.grants import HttpCapability, KvCapability, SecretCapability
from engine.ports.policy import PERSONAL

VALUE = 's3cret/"value"+1'
EVERYTHING = (
    HttpCapability(host="*", methods=("*",)),
    SecretCapability(name="*"),
    KvCapability(),
)


def key(*hosts: str, plain_http: bool = True, name: str = "key", value: str = VALUE) -> Secret:
    """A secret for the personal subnet."""
    return Secret(name, value, hosts, (PERSONAL,), plain_http)


def body(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])
