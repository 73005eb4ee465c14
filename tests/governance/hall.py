"""A DAO on a world of fakes and Django's database: members whose keys the node holds, a clock to turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.test import Client

from designer.models import Person
from engine import wiring
from engine.api import Principal, World
from engine.api.governing import validator_of
from engine.identity.biscuits import BiscuitMint
from engine.identity.ed25519 import Ed25519
from engine.ports.identities import IdentityRecord
from engine.ports.policy import Policy
from engine.steps.registry import Registry
from engine.storage.policies import StoredPolicies
from engine.testing.clock import FakeClock, SeededEntropy
from engine.testing.fake_sandbox import FakeSandbox
from engine.testing.memory_access import MemoryAccess
from engine.testing.memory_identities import OpenSealer
from engine.testing.policies import FixedPolicies
from engine.testing.world import fake_world
from engine.usecases.held_identities import Wanted, make_held
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import RoleSigning, ensure_node_identity
from engine.usecases.token_desk import TokenDesk
from governance import desk, house
from governance.domain.ballot import Choice
from governance.domain.state import Dao, Proposal
from tests.governance.domain.support import approve, charter

SECOND = 1_000_000
NAMES = {"ann": ["guardian", "reviewer"], "bob": ["reviewer"], "cem": [], "dia": []}


class Hall:
    """Ann, Bob, Cem and Dia of subnet acme, and Zed of no DAO."""

    def __init__(self, **charter_parts: Any) -> None:
        house.forget()
        self.clock = FakeClock()
        self.access = MemoryAccess()
        self.access.create_subnet("acme", "Acme", 1)
        self.access.create_subnet("other", "Other", 1)
        entropy, scheme = SeededEntropy(7), Ed25519()
        self.book = IdentityBook(self.access.identities, scheme, OpenSealer(), self.clock)
        ensure_node_identity(self.book, entropy, "node")
        self.policies = StoredPolicies(
            self.access, now_us=self.clock.now_us, monotonic_us=self.clock.monotonic_us, checker=scheme
        )
        made = fake_world(
            Registry(),
            self.clock,
            access=self.access,
            policies=self.policies,  # type: ignore[arg-type]
            identities=self.book,
            sandbox=FakeSandbox(),
            signing=RoleSigning(self.book, "node"),  # type: ignore[arg-type]
        )
        tokens = TokenDesk(self.access, self.book, BiscuitMint(), entropy, "node")
        self.world: World = replace(made, tokens=tokens)
        self.entropy = entropy
        self.people = {name: self.person(name) for name in (*NAMES, "zed")}
        founders = [
            {"identity": self.people[name].identity, "name": name.title(), "roles": roles}
            for name, roles in NAMES.items()
        ]
        wanted = desk.NewDao("Acme", charter(**charter_parts), founders)
        self.id = desk.found_dao(self.world, self.people["ann"], wanted)

    def person(self, name: str, subnet: str = "acme") -> Principal:
        """Somebody whose key the node holds, who may do everything a token can allow."""
        record = make_held(self.book, self.entropy, Wanted(subnet, "person", name, f"person:{subnet}:{name}"))
        assert isinstance(record, IdentityRecord)
        return Principal(f"person:{record.id}", name, subnet, frozenset({"admin"}), record.id)

    def stop(self) -> None:
        """End the worker."""
        self.world.worker.stop(1)

    @property
    def dao(self) -> Dao:
        """Its state now."""
        with house.reading(self.world, "acme") as dao:
            return dao

    def proposal(self, id: str) -> Proposal:
        """One of its proposals now."""
        return self.dao.proposals[id]

    def wait(self, seconds: float) -> None:
        """Time passes; the keeper comes by."""
        from governance.chores import tend_daos

        self.clock.advance_ms(seconds * 1000)
        tend_daos(self.world)

    def opened(self, wish: dict[str, Any], author: str = "ann") -> Proposal:
        """A proposal whose vote is open."""
        id = desk.propose(self.world, self.people[author], wish)
        desk.submit(self.world, self.people[author], id)
        made = self.proposal(id)
        if made.stage == "review":
            desk.review(self.world, self.people["bob"], id, made.cid, True)
        assert made.stage == "voting", (made.stage, made.why, made.checks)
        return made

    def vote(self, proposal: str, **answers: str | Choice) -> None:
        """Vote by keys that the node holds."""
        for name, answer in answers.items():
            choice = ((answer, 1),) if isinstance(answer, str) else answer
            desk.vote_held(self.world, self.people[name], proposal, choice)

    def passed(self, wish: dict[str, Any]) -> Proposal:
        """A proposal that is in force."""
        made = self.opened(wish)
        self.vote(made.id, ann="yes", bob="yes", cem="yes")
        self.wait(101)
        self.wait(51)
        assert made.stage == "active", (made.stage, made.why)
        return made

    def approved(self, name: str = "resize", source: str = "return items") -> str:
        """The CID of a template that was approved."""
        return next(iter(self.passed(approve(name, source)).content["templates"]))


@contextmanager
def pages_of(hall: Hall) -> Iterator[None]:
    """The pages show this hall for as long as the body lasts."""
    with mock.patch.object(wiring, "world", lambda: hall.world):
        yield


def visitor(hall: Hall, name: str) -> Client:
    """Somebody of the hall who has signed in to the pages."""
    user, _ = User.objects.get_or_create(username=name)
    Person.objects.get_or_create(user=user, identity=hall.people[name].identity, scopes="admin")
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


SOURCE = "return items"
TESTED = {"tests": {"cases": [{"name": "one", "items": [{"n": 1}], "expect": [{"n": 1}]}]}}
"""Code that is proposed with a test, which it passes where a sandbox gives what the test expects."""


def hall_of_two_nodes() -> Hall:
    """A DAO whose rules ask for the reports of two nodes; its own sandbox gives what the test expects."""
    made = Hall(rule={"reports": 2})
    sandbox: Any = made.world.sandbox
    sandbox.answers[SOURCE] = [{"n": 1}]
    return made


def second_node(hall: Hall, sandbox: FakeSandbox) -> World:
    """Another node with the same subnet and a validator of its own, which the DAO named beside the first."""
    access = MemoryAccess()
    access.create_subnet("acme", "Acme", 1)
    book = IdentityBook(access.identities, Ed25519(), OpenSealer(), hall.clock)
    policies = FixedPolicies(Policy("acme"))
    made = fake_world(
        Registry(), hall.clock, access=access, identities=book, policies=policies, sandbox=sandbox
    )
    made = replace(made, entropy=SeededEntropy(99))
    keys = {key: identity for identity, key in (validator_of(hall.world, "acme"), validator_of(made, "acme"))}
    hall.passed({"kind": "validators", "title": "Two", "change": {"keys": keys, "threshold": 1}})
    return made
