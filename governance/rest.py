"""REST: DAOs, their members, proposals, votes, templates and policies, below /api/v1/dao.

``daoId`` is the DAO's id or that of its subnet; a token reaches the DAO of its own subnet only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from engine.api import Principal, UnknownObject, World
from engine.web.rest.calls import call
from engine.web.rest.models import Name
from governance import catalogue, desk, evidence, shown
from governance import rest_models as m
from governance.domain.asking import proposal as proposal_of
from governance.domain.asking import template as template_of
from governance.domain.ballot import Ballot, SignedBallot, choice_of
from governance.domain.state import Dao
from governance.drafting import template_from
from governance.encoding import bytes_of
from governance.fetching import propose_fetched
from governance.policies import pending
from governance.reproducing import CheckReport
from governance.rest_nodes import router as nodes
from governance.store import logs

router = Router(tags=["governance"])

Json = dict[str, Any]
_SECOND_US = 1_000_000


async def _call(request: HttpRequest, dao: str, verb: Callable[..., Any], *args: Any) -> Any:
    """Run ``verb(world, actor, *args)`` where the DAO is the caller's."""
    return await call(request, within, dao, verb, *args)


def within(world: World, actor: Principal, dao: str, verb: Callable[..., Any], *args: Any) -> Any:
    """What a verb gives where the DAO is the actor's; raises :class:`UnknownObject` for another one."""
    known = logs().of_subnet(actor.subnet)
    if dao not in (known.id, known.subnet):
        raise UnknownObject(f"there is no DAO {dao!r} for this token")
    return verb(world, actor, *args)


async def _look(request: HttpRequest, dao: str, view: Callable[[Dao], Any]) -> Any:
    return await _call(request, dao, desk.look, view)


# --- DAOs and members -------------------------------------------------------------------------------


@router.get("/dao", response=list[Json])
async def list_daos(request: HttpRequest) -> list[Json]:
    """The DAO of the token's subnet, if there is one."""
    known = await call(request, desk.list_daos)
    return [{"id": one.id, "subnet": one.subnet, "name": one.name} for one in known]


@router.post("/dao", response={201: Json})
async def found_dao(request: HttpRequest, body: m.FoundBody) -> Status[Json]:
    """Found the DAO of the token's subnet; from then on it alone sets the subnet's policy."""
    wanted = desk.NewDao(body.name, body.charter, body.founders, body.validators, body.policy)
    id = await call(request, desk.found_dao, wanted)
    return Status(201, await _look(request, id, shown.dao))


@router.get("/dao/{daoId}", response=Json)
async def get_dao(request: HttpRequest, daoId: m.DaoId) -> Json:
    """A DAO: charter, rules, what is open."""
    return await _look(request, daoId, shown.dao)


@router.get("/dao/{daoId}/members", response=Json)
async def list_members(request: HttpRequest, daoId: m.DaoId) -> Json:
    """Members with roles, weights and delegations, and who was invited."""
    return await _look(
        request,
        daoId,
        lambda dao: {"members": shown.members(dao), "invitations": shown.invitations(dao)},
    )


@router.post("/dao/{daoId}/invitations", response={201: Json})
async def invite(request: HttpRequest, daoId: m.DaoId, body: m.InvitationBody) -> Status[Json]:
    """Invite an identity of the subnet, where the charter lets members do so."""
    await _call(request, daoId, _invite, body)
    return Status(201, {"identity": body.identity})


def _invite(world: World, actor: Principal, body: m.InvitationBody) -> None:
    until_us = world.clock.now_us() + body.seconds * _SECOND_US
    desk.invite(world, actor, body.identity, body.name, until_us)


@router.post("/dao/{daoId}/join", response=Json)
async def join(request: HttpRequest, daoId: m.DaoId) -> Json:
    """Accept an invitation."""
    await _call(request, daoId, desk.join)
    return {"joined": True}


@router.post("/dao/{daoId}/leave", response=Json)
async def leave(request: HttpRequest, daoId: m.DaoId) -> Json:
    """Be a member no more."""
    await _call(request, daoId, desk.leave)
    return {"left": True}


@router.put("/dao/{daoId}/delegations", response=Json)
async def delegate(request: HttpRequest, daoId: m.DaoId, body: m.VoteDelegationBody) -> Json:
    """Let another member vote on a topic, for a while."""
    await _call(request, daoId, _delegate, body)
    return {"to": body.to, "topic": body.topic}


