"""``qflow dao``: found a DAO, propose, review, vote, verify, on the node's data directory."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.boot import load_quiet_settings, local_actor, open_world, refuse_remote, setup_django
from engine.cli.frame import FAILED, OK, Command, Entry, shared_again
from engine.cli.output import note, print_fields, print_json, print_table

if TYPE_CHECKING:
    from engine.api import Principal, World

ENTRY = Entry("dao", "governance.commands", "found a DAO, propose, review, vote, and verify its tallies")
_VERBS = (
    "create|show|members|invite|join|leave|delegate|proposals|proposal|propose|submit|review|comment|vote"
    "|cancel|templates|template|stop|advise|policy|budget|sign|verify-tally|export"
)
_SECOND_US = 1_000_000
_DAY_US = 24 * 3600 * _SECOND_US

Run = Callable[["World", "Principal", argparse.Namespace], Any]


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=_VERBS)

    def verb(name: str, told: str, *arguments: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, parents=[shared_again()], help=told)
        made.add_argument("--as", dest="acting", metavar="ID", help="act as this identity of the node")
        for argument in arguments:
            made.add_argument(argument, metavar=argument.upper())
        return made

    create = verb("create", "found the DAO of the subnet, which then sets its policy", "name")
    create.add_argument("--file", metavar="FILE", help="JSON with charter, founders, validators and policy")
    plain = {
        "show": "show the DAO",
        "members": "list members",
        "join": "accept an invitation",
        "leave": "be a member no more",
        "policy": "show the versions of the policy",
        "budget": "show what the subnet may use on a day, and what it used today",
    }
    for name, told in plain.items():
        verb(name, told)
    invite = verb("invite", "invite an identity", "identity")
    invite.add_argument("--name", default="", help="what members call it")
    invite.add_argument("--days", type=int, default=14, help="how long (default: 14)")
    delegate = verb("delegate", "let another member vote; nobody any more with an empty one", "identity")
    delegate.add_argument("--topic", default="*", help="templates, policy, members, rules or * (default)")
    delegate.add_argument("--days", type=int, default=90, help="for how long (default: 90)")
    _configure_proposals(verb)
    _configure_templates(verb)


def _configure_proposals(verb: Callable[..., argparse.ArgumentParser]) -> None:
    listed = verb("proposals", "list proposals")
    listed.add_argument("--stage", default="", help="a stage, or open")
    verb("proposal", "show a proposal", "proposal")
    propose = verb("propose", "make a draft of a JSON file, or of a step or flow")
    propose.add_argument("file", nargs="?", metavar="FILE", help="what is wished, as docs/governance.md says")
    propose.add_argument("--flow", help="propose this flow for approval")
    propose.add_argument("--step", default="", help="only the code of this step of it")
    propose.add_argument("--proposal", default="", help="a new version of this draft")
    propose.add_argument("--submit", action="store_true", help="submit it at once")
    verb("submit", "submit a draft; its checks run", "proposal")
    review = verb("review", "approve a proposal as a reviewer, or ask for changes", "proposal")
    review.add_argument("--changes", action="store_true", help="ask for changes")
    review.add_argument("--text", default="", help="what you think")
    comment = verb("comment", "comment on a proposal", "proposal", "text")
    comment.add_argument("--step", default="", help="the step it is about")
    comment.add_argument("--line", type=int, default=0, help="the line it is about")
    cancel = verb("cancel", "take a proposal back", "proposal")
    cancel.add_argument("--why", default="", help="the reason")
    vote = verb("vote", "vote by a key that the node holds", "proposal")
    vote.add_argument("choice", nargs="+", metavar="CHOICE", help="yes, no, abstain; options; OPTION=NUMBER")
    verify = verb("verify-tally", "check the log and every ballot again, and count anew", "proposal")
    verify.add_argument("--bundle", metavar="FILE", help="a bundle of qflow dao export; needs no node")
    export = verb("export", "write the log with all that a stranger needs to check it")
    export.add_argument("-o", "--output", required=True, metavar="FILE")


def _configure_templates(verb: Callable[..., argparse.ArgumentParser]) -> None:
    listed = verb("templates", "list or search the catalogue of templates")
    listed.add_argument("--search", default="", help="words in names and summaries")
    verb("template", "show a template", "template")
    stop = verb("stop", "as a guardian, stop a template at once", "template")
    stop.add_argument("--reason", required=True)
    advise = verb("advise", "tell of a weakness of a template", "template", "text")
    advise.add_argument("--severity", default="medium", help="low, medium, high or critical")
    verb("sign", "add a validator's signature to the policy that waits", "version", "key", "signature")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    if args.verb == "verify-tally" and args.bundle:
        return _verified(args, _verify_bundle(args))
    world = open_world(args)
    actor = _actor(world, args)
    shown = _RUNS[args.verb](world, actor, args)
    if args.verb == "verify-tally":
        return _verified(args, shown)
    _print(args, shown)
    return OK


def _actor(world: World, args: argparse.Namespace) -> Principal:
    """The owner of the subnet, or whom ``--as`` names: who reads the data directory holds all their keys."""
    from dataclasses import replace

    from governance import desk

    actor = local_actor(args)
    if not args.acting:
        return actor
    return replace(actor, identity=desk.identity_named(world, actor, args.acting))


def _print(args: argparse.Namespace, shown: Any) -> None:
    if args.json:
        print_json(shown)
    elif isinstance(shown, list):
        names = [name for name, value in (shown[0] if shown else {}).items() if _plain(value)]
        print_table(names, [[one[name] for name in names] for one in shown], "nothing yet")
    else:
        print_fields(shown)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _verified(args: argparse.Namespace, report: dict[str, Any]) -> int:
    _print(args, report)
    if not report["valid"]:
        note(f"NOT VALID: {report['problems'][0]}")
        return FAILED
    return OK


def _verify_bundle(args: argparse.Namespace) -> dict[str, Any]:
    setup_django(load_quiet_settings(args))
    from governance import evidence

    return evidence.verify_bundle(Path(args.bundle).read_bytes(), args.proposal)


def _file(path: str) -> dict[str, Any]:
    from engine.api import InvalidInput

    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot read {path}: {error}") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"{path} holds no JSON object")
    return value


# --- what each verb does ----------------------------------------------------------------------------


def _create(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import desk, shown

    given = _file(args.file) if args.file else {}
    wanted = desk.NewDao(
        args.name,
        given.get("charter", {}),
        given.get("founders", ()),
        given.get("validators"),
        given.get("policy", {}),
    )
    desk.found_dao(world, actor, wanted)
    return desk.look(world, actor, shown.dao)


def _show(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import desk, shown

    views: dict[str, Callable[[Any], Any]] = {
        "show": shown.dao,
        "members": shown.members,
        "policy": shown.policy_history,
        "proposals": lambda dao: shown.proposals(dao, args.stage),
        "templates": lambda dao: shown.templates(dao, args.search),
    }
    return desk.look(world, actor, views[args.verb])


def _one(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import desk, shown
    from governance.domain import asking

    if args.verb == "template":
        return desk.look(world, actor, lambda dao: shown.template(dao, asking.template(dao, args.template)))
    return desk.look(
        world, actor, lambda dao: shown.proposal(dao, asking.proposal(dao, args.proposal), actor.identity)
    )


def _member(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import desk

    now_us = world.clock.now_us()
    if args.verb == "join":
        desk.join(world, actor)
    elif args.verb == "leave":
        desk.leave(world, actor)
    elif args.verb == "invite":
        desk.invite(world, actor, args.identity, args.name, now_us + args.days * _DAY_US)
    else:
        desk.delegate(world, actor, args.identity, args.topic, now_us + args.days * _DAY_US)
    return {"done": args.verb, "identity": getattr(args, "identity", actor.identity)}


def _propose(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from engine.api import InvalidInput
    from governance import desk
    from governance.drafting import template_from

    if (args.file is None) == (args.flow is None):
        raise InvalidInput("give a file, or a flow by --flow")
    if args.file:
        wish = _file(args.file)
    else:
        template = template_from(world, actor, args.flow, step=args.step)
        wish = {"kind": "approve", "title": f"Approve {template['name']}"[:100], "template": template}
    args.proposal = desk.propose(world, actor, wish, args.proposal)
    if args.submit:
        desk.submit(world, actor, args.proposal)
    return _one(world, actor, args)


def _act(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    """What changes a proposal, and the proposal after it."""
    from governance import desk
    from governance.domain import asking

    found = desk.look(world, actor, lambda dao: asking.proposal(dao, args.proposal))
    if args.verb == "submit":
        desk.submit(world, actor, found.id)
    elif args.verb == "review":
        desk.review(world, actor, found.id, found.cid, not args.changes, args.text)
    elif args.verb == "comment":
        place = {name: getattr(args, name) for name in ("step", "line") if getattr(args, name)}
        desk.comment(world, actor, found.id, args.text, place)
    elif args.verb == "cancel":
        desk.cancel(world, actor, found.id, args.why)
    else:
        desk.vote_held(world, actor, found.id, desk.choice_for(found, args.choice))
    return _one(world, actor, args)


def _template(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import desk

    if args.verb == "stop":
        proposal, halted = desk.stop_template(world, actor, args.template, args.reason)
        return {"proposal": proposal, "halted": halted}
    return {"id": desk.advise(world, actor, args.template, args.severity, args.text)}


def _sign(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from base64 import b64decode

    from governance import desk, shown

    desk.sign_policy(world, actor, int(args.version), args.key, b64decode(args.signature))
    return desk.look(world, actor, shown.policy_history)


def _budget(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import evidence

    parts = evidence.budget(world, actor)
    return [{"part": name, **part} for name, part in parts.items()] if not args.json else parts


def _verify(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import evidence

    return evidence.verify_proposal(world, actor, args.proposal)


def _export(world: World, actor: Principal, args: argparse.Namespace) -> Any:
    from governance import evidence

    data = evidence.bundle(world, actor)
    Path(args.output).write_bytes(data)
    return {"file": args.output, "bytes": len(data)}


_RUNS: dict[str, Run] = {
    "create": _create,
    "verify-tally": _verify,
    "export": _export,
    "budget": _budget,
    "propose": _propose,
    "sign": _sign,
    **dict.fromkeys(("show", "members", "policy", "proposals", "templates"), _show),
    **dict.fromkeys(("proposal", "template"), _one),
    **dict.fromkeys(("join", "leave", "invite", "delegate"), _member),
    **dict.fromkeys(("submit", "review", "comment", "cancel", "vote"), _act),
    **dict.fromkeys(("stop", "advise"), _template),
}

COMMANDS = {"dao": Command(_configure, _run)}
