"""Members of a DAO, and the validators who sign its policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engine.api import InvalidInput
from engine.api.governing import public_key_of
from governance.domain.charter import Charter
from governance.domain.limits import NAME_CHARACTERS_MAX, VALIDATORS_MAX, WEIGHT_MAX
from governance.domain.words import Risk, Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who votes. ``proof`` stands for the person behind it: no two members share one; empty where
    that was never proven."""

    identity: str
    name: str
    roles: frozenset[str] = frozenset({Role.MEMBER})
    weight: int = 1
    proof: str = ""

    def plain(self) -> dict[str, Any]:
        """As facts carry it."""
        return {
            "identity": self.identity,
            "name": self.name,
            "roles": sorted(self.roles),
            "weight": self.weight,
            "proof": self.proof,
        }


def member_of(value: Mapping[str, Any]) -> Member:
    """Read a member; every one has the role ``member``. Raises :class:`InvalidInput`."""
    known = {"identity", "name", "roles", "weight", "proof"}
    beyond = sorted(set(value) - known)
    if beyond:
        raise InvalidInput(f"a member has no {beyond[0]!r}; it has: {', '.join(sorted(known))}")
    roles = frozenset(value.get("roles") or ()) | {str(Role.MEMBER)}
    unknown = sorted(roles - set(Role))
    if unknown:
        raise InvalidInput(f"there is no role {unknown[0]!r}; there are: {', '.join(Role)}")
    weight = value.get("weight", 1)
    if type(weight) is not int or not 1 <= weight <= WEIGHT_MAX:
        raise InvalidInput(f"a member's weight is a whole number from 1 to {WEIGHT_MAX}")
    identity, name = str(value.get("identity", "")), str(value.get("name", ""))
    if not identity:
        raise InvalidInput("a member has an identity; see: qflow identity list")
    if not 0 < len(name) <= NAME_CHARACTERS_MAX or not name.isprintable():
        raise InvalidInput(f"a member's name has 1 to {NAME_CHARACTERS_MAX} printable characters")
    return Member(identity, name, roles, weight, str(value.get("proof", "")))


@dataclass(frozen=True, slots=True)
class Validators:
    """Who signs the policy: names of identities by key (a multikey), and how many of them must."""

    keys: Mapping[str, str]
    threshold: int

    def plain(self) -> dict[str, Any]:
        """As facts carry it."""
        return {"keys": dict(self.keys), "threshold": self.threshold}


def validators_of(value: Mapping[str, Any]) -> Validators:
    """Read them; raises :class:`InvalidInput` for keys that are none and a threshold nobody could reach."""
    keys, threshold = value.get("keys"), value.get("threshold")
    if set(value) != {"keys", "threshold"} or not isinstance(keys, Mapping) or type(threshold) is not int:
        raise InvalidInput('validators are {"keys": {KEY: IDENTITY}, "threshold": NUMBER}')
    if not 1 <= len(keys) <= VALIDATORS_MAX:
        raise InvalidInput(f"there are 1 to {VALIDATORS_MAX} validators, not {len(keys)}")
    if not 1 <= threshold <= len(keys):
        raise InvalidInput(f"the threshold is 1 to {len(keys)}, the number of validators; not {threshold}")
    for key in keys:
        public_key_of(key)
    if len(set(keys.values())) != len(keys):
        raise InvalidInput("each validator has one key: two of these keys are the same identity's")
    return Validators({str(key): str(identity) for key, identity in keys.items()}, threshold)


def check_reviewers(charter: Charter, members: Collection[Member]) -> None:
    """Raise :class:`InvalidInput` for rules that ask for more reviewers than there are."""
    reviewers = sum(Role.REVIEWER in member.roles for member in members)
    most = max(charter.rules.of(risk).reviewers for risk in Risk)
    if most > reviewers:
        raise InvalidInput(
            f"the rules ask for up to {most} reviewers, and {reviewers} members have that role; name more,"
            " or ask for fewer (reviewers, in the rule of each risk class)"
        )


def check_proof(members: Collection[Member], new: Member) -> None:
    """Raise :class:`InvalidInput` where the person behind a new member is a member already."""
    if new.proof and any(one.proof == new.proof and one.identity != new.identity for one in members):
        raise InvalidInput("the person behind this identity is a member already, under another identity")
