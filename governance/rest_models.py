"""The bodies of requests to governance over REST. Bytes are base64, durations seconds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr

from engine.web.rest.models import Given, Name
from governance.domain.limits import TOKEN_CHARACTERS_MAX

Json = dict[str, Any]
Text = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
Base64 = Annotated[str, Field(max_length=200)]
SIGNED_CHARACTERS_MAX = 12 * 1024 * 1024
Seconds = Annotated[int, Field(ge=1, le=366 * 24 * 3600)]
Pair = Annotated[list[str | int], Field(min_length=2, max_length=2)]
Pairs = Annotated[list[Pair], Field(min_length=1, max_length=20)]
"""Options with their numbers: ``[["yes", 1]]``."""
DaoId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f/]+$")]


class FoundBody(Given):
    """A DAO to found for the token's subnet."""

    name: Name
    charter: Json = {}
    founders: list[Json] = Field([], max_length=1_000)
    validators: Json | None = None
    policy: Json = {}


class InvitationBody(Given):
    """Somebody to invite."""

    identity: Name
    name: Annotated[str, Field(max_length=100)] = ""
    seconds: Seconds = 14 * 24 * 3600


class VoteDelegationBody(Given):
    """Who shall vote on a topic; nobody any more where ``to`` is empty."""

    to: Annotated[str, Field(max_length=128)] = ""
    topic: Name = "*"
    seconds: Seconds = 90 * 24 * 3600


class WishBody(Given):
    """What a proposal wants; by kind as docs/governance.md says."""

    wish: Json


class ReviewBody(Given):
    """A review of the version with this CID."""

    cid: Name
    approved: bool
    text: Text = ""


class ReportBody(Given):
    """What a node found, by check ``{"passed", "report"}``, signed by a key of ``reporter``."""

    reporter: Name
    key: Name
    reports: dict[str, Json]
    signature: Base64


class CommentBody(Given):
    """A comment, about a step and a line where ``place`` says so."""

    text: Text
    place: Json = {}


class ReasonBody(Given):
    """Why."""

    reason: Text = ""


class ChoiceBody(Given):
    """A choice to prepare a ballot for, or to vote for by a key that the node holds."""

    choice: Pairs


class BallotBody(Given):
    """A signed ballot: what was prepared, and the signature over it."""

    voter: Name
    choice: Pairs
    weight: Annotated[int, Field(ge=1)]
    nonce: Name
    expires: Annotated[int, Field(ge=0, description="Microseconds since 1970.")]
    signer: Name
    key: Name
    signature: Base64


class RevealBody(Given):
    """A secret ballot to open."""

    voter: Name
    choice: Pairs
    salt: Base64


class DraftBody(Given):
    """A flow, or a step of one, to make a template of."""

    flow: Name
    version: Name = "draft"
    step: Annotated[str, Field(max_length=256)] = ""


class ImportBody(Given):
    """A template as another DAO gave it out."""

    bundle: Json


class FetchBody(Given):
    """A template at another node: its CID, the node's address and a token for it, and, where another DAO's
    shall be refused, the DAO's id."""

    cid: Name
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    token: Annotated[SecretStr, Field(max_length=TOKEN_CHARACTERS_MAX)]
    dao: Annotated[str, Field(max_length=128)] = ""


class AdvisoryBody(Given):
    """A weakness of a template."""

    severity: Name
    text: Text
    fixedBy: Annotated[str, Field(max_length=128)] = ""


class PolicySignatureBody(Given):
    """A validator's signature over a version of the policy."""

    version: Annotated[int, Field(ge=1)]
    key: Name
    signature: Base64


class ChainBody(Given):
    """Signed policies of another node, the oldest first; ``cid``, where it is given, is that of the last."""

    policies: list[Annotated[str, Field(max_length=SIGNED_CHARACTERS_MAX)]] = Field(max_length=1_000)
    cid: Annotated[str, Field(max_length=128)] = ""
