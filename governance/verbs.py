"""What each verb of ``qflow dao`` does with the door of a node; gives what is printed."""

from __future__ import annotations

import argparse
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.api import InvalidInput
from engine.api.governing import chain_file, read_chain_file
from governance.desk import choice_for
from governance.domain.ballot import seal
from governance.domain.template import reach_of
from governance.door import Door, Json
from governance.encoding import bytes_of

Run = Callable[[Door, argparse.Namespace], Any]
SALT_BYTES = 16
EVERY_S = {"now": 0, "hourly": 3_600, "daily": 86_400}
"""How long mails collect what there is to tell, as it is said here."""


def json_file(path: str) -> Json:
    """The object in a file; raises :class:`InvalidInput`."""
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot read {path}: {error}") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"{path} holds no JSON object")
    return value


def bytes_file(path: str) -> bytes:
    """What a file holds; raises :class:`InvalidInput`."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from error


def written(path: str, data: bytes) -> Json:
    """What was written into a file."""
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror}") from error
    return {"file": path, "bytes": len(data)}


def _json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


# --- DAO and members --------------------------------------------------------------------------------


def _create(door: Door, args: argparse.Namespace) -> Any:
    return door.create(args.name, json_file(args.file) if args.file else {})


def _member(door: Door, args: argparse.Namespace) -> Any:
    if args.verb == "join":
        door.join()
    elif args.verb == "leave":
        door.leave()
    elif args.verb == "invite":
        door.invite(args.identity, args.name, args.days)
    else:
        door.delegate(args.identity, args.topic, args.days)
    return {"done": args.verb, "identity": getattr(args, "identity", "")}


# --- proposals --------------------------------------------------------------------------------------


def _draft(door: Door, args: argparse.Namespace) -> Any:
    template = door.draft(args.flow, args.step)
    return written(args.output, _json_bytes(template)) if args.output else template


def _propose(door: Door, args: argparse.Namespace) -> Any:
    if (args.file is None) == (args.flow is None):
        raise InvalidInput("give a file, or a flow by --flow")
    if args.file:
        wish = json_file(args.file)
    else:
        template = door.draft(args.flow, args.step)
        wish = {"kind": "approve", "title": f"Approve {template['name']}"[:100], "template": template}
    made = door.propose(wish, args.proposal)
    if args.submit:
        door.submit(made["id"])
    return door.proposal(made["id"])


def _submit(door: Door, args: argparse.Namespace) -> Any:
    door.submit(args.proposal)
    return door.proposal(args.proposal)


def _review(door: Door, args: argparse.Namespace) -> Any:
    door.review(args.proposal, door.proposal(args.proposal)["cid"], not args.changes, args.text)
    return door.proposal(args.proposal)


def _comment(door: Door, args: argparse.Namespace) -> Any:
    place = {name: getattr(args, name) for name in ("step", "line") if getattr(args, name)}
    door.comment(args.proposal, args.text, place)
    return door.proposal(args.proposal)


def _cancel(door: Door, args: argparse.Namespace) -> Any:
    door.cancel(args.proposal, args.why)
    return door.proposal(args.proposal)


def _vote(door: Door, args: argparse.Namespace) -> Any:
    """A secret vote leaves the only thing that opens it in a file, written before the ballot is cast."""
    choice = choice_for(door.proposal(args.proposal)["method"], args.choice)
    if args.secret:
        salt = secrets.token_bytes(SALT_BYTES)
        sealed = seal(choice, salt)
        held = {"proposal": args.proposal, "voter": door.voter(args.proposal, sealed)}
        _keep(args.secret, {**held, "choice": [list(pair) for pair in choice], "salt": salt.hex()})
        choice = sealed
    door.vote(args.proposal, choice)
    return door.proposal(args.proposal)


def _keep(path: str, value: Any) -> None:
    """Write a file that only its owner reads, and that is not there yet."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_json_bytes(value))
    except FileExistsError as error:
        message = f"{path} is there already; it may open an earlier vote, so give another name"
        raise InvalidInput(message) from error
    except OSError as error:
        raise InvalidInput(f"cannot write {path}: {error.strerror}") from error


def _reveal(door: Door, args: argparse.Namespace) -> Any:
    held = json_file(args.file)
    try:
        proposal, voter, choice, salt = (held[name] for name in ("proposal", "voter", "choice", "salt"))
        door.reveal(str(proposal), str(voter), choice, bytes.fromhex(salt))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{args.file} was not written by qflow dao vote --secret") from error
    return door.proposal(str(proposal))


def _export(door: Door, args: argparse.Namespace) -> Any:
    return written(args.output, door.log())


# --- templates --------------------------------------------------------------------------------------


def _template(door: Door, args: argparse.Namespace) -> Any:
    if len(args.words) != 1:
        raise InvalidInput("write: qflow dao template CID, or: qflow dao template fetch CID --from URL")
    if args.output:
        return written(args.output, _json_bytes(door.export_template(args.words[0])))
    return door.template(args.words[0])


def fetched_template(door: Door | None, args: argparse.Namespace, bundle: Json) -> Any:
    """What is done with a template that was fetched and verified; with a door it is proposed there."""
    told = written(args.output, _json_bytes(bundle)) if args.output else None
    if door is not None:
        return door.import_template(bundle)
    return told or {**bundle, "reach": reach_of(bundle["template"])}


