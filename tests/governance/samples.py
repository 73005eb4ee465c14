"""A DAO with one of everything, made at once: for tests of doors."""

from __future__ import annotations

from engine.api import Principal, World
from engine.usecases.held_identities import Wanted, make_held
from governance import desk, house
from governance.domain import facts as f
from governance.domain.charter import Rule
from governance.domain.content import cid_of_content, content_of
from governance.domain.electorate import Electorate
from governance.domain.log import CONTEXT, SignedEntry, extend, next_entry
from governance.store import logs
from tests.governance.domain.support import approve, charter


def dao_with_everything(world: World, subnet: str) -> dict[str, str]:
    """A DAO with an approved template: ``{"daoId", "proposalId", "cid"}``."""
    record = make_held(world.identities, world.entropy, Wanted(subnet, "person", "founder"))
    assert record is not None
    actor = Principal(f"person:{record.id}", "founder", subnet, frozenset({"admin"}), record.id)
    roles = ["reviewer", "guardian"]
    founders = [{"identity": record.id, "name": "Founder", "roles": roles}]
    id = desk.found_dao(world, actor, desk.NewDao("Acme", charter(), founders))
    with house.holding(id) as dao:
        content = content_of(dao, "prp_1", record.id, approve())
        cid = cid_of_content(content)
        (template,) = content["templates"]
        made = [
            f.Drafted("prp_1", cid, content),
            f.Submitted("prp_1", Rule().model_dump(mode="json", by_alias=True), []),
            f.Opened("prp_1", Electorate({record.id: 1}, {}).plain(), world.clock.now_us()),
            f.Moved("prp_1", "active"),
            f.TemplateApproved(template, "prp_1"),
        ]
        entry = next_entry(dao, made, max(dao.at_us, world.clock.now_us()), record.id).encoded()
        logs().append(id, dao.sequence + 1, SignedEntry(entry, "", "", CONTEXT))
        extend(dao, entry)
    return {"daoId": id, "proposalId": "prp_1", "cid": template}
