"""Templates taken from another node by their CID alone.

The other node need not be trusted. The template must be the one that the CID names, byte for byte, and the
log of its DAO, which comes with it, must say that the template was approved there: the chain of the log, the
signature of every entry, and every ballot of that vote are checked before anything of it is shown. Where the
template is in force, the newest of the DAO's signed policies must approve it, too, in a chain that the
validators began whom the first entry names. What is left is whether the DAO is the one that it is taken for:
its id is the CID of that entry, to be compared with what its members say, or asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.api import (
    InvalidInput,
    Kind,
    NetworkFailure,
    PermissionDenied,
    Principal,
    Problem,
    QflowError,
    ResourceExhausted,
    Unauthenticated,
    UnknownObject,
    World,
    require,
)
from engine.api.governing import POLICY_CHAIN_MAX, HttpCall, NotGenuine, call_out
from governance import desk
from governance.catalogue import FORM, import_template
from governance.domain.asking import member
from governance.domain.limits import (
    FETCHED_LOG_BYTES_MAX,
    FETCHED_TEMPLATE_BYTES_MAX,
    FOUND_DAOS_BYTES_MAX,
    TOKEN_CHARACTERS_MAX,
)
from governance.domain.policy import RUNNING
from governance.domain.template import cid_of_template, template_of
from governance.elsewhere import Elsewhere, segment
from governance.encoding import bytes_of
from governance.evidence import approved_in, vouched

Json = dict[str, Any]
Reach = Callable[[int], Elsewhere]
"""The other node, whose answers may have so many bytes."""

_CID = re.compile(r"b[a-z2-7]{58}")
_TIMEOUT_MS = 30_000
_UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError)


def fetched(reach: Reach, cid: str, dao: str = "") -> Json:
    """A template as :func:`governance.catalogue.import_template` takes it in, with the vote that approved it
    in its DAO, all of it verified. ``dao`` refuses a template of another one.

    Raises :class:`NotGenuine` with the ``reason`` (``cid``, ``dao``, ``log``, ``vote``, ``policy``),
    :class:`ResourceExhausted` for too long an answer, :class:`UnknownObject` where the node has no such
    template, and what requests raise.
    """
    if _CID.fullmatch(cid) is None:
        raise InvalidInput(f"{cid[:100]!r} is no CID of a template")
    id = _dao_there(reach, dao)
    node = reach(FETCHED_TEMPLATE_BYTES_MAX)
    try:
        template = _template(_asked(node, f"/dao/{segment(id)}/templates/{cid}/export"), cid)
        policies = _policies(reach(FETCHED_LOG_BYTES_MAX), id)
        log = bytes_of(_asked(reach(FETCHED_LOG_BYTES_MAX), f"/dao/{segment(id)}/log")["bundle"])
    except _UNREADABLE as error:
        raise _no_node(node) from error
    origin = approved_in(log, id, cid)
    if origin["status"] in RUNNING:
        origin["policy"] = vouched(log, policies, template)
    return {"form": FORM, "cid": cid, "template": template, "origin": origin}


def _policies(node: Elsewhere, dao: str) -> list[bytes]:
    """All signed policies of a DAO, a page at a time."""
    found: list[bytes] = []
    while True:
        page = _asked(node, f"/dao/{segment(dao)}/policy/chain", after=len(found) or "")["policies"]
        found += [bytes_of(one) for one in page]
        if sum(map(len, found)) > FETCHED_LOG_BYTES_MAX:
            raise ResourceExhausted(f"{node.url} has more than {FETCHED_LOG_BYTES_MAX} bytes of policies")
        if len(page) < POLICY_CHAIN_MAX:
            return found


def _asked(node: Elsewhere, path: str, **query: Any) -> Any:
    """What a path gives there. That the other node does not let the token in is no refusal by this one."""
    try:
        return node.get(path, **query)
    except (Unauthenticated, PermissionDenied) as error:
        message = f"{node.url} does not let this token in: {error.message[:300]}"
        raise InvalidInput(message, [Problem("token", "a token of that node, which may read")]) from error
    except QflowError as error:
        if type(error) is not QflowError:
            raise
        raise NetworkFailure(f"{node.url} fails: {error.message[:300]}") from error  # whatever it means there


def _dao_there(reach: Reach, wanted: str) -> str:
    """The DAO of the token's subnet there."""
    node = reach(FOUND_DAOS_BYTES_MAX)
    known = _asked(node, "/dao")
    if known == []:
        raise UnknownObject(f"the subnet of this token has no DAO at {node.url}")
    try:
        id = str(known[0]["id"])
    except _UNREADABLE as error:
        raise _no_node(node) from error
    if wanted and id != wanted:
        raise _refused("dao", f"it is of DAO {id[:100]}, not of {wanted[:100]}")
    return id