def _delegate(world: World, actor: Principal, body: m.VoteDelegationBody) -> None:
    until_us = world.clock.now_us() + body.seconds * _SECOND_US
    desk.delegate(world, actor, body.to, body.topic, until_us)


# --- proposals --------------------------------------------------------------------------------------


@router.get("/dao/{daoId}/proposals", response=list[Json])
async def list_proposals(request: HttpRequest, daoId: m.DaoId, stage: str = "", kind: str = "") -> list[Json]:
    """Proposals, newest first; ``stage`` is a stage or ``open``."""
    return await _look(request, daoId, lambda dao: shown.proposals(dao, stage, kind))


@router.post("/dao/{daoId}/proposals", response={201: Json})
async def propose(request: HttpRequest, daoId: m.DaoId, body: m.WishBody) -> Status[Json]:
    """A new draft."""
    id = await _call(request, daoId, desk.propose, body.wish)
    return Status(201, await _proposal(request, daoId, id))


@router.get("/dao/{daoId}/proposals/{proposalId}", response=Json)
async def get_proposal(request: HttpRequest, daoId: m.DaoId, proposalId: Name) -> Json:
    """Everything about a proposal."""
    return await _proposal(request, daoId, proposalId)


async def _proposal(request: HttpRequest, dao: str, id: str) -> Json:
    viewer = getattr(request.auth, "identity", "")  # type: ignore[attr-defined]
    return await _look(request, dao, lambda state: shown.proposal(state, proposal_of(state, id), viewer))


@router.put("/dao/{daoId}/proposals/{proposalId}", response=Json)
async def revise(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.WishBody) -> Json:
    """Another version of one's draft; its checks and reviews begin anew."""
    await _call(request, daoId, _revise, proposalId, body.wish)
    return await _proposal(request, daoId, proposalId)


def _revise(world: World, actor: Principal, proposal: str, wish: Json) -> None:
    desk.look(world, actor, lambda dao: proposal_of(dao, proposal))
    desk.propose(world, actor, wish, proposal)


@router.post("/dao/{daoId}/proposals/{proposalId}/submit", response=Json)
async def submit(request: HttpRequest, daoId: m.DaoId, proposalId: Name) -> Json:
    """Submit a draft: its checks run now."""
    await _call(request, daoId, desk.submit, proposalId)
    return await _proposal(request, daoId, proposalId)


@router.post("/dao/{daoId}/proposals/{proposalId}/reports", response=Json)
async def report(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.ReportBody) -> Json:
    """What another node found when it made the checks of a template anew, signed by a validator."""
    found = CheckReport(body.reporter, body.key, body.reports, bytes_of(body.signature))
    await _call(request, daoId, desk.report, proposalId, found)
    return await _proposal(request, daoId, proposalId)


@router.post("/dao/{daoId}/proposals/{proposalId}/reviews", response=Json)
async def review(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.ReviewBody) -> Json:
    """Approve a version as a reviewer, or ask for changes."""
    await _call(request, daoId, desk.review, proposalId, body.cid, body.approved, body.text)
    return await _proposal(request, daoId, proposalId)


@router.post("/dao/{daoId}/proposals/{proposalId}/comments", response={201: Json})
async def comment(
    request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.CommentBody
) -> Status[Json]:
    """Say something about a proposal."""
    id = await _call(request, daoId, desk.comment, proposalId, body.text, body.place)
    return Status(201, {"id": id})


@router.post("/dao/{daoId}/proposals/{proposalId}/cancel", response=Json)
async def cancel(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.ReasonBody) -> Json:
    """Take one's own proposal back."""
    await _call(request, daoId, desk.cancel, proposalId, body.reason)
    return await _proposal(request, daoId, proposalId)


@router.post("/dao/{daoId}/drafts", response=Json)
async def draft(request: HttpRequest, daoId: m.DaoId, body: m.DraftBody) -> Json:
    """The template of a flow or of a step's code, everything filled in; nothing is stored."""
    return await _call(request, daoId, _draft, body)


def _draft(world: World, actor: Principal, body: m.DraftBody) -> Json:
    return template_from(world, actor, body.flow, version=body.version, step=body.step)


# --- votes ------------------------------------------------------------------------------------------


