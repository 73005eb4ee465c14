"""The door of a data directory: whoever can read it acts in the name of anybody whose keys it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.api import Principal, World
from engine.api.governing import policy_chain, take_chain
from governance import catalogue, desk, evidence, shown
from governance.domain import asking
from governance.domain.ballot import choice_of
from governance.domain.state import Dao
from governance.door import Json, Rows
from governance.drafting import template_from
from governance.reproducing import CheckReport
from governance.rest_nodes import adopted
from governance.telling import choosing

_DAY_US = 24 * 3600 * 1_000_000


def _proposal(dao: Dao, id: str, viewer: str) -> Json:
    return shown.proposal(dao, asking.proposal(dao, id), viewer)


class LocalDoor:
    """See :class:`governance.door.Door`."""

    def __init__(self, world: World, actor: Principal) -> None:
        self.world, self.actor = world, actor

    def _look(self, view: Callable[[Dao], Any]) -> Any:
        return desk.look(self.world, self.actor, view)

    def _until_us(self, days: int) -> int:
        return self.world.clock.now_us() + days * _DAY_US

    def create(self, name: str, given: Mapping[str, Any]) -> Json:
        wanted = desk.NewDao(
            name,
            given.get("charter", {}),
            given.get("founders", ()),
            given.get("validators"),
            given.get("policy", {}),
        )
        desk.found_dao(self.world, self.actor, wanted)
        return self.dao()

    def dao(self) -> Json:
        found: Json = self._look(shown.dao)
        return found

    def members(self) -> Rows:
        found: Rows = self._look(shown.members)
        return found

    def invite(self, identity: str, name: str, days: int) -> None:
        desk.invite(self.world, self.actor, identity, name, self._until_us(days))

    def join(self) -> None:
        desk.join(self.world, self.actor)

    def leave(self) -> None:
        desk.leave(self.world, self.actor)

    def delegate(self, to: str, topic: str, days: int) -> None:
        desk.delegate(self.world, self.actor, to, topic, self._until_us(days))

    # --- proposals ----------------------------------------------------------------------------------

    def proposals(self, stage: str) -> Rows:
        found: Rows = self._look(lambda dao: shown.proposals(dao, stage))
        return found

    def proposal(self, id: str) -> Json:
        found: Json = self._look(
            lambda dao: shown.proposal(dao, asking.proposal(dao, id), self.actor.identity)
        )
        return found

    def draft(self, flow: str, step: str) -> Json:
        return template_from(self.world, self.actor, flow, step=step)

    def propose(self, wish: Mapping[str, Any], proposal: str) -> Json:
        return self.proposal(desk.propose(self.world, self.actor, wish, proposal))

    def submit(self, proposal: str) -> None:
        desk.submit(self.world, self.actor, proposal)

    def report(self, proposal: str, found: CheckReport) -> None:
        desk.report(self.world, self.actor, proposal, found)

    def review(self, proposal: str, cid: str, approved: bool, text: str) -> None:
        desk.review(self.world, self.actor, proposal, cid, approved, text)

    def comment(self, proposal: str, text: str, place: Mapping[str, Any]) -> None:
        desk.comment(self.world, self.actor, proposal, text, place)

    def cancel(self, proposal: str, why: str) -> None:
        desk.cancel(self.world, self.actor, proposal, why)

    def voter(self, proposal: str, choice: Sequence[Sequence[Any]]) -> str:
        return desk.prepare_ballot(self.world, self.actor, proposal, choice_of(choice)).voter

    def vote(self, proposal: str, choice: Sequence[Sequence[Any]]) -> None:
        desk.vote_held(self.world, self.actor, proposal, choice_of(choice))

    def reveal(self, proposal: str, voter: str, choice: Sequence[Sequence[Any]], salt: bytes) -> None:
        desk.reveal(self.world, self.actor, proposal, voter, choice_of(choice), salt)

    def verify(self, proposal: str) -> Json:
        return evidence.verify_proposal(self.world, self.actor, proposal)

    def log(self) -> bytes:
        return evidence.bundle(self.world, self.actor)

    # --- templates ----------------------------------------------------------------------------------

    def templates(self, search: str) -> Rows:
        found: Rows = self._look(lambda dao: shown.templates(dao, search))
        return found

    def template(self, cid: str) -> Json:
        found: Json = self._look(lambda dao: shown.template(dao, asking.template(dao, cid)))
        return found

    def stop(self, template: str, reason: str) -> Json:
        proposal, halted = desk.stop_template(self.world, self.actor, template, reason)
        return {"proposal": proposal, "halted": halted}

    def advise(self, template: str, severity: str, text: str) -> Json:
        return {"id": desk.advise(self.world, self.actor, template, severity, text)}

    def uses(self, template: str) -> Rows:
        return catalogue.uses(self.world, self.actor, template)

    def receipts(self, template: str) -> Json:
        return catalogue.receipts(self.world, self.actor, template)

    def notices(self) -> Rows:
        return catalogue.notices(self.world, self.actor)

    def export_template(self, cid: str) -> Json:
        return catalogue.export_template(self.world, self.actor, cid)

    def import_template(self, bundle: Mapping[str, Any]) -> Json:
        return self.proposal(catalogue.import_template(self.world, self.actor, bundle))

    # --- notifications ------------------------------------------------------------------------------

    def notifications(self, limit: int, unread: bool) -> Rows:
        return choosing.listed(self.world, self.actor, limit, unread)

    def read_notifications(self, ids: Sequence[int]) -> Json:
        return {"read": choosing.read(self.world, self.actor, ids)}

    def preferences(self) -> Json:
        return choosing.preferences(self.world, self.actor)

    def prefer(self, told: Mapping[str, Sequence[str]], every_s: int | None) -> None:
        choosing.choose(self.world, self.actor, told, every_s)

    def notify_mail(self, address: str | None, code: str) -> None:
        if code:
            choosing.confirm(self.world, self.actor, code)
        if address is not None:
            choosing.ask_mail(self.world, self.actor, address)

    def notify_webhook(self, url: str | None, fresh: bool) -> str:
        made = choosing.set_webhook(self.world, self.actor, url) if url is not None else ""
        return choosing.renew_secret(self.world, self.actor) if fresh else made

    # --- policy -------------------------------------------------------------------------------------

    def policy(self) -> Rows:
        found: Rows = self._look(shown.policy_history)
        return found

    def budget(self) -> Json:
        return evidence.budget(self.world, self.actor)

    def sign(self, version: int, key: str, signature: bytes) -> None:
        desk.sign_policy(self.world, self.actor, version, key, signature)

    def chain(self, cid: str) -> list[bytes]:
        return policy_chain(self.world, self.actor, cid)

    def take(self, chain: Sequence[bytes], cid: str) -> Rows:
        return adopted(take_chain(self.world, self.actor, chain, cid))