def _template(bundle: Any, cid: str) -> Json:
    """The template that the CID names; what else the node says of it counts nothing."""
    template = template_of(bundle["template"])
    if cid_of_template(template) != cid:
        raise _refused("cid", f"what the node gave is {cid_of_template(template)}, not {cid}")
    return template


def propose_fetched(world: World, actor: Principal, url: str, token: str, cid: str, dao: str = "") -> str:
    """Fetch a template for the actor's DAO, within what the subnet's steps may reach, and make a draft of it;
    gives the draft's id. Only members do that."""
    desk.look(world, actor, lambda state: member(state, actor.identity))
    require(world, actor, "dao:vote", "dao", "dao.vote", Kind.GOVERNANCE_ACTION)
    reach = within_egress(world, actor.subnet, url, token)
    bundle = fetched(reach, cid, dao)
    return import_template(world, actor, bundle, source_of(reach(0).url, bundle["origin"]))


def source_of(url: str, origin: Mapping[str, Any]) -> str:
    """Where a fetched template comes from, for those who vote on it."""
    count, log = origin["vote"]["ballots"], origin["log"]["entries"]
    return (
        f"It was fetched from {url[:300]}. DAO {origin['dao']}, which calls itself {origin['name'][:100]},"
        f" approved it by proposal {origin['proposal'][:100]} with {count} ballots, and it is"
        f" {origin['status']} there. The {log} entries of that DAO's log and their signatures were checked."
        " Compare the id of the DAO with what its members say."
    )


def _refused(reason: str, why: str) -> NotGenuine:
    return NotGenuine(f"the template is refused: {why}", reason=reason)


def _no_node(node: Elsewhere) -> NetworkFailure:
    return NetworkFailure(f"{node.url} does not answer as a Qflow node does")


# --- ways to a node ---------------------------------------------------------------------------------


def from_here(url: str, token: str) -> Reach:
    """The node at a URL, asked by whoever sits at this machine."""
    return lambda most: Elsewhere(url, token, most)


def within_egress(world: World, subnet: str, url: str, token: str) -> Reach:
    """The node at a URL, asked for a subnet, within what its steps may reach."""
    if len(token) > TOKEN_CHARACTERS_MAX or not (token.isascii() and token.isprintable()):
        raise InvalidInput("this is no token: it has printable ASCII characters only")
    return lambda most: _Guarded(world, subnet, url, token, most)


class _Guarded(Elsewhere):
    """Goes out as steps do: behind the guard of the subnet's egress policy."""

    def __init__(self, world: World, subnet: str, url: str, token: str, most: int) -> None:
        super().__init__(url, token, most)
        self._world, self._subnet = world, subnet

    def _answer(self, method: str, url: str, headers: Mapping[str, str], body: Any) -> tuple[int, bytes]:
        call = HttpCall(method, url, tuple(headers.items()), None, _TIMEOUT_MS, self._most)
        reply = call_out(self._world, self._subnet, call)
        return reply.status, reply.body