@router.post("/dao/{daoId}/proposals/{proposalId}/ballot", response=Json)
async def prepare_ballot(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.ChoiceBody) -> Json:
    """The ballot of the caller for a choice, and the bytes that its key signs. Nothing is stored; a page
    builds the bytes itself from the fields, and signs its own."""
    choice = choice_of(body.choice)
    ballot: Ballot = await _call(request, daoId, desk.prepare_ballot, proposalId, choice)
    return {
        "dao": ballot.dao,
        "proposal": ballot.proposal,
        "voter": ballot.voter,
        "choice": [list(pair) for pair in ballot.choice],
        "weight": ballot.weight,
        "nonce": ballot.nonce,
        "expires": ballot.expires_us,
        "toSign": shown.text_of(ballot.to_sign()),
    }


@router.post("/dao/{daoId}/proposals/{proposalId}/ballots", response={201: Json})
async def cast(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.BallotBody) -> Status[Json]:
    """Cast a ballot that was signed by the voter's key, in a browser or elsewhere."""
    await _call(request, daoId, _cast, proposalId, body)
    return Status(201, await _proposal(request, daoId, proposalId))


def _cast(world: World, actor: Principal, proposal: str, body: m.BallotBody) -> None:
    dao, cid = desk.look(world, actor, lambda state: (state.id, proposal_of(state, proposal).cid))
    ballot = Ballot(dao, cid, body.voter, choice_of(body.choice), body.weight, body.nonce, body.expires)
    signed = SignedBallot(ballot, body.signer, body.key, bytes_of(body.signature))
    desk.cast(world, actor, proposal, signed)


@router.post("/dao/{daoId}/proposals/{proposalId}/vote", response=Json)
async def vote(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.ChoiceBody) -> Json:
    """Vote with a key that the node holds for the caller."""
    await _call(request, daoId, desk.vote_held, proposalId, choice_of(body.choice))
    return await _proposal(request, daoId, proposalId)


@router.post("/dao/{daoId}/proposals/{proposalId}/reveal", response=Json)
async def reveal(request: HttpRequest, daoId: m.DaoId, proposalId: Name, body: m.RevealBody) -> Json:
    """Open a secret ballot."""
    choice, salt = choice_of(body.choice), bytes_of(body.salt)
    await _call(request, daoId, desk.reveal, proposalId, body.voter, choice, salt)
    return await _proposal(request, daoId, proposalId)


@router.get("/dao/{daoId}/proposals/{proposalId}/ballots", response=list[Json])
async def list_ballots(request: HttpRequest, daoId: m.DaoId, proposalId: Name) -> list[Json]:
    """The signed ballots, for whoever counts them again."""
    return await _look(request, daoId, lambda dao: shown.ballots(proposal_of(dao, proposalId)))


@router.get("/dao/{daoId}/proposals/{proposalId}/verify", response=Json)
async def verify(request: HttpRequest, daoId: m.DaoId, proposalId: Name) -> Json:
    """Check the whole log and every signature again, and count anew."""
    return await _call(request, daoId, evidence.verify_proposal, proposalId)


@router.get("/dao/{daoId}/log", response=Json)
async def log(request: HttpRequest, daoId: m.DaoId) -> Json:
    """The whole log with the key logs of all who signed: what ``qflow dao verify-tally --bundle`` takes."""
    return {"bundle": shown.text_of(await _call(request, daoId, evidence.bundle))}


# --- templates --------------------------------------------------------------------------------------


@router.get("/dao/{daoId}/templates", response=list[Json])
async def list_templates(
    request: HttpRequest, daoId: m.DaoId, search: str = "", status: str = ""
) -> list[Json]:
    """The catalogue, newest first."""
    return await _look(request, daoId, lambda dao: shown.templates(dao, search, status))


@router.get("/dao/{daoId}/templates/{cid}", response=Json)
async def get_template(request: HttpRequest, daoId: m.DaoId, cid: Name) -> Json:
    """A template: the object, its versions, who approved it by which vote, its advisories."""
    return await _look(request, daoId, lambda dao: shown.template(dao, template_of(dao, cid)))


