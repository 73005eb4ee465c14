"""Bodies and answers of credentials."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from engine.base.limits import CREDENTIAL_HOSTS_MAX, CREDENTIAL_NAME_CHARACTERS_MAX
from engine.web.rest.models import Given, Shown

Name = Annotated[str, Field(min_length=1, max_length=CREDENTIAL_NAME_CHARACTERS_MAX)]
Words = Annotated[list[Annotated[str, Field(max_length=512)]], Field(max_length=CREDENTIAL_HOSTS_MAX)]


class CredentialType(Shown):
    """A kind of credential. ``fieldsSchema`` is the JSON Schema of its values; ``secretFields`` are never
    shown."""

    name: str
    label: str
    hosted: bool = Field(description="whether its scope must name hosts")
    secretFields: list[str]
    fieldsSchema: dict[str, Any]


class CredentialUsage(Shown):
    """A step that names a credential, in the newest version of its flow."""

    flowId: str
    flowName: str
    step: str


class Credential(Shown):
    """What may be told of a credential; its values are told to nobody."""

    type: str
    name: str
    hosts: list[str]
    steps: list[str]
    flows: list[str]
    plainHttp: bool
    filled: bool
    given: bool = Field(description="comes from a file of the node and cannot be changed here")
    known: bool
    consent: str = Field("", description="of a person: needed, given, or empty where none is asked")
    revision: int
    createdAt: str
    updatedAt: str
    updatedBy: str
    usage: list[CredentialUsage] = []


class CredentialBody(Given):
    """A credential to store; what is left out stays as it is."""

    values: dict[str, Any] | None = Field(None, description="the fields of its type; secrets may be left out")
    hosts: Words | None = Field(None, description="where it may be sent: host, *.suffix, address, with :port")
    steps: Words | None = Field(None, description="step types that may use it; none: all that can")
    flows: Words | None = Field(None, description="flows that may use it, by id; none: all")
    plainHttp: bool | None = Field(None, description="let it travel without TLS")


class CredentialName(Given):
    """Which credential, and where its service can be asked."""

    type: Name
    name: Name
    address: str | None = Field(None, description="of its service, to be asked by GET; only administrators")


class Verdict(Shown):
    """Whether a credential is right in itself, or what its service answered; ``status`` is of HTTP."""

    ok: bool
    message: str
    status: int | None
