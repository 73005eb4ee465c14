"""The door of a node elsewhere: its REST paths, with the token of a member."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from governance.door import Json, Rows
from governance.elsewhere import Elsewhere, segment
from governance.encoding import bytes_of
from governance.reproducing import CheckReport

_DAY_S = 24 * 3600


def _text(data: bytes) -> str:
    return b64encode(data).decode()


class RemoteDoor:
    """See :class:`governance.door.Door`; ``subnet`` is that of the token."""

    def __init__(self, node: Elsewhere, subnet: str) -> None:
        self._node, self._subnet = node, subnet

    @cached_property
    def _base(self) -> str:
        """The path of the DAO of the token's subnet; of the subnet where that has none here."""
        known = self._node.get("/dao")
        return f"/dao/{segment(known[0]['id'] if known else self._subnet)}"

    def _get(self, path: str, **query: Any) -> Any:
        return self._node.get(self._base + path, **query)

    def _post(self, path: str, **body: Any) -> Any:
        return self._node.post(self._base + path, body)

    def _put(self, path: str, **body: Any) -> Any:
        return self._node.put(self._base + path, body)

    def _about(self, proposal: str, act: str, **body: Any) -> Any:
        return self._post(f"/proposals/{segment(proposal)}/{act}", **body)

    def create(self, name: str, given: Mapping[str, Any]) -> Json:
        found: Json = self._node.post("/dao", {**given, "name": name})
        return found

    def dao(self) -> Json:
        found: Json = self._get("")
        return found

    def members(self) -> Rows:
        found: Rows = self._get("/members")["members"]
        return found

    def invite(self, identity: str, name: str, days: int) -> None:
        self._post("/invitations", identity=identity, name=name, seconds=days * _DAY_S)

    def join(self) -> None:
        self._post("/join")

    def leave(self) -> None:
        self._post("/leave")

    def delegate(self, to: str, topic: str, days: int) -> None:
        body = {"to": to, "topic": topic, "seconds": days * _DAY_S}
        self._node.put(f"{self._base}/delegations", body)

    # --- proposals ----------------------------------------------------------------------------------

    def proposals(self, stage: str) -> Rows:
        found: Rows = self._get("/proposals", stage=stage)
        return found

    def proposal(self, id: str) -> Json:
        found: Json = self._get(f"/proposals/{segment(id)}")
        return found

    def draft(self, flow: str, step: str) -> Json:
        found: Json = self._post("/drafts", flow=flow, step=step)
        return found

    def propose(self, wish: Mapping[str, Any], proposal: str) -> Json:
        if not proposal:
            found: Json = self._post("/proposals", wish=dict(wish))
            return found
        changed: Json = self._node.put(f"{self._base}/proposals/{segment(proposal)}", {"wish": dict(wish)})
        return changed

    def submit(self, proposal: str) -> None:
        self._about(proposal, "submit")

    def report(self, proposal: str, found: CheckReport) -> None:
        body = {"reporter": found.reporter, "key": found.key, "reports": found.reports}
        self._about(proposal, "reports", **body, signature=_text(found.signature))

    def review(self, proposal: str, cid: str, approved: bool, text: str) -> None:
        self._about(proposal, "reviews", cid=cid, approved=approved, text=text)

    def comment(self, proposal: str, text: str, place: Mapping[str, Any]) -> None:
        self._about(proposal, "comments", text=text, place=dict(place))

    def cancel(self, proposal: str, why: str) -> None:
        self._about(proposal, "cancel", reason=why)

    def voter(self, proposal: str, choice: Sequence[Sequence[Any]]) -> str:
        return str(self._about(proposal, "ballot", choice=[list(pair) for pair in choice])["voter"])

    def vote(self, proposal: str, choice: Sequence[Sequence[Any]]) -> None:
        self._about(proposal, "vote", choice=[list(pair) for pair in choice])

    def reveal(self, proposal: str, voter: str, choice: Sequence[Sequence[Any]], salt: bytes) -> None:
        pairs = [list(pair) for pair in choice]
        self._about(proposal, "reveal", voter=voter, choice=pairs, salt=_text(salt))

    def verify(self, proposal: str) -> Json:
        found: Json = self._get(f"/proposals/{segment(proposal)}/verify")
        return found

    def log(self) -> bytes:
        return bytes_of(self._get("/log")["bundle"])

    # --- templates ----------------------------------------------------------------------------------

    def templates(self, search: str) -> Rows:
        found: Rows = self._get("/templates", search=search)
        return found

    def template(self, cid: str) -> Json:
        found: Json = self._get(f"/templates/{segment(cid)}")
        return found

    def stop(self, template: str, reason: str) -> Json:
        found: Json = self._post(f"/templates/{segment(template)}/stop", reason=reason)
        return found

    def advise(self, template: str, severity: str, text: str) -> Json:
        found: Json = self._post(f"/templates/{segment(template)}/advisories", severity=severity, text=text)
        return found

    def uses(self, template: str) -> Rows:
        found: Rows = self._get(f"/templates/{segment(template)}/uses")
        return found

    def receipts(self, template: str) -> Json:
        found: Json = self._get(f"/templates/{segment(template)}/receipts")
        return found

    def notices(self) -> Rows:
        found: Rows = self._get("/notices")
        return found

    def export_template(self, cid: str) -> Json:
        found: Json = self._get(f"/templates/{segment(cid)}/export")
        return found

    def import_template(self, bundle: Mapping[str, Any]) -> Json:
        found: Json = self._post("/imports", bundle=dict(bundle))
        return found

    # --- notifications ------------------------------------------------------------------------------

    def notifications(self, limit: int, unread: bool) -> Rows:
        found: Rows = self._get("/notifications", limit=limit, unread="true" if unread else "")
        return found

    def read_notifications(self, ids: Sequence[int]) -> Json:
        found: Json = self._post("/notifications/read", ids=list(ids))
        return found

    def preferences(self) -> Json:
        found: Json = self._get("/notifications/preferences")
        return found

    def prefer(self, told: Mapping[str, Sequence[str]], every_s: int | None) -> None:
        named = {name: list(kinds) for name, kinds in told.items()}
        self._put("/notifications/preferences", told=named, everySeconds=every_s)

    def notify_mail(self, address: str | None, code: str) -> None:
        self._put("/notifications/mail", address=address, code=code)

    def notify_webhook(self, url: str | None, fresh: bool) -> str:
        return str(self._put("/notifications/webhook", url=url, newSecret=fresh)["webhook"].get("secret", ""))

    # --- policy -------------------------------------------------------------------------------------

    def policy(self) -> Rows:
        found: Rows = self._get("/policy")["versions"]
        return found

    def budget(self) -> Json:
        found: Json = self._get("/budget")
        return found

    def sign(self, version: int, key: str, signature: bytes) -> None:
        self._post("/policy/signatures", version=version, key=key, signature=_text(signature))

    def chain(self, cid: str) -> list[bytes]:
        return [bytes_of(one) for one in self._get("/policy/chain", cid=cid)["policies"]]

    def take(self, chain: Sequence[bytes], cid: str) -> Rows:
        found: Rows = self._post("/policy/chain", policies=[_text(one) for one in chain], cid=cid)["adopted"]
        return found