def _import(door: Door, args: argparse.Namespace) -> Any:
    bundle = json_file(args.file)
    if args.cid and bundle.get("cid") != args.cid:
        raise InvalidInput(f"{args.file} holds template {bundle.get('cid')}, not {args.cid}")
    return door.import_template(bundle)


# --- notifications ----------------------------------------------------------------------------------


def _notifications(door: Door, args: argparse.Namespace) -> Any:
    if args.action == "list":
        return door.notifications(args.limit, args.unread)
    if args.action == "read":
        return door.read_notifications([_number_of(one) for one in args.ids])
    secret = _preferred(door, args)
    shown = door.preferences()
    if secret:
        shown["webhook"]["secret"] = secret
    return shown if args.json else _preferences_told(shown)


def _preferred(door: Door, args: argparse.Namespace) -> str:
    """Change what the options say; gives the secret of a webhook that was made."""
    given = {"page": args.on_page, "mail": args.by_mail, "webhook": args.by_webhook}
    told = {way: _kinds(door, text) for way, text in given.items() if text is not None}
    every_s = None if args.every is None else EVERY_S[args.every]
    if told or every_s is not None:
        door.prefer(told, every_s)
    if args.mail_to is not None or args.code:
        door.notify_mail(args.mail_to, args.code)
    wanted = args.webhook_to is not None or args.new_secret
    return door.notify_webhook(args.webhook_to, args.new_secret) if wanted else ""


def _kinds(door: Door, text: str) -> list[str]:
    """Kinds as people list them: ``opens,over``; ``all``; ``none``."""
    if text == "all":
        return list(door.preferences()["kinds"])
    return [] if text == "none" else [one.strip() for one in text.split(",") if one.strip()]


def _preferences_told(shown: Json) -> Json:
    """What was chosen, a line each."""
    every = next(name for name, seconds in EVERY_S.items() if seconds == shown["everySeconds"])
    lines = {f"told by {way}": ", ".join(kinds) or "nothing" for way, kinds in shown["told"].items()}
    places = {
        "mails come": every,
        "mail address": shown["mail"]["address"] or "none",
        "waits for its code": shown["mail"]["unconfirmed"],
        "webhook": shown["webhook"]["url"] or "none",
        "secret": shown["webhook"].get("secret", ""),
    }
    meanings = {f"kind {name}": text for name, text in shown["kinds"].items()}
    failures = {
        f"not arrived {place}": f"{one['way']}, {one['state']} after {one['attempts']}: {one['error']}"
        for place, one in enumerate(shown["failures"], 1)
    }
    return {**lines, **places, **failures, **meanings}


def _number_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidInput(f"{text[:100]!r} is no number of a notification; see: qflow dao notifications")
    return int(text)


# --- policy -----------------------------------------------------------------------------------------


def _budget(door: Door, args: argparse.Namespace) -> Any:
    parts = door.budget()
    if args.json:
        return parts
    return [
        {
            "part": name,
            "used": f"{part['used']:g}",
            "most": "no bound" if part["most"] is None else part["most"],
        }
        for name, part in parts.items()
    ]


def _policy(door: Door, args: argparse.Namespace) -> Any:
    if args.action == "export":
        return written(_needed(args, "a file to write to"), chain_file(door.chain(args.cid)))
    if args.action == "import":
        return door.take(read_chain_file(bytes_file(_needed(args, "a file to read"))), args.cid)
    return door.policy()


def _needed(args: argparse.Namespace, what: str) -> str:
    if not args.place:
        raise InvalidInput(f"qflow dao policy {args.action} needs {what}")
    return str(args.place)


def _sign(door: Door, args: argparse.Namespace) -> Any:
    door.sign(int(args.version), args.key, bytes_of(args.signature))
    return door.policy()


RUNS: dict[str, Run] = {
    "create": _create,
    "show": lambda door, args: door.dao(),
    "members": lambda door, args: door.members(),
    "proposals": lambda door, args: door.proposals(args.stage),
    "proposal": lambda door, args: door.proposal(args.proposal),
    "draft": _draft,
    "propose": _propose,
    "submit": _submit,
    "review": _review,
    "comment": _comment,
    "cancel": _cancel,
    "vote": _vote,
    "reveal": _reveal,
    "verify-tally": lambda door, args: door.verify(args.proposal),
    "export": _export,
    "templates": lambda door, args: door.templates(args.search),
    "template": _template,
    "uses": lambda door, args: door.uses(args.template),
    "receipts": lambda door, args: door.receipts(args.template),
    "notices": lambda door, args: door.notices(),
    "import": _import,
    "stop": lambda door, args: door.stop(args.template, args.reason),
    "advise": lambda door, args: door.advise(args.template, args.severity, args.text),
    "notifications": _notifications,
    "policy": _policy,
    "budget": _budget,
    "sign": _sign,
    **dict.fromkeys(("join", "leave", "invite", "delegate"), _member),
}
"""By verb; ``policy fetch`` and ``verify-tally --bundle`` need no door of a DAO."""