@router.post("/dao/{daoId}/templates/{cid}/stop", response=Json)
async def stop(request: HttpRequest, daoId: m.DaoId, cid: Name, body: m.ReasonBody) -> Json:
    """As a guardian, stop a template at once; the members vote whether that shall be for good."""
    proposal, halted = await _call(request, daoId, desk.stop_template, cid, body.reason)
    return {"proposal": proposal, "halted": halted}


@router.post("/dao/{daoId}/templates/{cid}/advisories", response={201: Json})
async def advise(request: HttpRequest, daoId: m.DaoId, cid: Name, body: m.AdvisoryBody) -> Status[Json]:
    """Tell of a weakness, as a reviewer or guardian."""
    id = await _call(request, daoId, desk.advise, cid, body.severity, body.text, body.fixedBy)
    return Status(201, {"id": id})


@router.get("/dao/{daoId}/templates/{cid}/uses", response=list[Json])
async def uses(request: HttpRequest, daoId: m.DaoId, cid: Name) -> list[Json]:
    """The flows of the subnet that use a template, and in which steps."""
    return await _call(request, daoId, catalogue.uses, cid)


@router.get("/dao/{daoId}/templates/{cid}/receipts", response=Json)
async def receipts(request: HttpRequest, daoId: m.DaoId, cid: Name) -> Json:
    """How many executions used a template, and the last of them."""
    return await _call(request, daoId, catalogue.receipts, cid)


@router.get("/dao/{daoId}/templates/{cid}/export", response=Json)
async def export(request: HttpRequest, daoId: m.DaoId, cid: Name) -> Json:
    """The template as another DAO takes it in."""
    return await _call(request, daoId, catalogue.export_template, cid)


@router.post("/dao/{daoId}/imports", response={201: Json})
async def import_template(request: HttpRequest, daoId: m.DaoId, body: m.ImportBody) -> Status[Json]:
    """Propose a template of another DAO, byte for byte."""
    id = await _call(request, daoId, catalogue.import_template, body.bundle)
    return Status(201, await _proposal(request, daoId, id))


@router.post("/dao/{daoId}/imports/fetched", response={201: Json})
async def fetch_template(request: HttpRequest, daoId: m.DaoId, body: m.FetchBody) -> Status[Json]:
    """Fetch a template from another node by its CID, check it with the log of its DAO, and propose it. The
    node goes out as steps of the subnet may."""
    token = body.token.get_secret_value()
    id = await _call(request, daoId, propose_fetched, body.url, token, body.cid, body.dao)
    return Status(201, await _proposal(request, daoId, id))


@router.get("/dao/{daoId}/notices", response=list[Json])
async def notices(request: HttpRequest, daoId: m.DaoId) -> list[Json]:
    """Steps of flows that use old, stopped, revoked or weak templates, and what to use instead."""
    return await _call(request, daoId, catalogue.notices)


@router.get("/dao/{daoId}/advisories", response=list[Json])
async def list_advisories(request: HttpRequest, daoId: m.DaoId) -> list[Json]:
    """Known weaknesses of templates, newest first."""
    return await _look(request, daoId, shown.advisories)


# --- policy -----------------------------------------------------------------------------------------


@router.get("/dao/{daoId}/policy", response=Json)
async def policy(request: HttpRequest, daoId: m.DaoId) -> Json:
    """The versions of the signed policy, and the one that waits for signatures."""
    return await _call(request, daoId, _policy)


def _policy(world: World, actor: Principal) -> Json:
    def view(dao: Dao) -> Json:
        waiting = pending(world, dao)
        if waiting is not None:
            waiting["toSign"] = shown.text_of(waiting["toSign"])
        return {"versions": shown.policy_history(dao), "pending": waiting, "document": evidence.wanted(dao)}

    found: Json = desk.look(world, actor, view)
    return found


@router.get("/dao/{daoId}/budget", response=Json)
async def budget(request: HttpRequest, daoId: m.DaoId) -> Json:
    """What the subnet may use on a day, and what this node used of it today (UTC)."""
    return await _call(request, daoId, evidence.budget)


@router.post("/dao/{daoId}/policy/signatures", response=Json)
async def sign_policy(request: HttpRequest, daoId: m.DaoId, body: m.PolicySignatureBody) -> Json:
    """Add a validator's signature to the version that waits."""
    signature = bytes_of(body.signature)
    await _call(request, daoId, desk.sign_policy, body.version, body.key, signature)
    return await _call(request, daoId, _policy)


router.add_router("", nodes)
