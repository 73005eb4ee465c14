"""Policy documents: their form, their validation, and the policy port over the access store.

A document, every part optional::

    {"limits": {"step_timeout_ms": 60000}, "code": "any", "flows": "any", "approved": [], "revoked": [],
     "stopped": {}, "egress": {"allow": [], "deny": [], "onlyAllowed": false}, "filesRoot": null,
     "unsignedFlows": null, "environment": [], "commands": [],
     "stepTypesDenied": [], "capabilities": [], "ceilings": {}, "modules": {}, "nodes": [], "budget": {},
     "anomalies": "alert"}

``limits`` takes the names of :class:`engine.base.limits.Limits` and can only lower them.
``approved`` holds the CIDs of the code that ``"code": "approved-only"`` lets run, and of the flow versions
that ``"flows": "approved-only"`` does. ``revoked`` holds CIDs of either that may run no more, and
``stopped`` those that may not before a time, in microseconds since 1970.
``budget`` bounds what all executions use on a day: ``executions``, ``steps``, ``cpuSeconds`` and
``egressBytes``.
A subnet with a signed policy (:mod:`engine.validation.signed_policy`) has the document of the newest one.
``modules`` names the modules that steps may call, each by the CID of a block that holds it.
``capabilities`` are the ceilings of what steps may ask for (:mod:`engine.ports.grants`); none: nothing.
``ceilings`` are those of the code, or of the steps of the flow version, with a CID: what was approved for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from engine.base.errors import CorruptData, InvalidInput, NotGenuine, Problem
from engine.base.limits import APPROVED_CODE_MAX, POLICY_MODULES_MAX, REVOKED_CODE_MAX, Limits
from engine.ports.access_store import AccessStore
from engine.ports.grants import ANY, Capability
from engine.ports.parameters import problems_of
from engine.ports.policy import PERSONAL, Budget, EgressPolicy, Policy
from engine.ports.signer import SignatureChecker
from engine.validation.egress_entries import parse_entry
from engine.validation.signed_policy import SignedPolicy, check_follows, read_signed

FAR_US = 2**62
"""Later than any time."""

RECHECK_US = 100_000
"""How old a looked-up revision may be."""

CodeCid = Annotated[str, Field(pattern=r"^b[a-z2-7]{58}\Z")]
"""CID of a source or a module."""

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")]
"""What steps call a module by."""

Amount = Annotated[int, Field(ge=0, lt=2**53)] | None

_LIMITS = [field.name for field in fields(Limits)]
_FORM = ConfigDict(extra="forbid", alias_generator=to_camel, frozen=True, regex_engine="python-re")


class Egress(BaseModel):
    """Where steps may connect to (:class:`engine.ports.policy.EgressPolicy`)."""

    model_config = _FORM
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    only_allowed: bool = False


class DayBudget(BaseModel):
    """What may be used on a day (:class:`engine.ports.policy.Budget`)."""

    model_config = _FORM
    executions: Amount = None
    steps: Amount = None
    cpu_seconds: Amount = None
    egress_bytes: Amount = None


class Document(BaseModel):
    """A policy document."""

    model_config = _FORM
    limits: dict[str, Annotated[int, Field(ge=0)]] = {}
    code: Literal["any", "approved-only", "none"] = "any"
    flows: Literal["any", "approved-only"] = "any"
    approved: Annotated[tuple[CodeCid, ...], Field(max_length=APPROVED_CODE_MAX)] = ()
    revoked: Annotated[tuple[CodeCid, ...], Field(max_length=REVOKED_CODE_MAX)] = ()
    stopped: Annotated[dict[CodeCid, int], Field(max_length=REVOKED_CODE_MAX)] = {}
    egress: Egress = Egress()
    files_root: str | None = None
    unsigned_flows: bool | None = None
    environment: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    step_types_denied: tuple[str, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    ceilings: Annotated[dict[CodeCid, tuple[Capability, ...]], Field(max_length=APPROVED_CODE_MAX)] = {}
    modules: Annotated[dict[ModuleName, CodeCid], Field(max_length=POLICY_MODULES_MAX)] = {}
    nodes: tuple[str, ...] = ()
    budget: DayBudget = DayBudget()
    anomalies: Literal["alert", "halt"] = "alert"


def default_document() -> dict[str, Any]:
    """The document of a new subnet: everything allowed that cannot reach the machine itself."""
    return Document().model_dump(mode="json", by_alias=True)


def parsed(document: Mapping[str, Any]) -> Document:
    """The document, checked; raises :class:`InvalidInput` with all its problems."""
    try:
        read = Document.model_validate(dict(document))
    except ValidationError as error:
        raise InvalidInput("the policy is not valid", problems_of(error, Document, "policy")) from error
    wrong = [_unknown_limit(name) for name in read.limits if name not in _LIMITS]
    wrong += _unreadable_hosts("capabilities", read.capabilities)
    for cid, ceilings in read.ceilings.items():
        wrong += _unreadable_hosts(f"ceilings.{cid}", ceilings)
    if wrong:
        raise InvalidInput("the policy is not valid", wrong)
    return read


def _unknown_limit(name: str) -> Problem:
    near = get_close_matches(name, _LIMITS, 1)
    hint = f"did you mean {near[0]!r}?" if near else None
    return Problem(f"policy.limits.{name}", "there is no such limit", "unknown_key", hint=hint)


def _unreadable_hosts(part: str, capabilities: Sequence[Capability]) -> list[Problem]:
    problems = []
    for place, capability in enumerate(capabilities):
        where = f"policy.{part}[{place}].host"
        try:
            entry = parse_entry(getattr(capability, "host", ANY))
        except InvalidInput as error:
            problems.append(Problem(where, error.message, "invalid_host"))
            continue
        if entry.network is not None and entry.network.num_addresses != 1:
            message = "a capability names a host, *.suffix or one address, no range"
            problems.append(Problem(where, message, "invalid_host"))
    return problems


class StoredPolicies:
    """:class:`engine.ports.policy.PolicyPort` over the access store.

    A document is parsed once a revision. With a ``monotonic_us`` clock the revision is looked up again
    only after ``RECHECK_US``: a new policy is in force on every process by then, and at once on the one
    that took it. ``limits`` are the
    node's; ``egress_allow`` and ``files_root`` are what the owner of the node grants, beside its document,
    to the personal subnet and to no other. With a ``checker``, the document of a governed subnet is in
    force only as the newest of its signed policies, whose whole chain was checked.
    """

    def __init__(
        self,
        access: AccessStore,
        *,
        limits: Limits | None = None,
        egress_allow: tuple[str, ...] = (),
        files_root: str | None = None,
        monotonic_us: Callable[[], int] | None = None,
        now_us: Callable[[], int] = lambda: 0,
        checker: SignatureChecker | None = None,
    ) -> None:
        self._access, self._limits = access, limits or Limits()
        self._egress_allow, self._files_root = tuple(egress_allow), files_root
        self._monotonic_us, self._now_us, self._checker = monotonic_us, now_us, checker
        self._chain: dict[str, SignedPolicy] = {}  # the newest that was checked
        self._until_us: dict[str, int] = {}  # when what a policy says changes by itself
        self._parsed: dict[str, Policy] = {}
        self._check_at_us: dict[str, int] = {}

    def of(self, subnet: str) -> Policy:
        """The policy in force; raises :class:`UnknownObject` where there is no such subnet."""
        policy = self._parsed.get(subnet)
        now_us = self._monotonic_us() if self._monotonic_us else None
        if policy is not None and now_us is not None and now_us < self._check_at_us.get(subnet, 0):
            return policy
        revision, document = self._access.policy_document(subnet)
        if now_us is not None:
            self._check_at_us[subnet] = now_us + RECHECK_US
        due = self._now_us() >= self._until_us.get(subnet, FAR_US)
        if policy is None or policy.revision != revision or due:
            policy = self._policy(subnet, revision, document)
            self._parsed[subnet] = policy
        return policy

    def renew(self, subnet: str) -> None:
        """See :class:`engine.ports.policy.PolicyPort`."""
        self._check_at_us.pop(subnet, None)

    def _policy(self, subnet: str, revision: int, document: Mapping[str, Any]) -> Policy:
        read = parsed(document)
        expires_us = self._expiry(subnet, document)
        now_us, times = self._now_us(), [*read.stopped.values(), expires_us]
        self._until_us[subnet] = min((at for at in times if at > now_us), default=FAR_US)
        personal = subnet == PERSONAL
        allow = read.egress.allow + (self._egress_allow if personal else ())
        return Policy(
            subnet=subnet,
            revision=revision,
            limits=self._limits.lowered_by(read.limits),
            code=read.code,
            flows=read.flows,
            approved=frozenset(read.approved),
            revoked=frozenset(read.revoked).union(cid for cid, at in read.stopped.items() if now_us < at),
            expired=now_us >= expires_us,
            egress=EgressPolicy(allow, read.egress.deny, read.egress.only_allowed, not personal),
            # what belongs to the machine only its owner's own subnet may reach
            files_root=(read.files_root or self._files_root) if personal else None,
            unsigned_flows=personal if read.unsigned_flows is None else read.unsigned_flows,
            environment=read.environment if personal else (),
            commands=read.commands if personal else (),
            step_types_denied=read.step_types_denied,
            capabilities=read.capabilities,
            ceilings=read.ceilings,
            modules=read.modules,
            nodes=read.nodes,
            budget=Budget(**read.budget.model_dump()),
            anomalies=read.anomalies,
            document=document,
        )

    def _expiry(self, subnet: str, document: Mapping[str, Any]) -> int:
        """When the signed policy ends; never, for a subnet that has none. Raises :class:`CorruptData` where
        the stored policies are not what was signed."""
        if self._checker is None:
            return FAR_US
        newest = self._chain.get(subnet)
        try:
            for envelope in self._access.signed_policies(subnet, newest.version if newest else 0):
                signed = read_signed(envelope)
                check_follows(newest, signed, self._checker, None)
                newest = self._chain[subnet] = signed
        except (NotGenuine, InvalidInput) as error:
            raise _forged(subnet, error.message) from error
        if newest is None:
            return FAR_US
        if newest.subnet != subnet or dict(newest.document) != dict(document):
            raise _forged(subnet, "the document in force is not the one that was signed")
        return newest.expires_us


def _forged(subnet: str, why: str) -> CorruptData:
    return CorruptData(f"the stored policy of subnet {subnet!r} was changed: {why}", subnet=subnet)
