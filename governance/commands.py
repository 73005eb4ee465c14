"""``qflow dao``: its verbs and their arguments; on the data directory, or on the node at ``--url``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.cli.boot import load_quiet_settings, local_actor, open_world, refuse_remote, setup_django
from engine.cli.door import token_of, url_of
from engine.cli.frame import FAILED, OK, Command, Entry, shared_again
from engine.cli.output import note, print_fields, print_json, print_table

if TYPE_CHECKING:
    from engine.api import Principal, World
    from governance.door import Door

ENTRY = Entry("dao", "governance.commands", "found a DAO, propose, review, vote, and verify its tallies")
_VERBS = (
    "create|show|members|invite|join|leave|delegate|proposals|proposal|draft|propose|submit|reproduce|review"
    "|comment|vote|reveal|cancel|templates|template|uses|receipts|notices|import|stop|advise|notifications|policy|budget|sign|verify-tally"
    "|export|validator"
)


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
        "validator": "show the identity and key by which this node signs policies and reports",
        "notices": "steps of flows that use old, stopped, revoked or weak templates",
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
    _configure_votes(verb)
    _configure_templates(verb)
    _configure_notifications(verb)
    _configure_policy(verb)


def _configure_proposals(verb: Callable[..., argparse.ArgumentParser]) -> None:
    listed = verb("proposals", "list proposals")
    listed.add_argument("--stage", default="", help="a stage, or open")
    verb("proposal", "show a proposal", "proposal")
    draft = verb("draft", "show the template of a flow or step, everything filled in; nothing is stored")
    draft.add_argument("--flow", required=True, help="the flow")
    draft.add_argument("--step", default="", help="only the code of this step of it")
    draft.add_argument("-o", "--output", default="", metavar="FILE", help="write it into a file")
    propose = verb("propose", "make a draft of a JSON file, or of a step or flow")
    propose.add_argument("file", nargs="?", metavar="FILE", help="what is wished, as docs/governance.md says")
    propose.add_argument("--flow", help="propose this flow for approval")
    propose.add_argument("--step", default="", help="only the code of this step of it")
    propose.add_argument("--proposal", default="", help="a new version of this draft")
    propose.add_argument("--submit", action="store_true", help="submit it at once")
    verb("submit", "submit a draft; its checks run", "proposal")
    told = "make the checks of a proposal anew on this node, and report what it finds, signed by its key"
    verb("reproduce", told, "proposal")
    review = verb("review", "approve a proposal as a reviewer, or ask for changes", "proposal")
    review.add_argument("--changes", action="store_true", help="ask for changes")
    review.add_argument("--text", default="", help="what you think")
    comment = verb("comment", "comment on a proposal", "proposal", "text")
    comment.add_argument("--step", default="", help="the step it is about")
    comment.add_argument("--line", type=int, default=0, help="the line it is about")
    cancel = verb("cancel", "take a proposal back", "proposal")
    cancel.add_argument("--why", default="", help="the reason")


def _configure_votes(verb: Callable[..., argparse.ArgumentParser]) -> None:
    vote = verb("vote", "vote by a key that the node holds", "proposal")
    vote.add_argument("choice", nargs="+", metavar="CHOICE", help="yes, no, abstain; options; OPTION=NUMBER")
    told = "where votes are secret: seal the choice, and write what opens it into this file"
    vote.add_argument("--secret", metavar="FILE", default="", help=told)
    verb("reveal", "open a secret vote by the file that vote --secret wrote", "file")
    verify = verb("verify-tally", "check the log and every ballot again, and count anew", "proposal")
    verify.add_argument("--bundle", metavar="FILE", help="a bundle of qflow dao export; needs no node")
    export = verb("export", "write the log with all that a stranger needs to check it")
    export.add_argument("-o", "--output", required=True, metavar="FILE")


def _configure_templates(verb: Callable[..., argparse.ArgumentParser]) -> None:
    listed = verb("templates", "list or search the catalogue of templates")
    listed.add_argument("--search", default="", help="words in names and summaries")
    template = verb("template", "show a template, write it into a file, or fetch one from another node")
    template.add_argument("words", nargs="+", metavar="[fetch] TEMPLATE", help="its CID; fetch: from --from")
    template.add_argument("-o", "--output", default="", metavar="FILE", help="write it, with its vote")
    template.add_argument("--from", dest="source", default="", metavar="URL", help="the node to fetch from")
    template.add_argument("--from-token", metavar="TOKEN", help="a token for that node (default: --token)")
    template.add_argument("--dao", default="", metavar="ID", help="refuse a template of another DAO")
    template.add_argument("--propose", action="store_true", help="propose what was fetched")
    verb("uses", "list the flows that use a template", "template")
    verb("receipts", "show how many executions used a template, and the last of them", "template")
    taken = verb("import", "propose a template of another DAO, byte for byte", "file")
    taken.add_argument("--cid", default="", help="refuse any other template than this one")
    stop = verb("stop", "as a guardian, stop a template at once", "template")
    stop.add_argument("--reason", required=True)
    advise = verb("advise", "tell of a weakness of a template", "template", "text")
    advise.add_argument("--severity", default="medium", help="low, medium, high or critical")


def _configure_notifications(verb: Callable[..., argparse.ArgumentParser]) -> None:
    told = verb("notifications", "list what you were told, mark it as read, or choose how you are told")
    told.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=("list", "read", "preferences"),
        help="list (default), read, or show and change the preferences",
    )
    told.add_argument("ids", nargs="*", metavar="NUMBER", help="those to mark as read; all without any")
    told.add_argument("--limit", type=int, default=50, help="how many to list (default: 50)")
    told.add_argument("--unread", action="store_true", help="list what was not read")
    for way, option in (("page", "on-page"), ("mail", "by-mail"), ("webhook", "by-webhook")):
        told.add_argument(f"--{option}", metavar="KINDS", help=f"what is told by {way}: kinds, all, or none")
    told.add_argument("--every", choices=("now", "hourly", "daily"), help="how mails come")
    told.add_argument("--mail-to", metavar="ADDRESS", help="send a code there; empty for no mail any more")
    told.add_argument("--code", default="", help="the code that was sent")
    told.add_argument("--webhook-to", metavar="URL", help="call this address; empty for none")
    told.add_argument("--new-secret", action="store_true", help="make another secret for the webhook")


def _configure_policy(verb: Callable[..., argparse.ArgumentParser]) -> None:
    policy = verb("policy", "show the versions of the signed policy, or carry them between nodes")
    policy.add_argument(
        "action",
        nargs="?",
        default="show",
        choices=("show", "export", "import", "fetch"),
        help="show (default), write them into a file, read them from one, or take them from a node",
    )
    policy.add_argument("place", nargs="?", default="", metavar="FILE|URL", help="the file, or the node")
    policy.add_argument("--cid", default="", help="up to this version, and no other")
    verb("sign", "add a validator's signature to the policy that waits", "version", "key", "signature")


def _run(args: argparse.Namespace) -> int:
    if args.verb == "verify-tally" and args.bundle:
        return _verified(args, _verify_bundle(args))
    if args.verb == "policy" and args.action == "fetch":
        _print(args, _fetch(args))
        return OK
    if args.verb == "template" and args.words[0] == "fetch":
        _print(args, _fetch_template(args))
        return OK
    if args.verb in ("reproduce", "validator"):
        _print(args, _on_this_node(args))
        return OK
    door = _door(args)
    from governance.verbs import RUNS

    shown = RUNS[args.verb](door, args)
    if args.verb == "verify-tally":
        return _verified(args, shown)
    _print(args, shown)
    return OK


def _door(args: argparse.Namespace) -> Door:
    """That of the node at ``--url``, or of the data directory."""
    url = url_of(args)
    if not url:
        world = open_world(args)
        from governance.local_door import LocalDoor

        return LocalDoor(world, _actor(world, args))
    from engine.api import InvalidInput

    if args.acting:
        raise InvalidInput("a token says who acts on another node: leave --as out, or --url")
    setup_django(load_quiet_settings(args))
    from governance.elsewhere import Elsewhere
    from governance.remote_door import RemoteDoor

    return RemoteDoor(Elsewhere(url, token_of(args)), args.subnet)


def _actor(world: World, args: argparse.Namespace) -> Principal:
    """The owner of the subnet, or whom ``--as`` names: who reads the data directory holds all their keys."""
    from dataclasses import replace

    from governance import desk

    actor = local_actor(args)
    if not args.acting:
        return actor
    return replace(actor, identity=desk.identity_named(world, actor, args.acting))


def _on_this_node(args: argparse.Namespace) -> Any:
    """What the node of the data directory does itself; the proposal may be one at ``--url``."""
    world = open_world(args)
    from engine.api.governing import validator_of
    from governance.reproducing import reproduced

    if args.verb == "validator":
        identity, key = validator_of(world, args.subnet)
        return {"identity": identity, "key": key}
    door = _door(args)
    made = door.proposal(args.proposal)
    found = reproduced(world, local_actor(args), made["content"]["dao"], made["cid"], made["content"])
    door.report(args.proposal, found)
    return door.proposal(args.proposal)


def _fetch(args: argparse.Namespace) -> Any:
    """Take the policy of the subnet from a node elsewhere into the data directory."""
    refuse_remote(args)
    from engine.api import InvalidInput

    if not args.place:
        raise InvalidInput("qflow dao policy fetch needs the URL of a node")
    world = open_world(args)
    from governance.elsewhere import Elsewhere
    from governance.following import fetch_policies
    from governance.rest_nodes import adopted

    node = Elsewhere(args.place, token_of(args))
    return adopted(fetch_policies(world, local_actor(args), node, args.cid))


def _fetch_template(args: argparse.Namespace) -> Any:
    """A template of a node elsewhere, verified; written into a file, proposed behind the door, or shown."""
    from engine.api import InvalidInput

    if len(args.words) != 2 or not args.source:
        raise InvalidInput("write: qflow dao template fetch CID --from URL")
    setup_django(load_quiet_settings(args))
    from governance.fetching import fetched, from_here
    from governance.verbs import fetched_template

    token = args.from_token if args.from_token is not None else token_of(args)
    bundle = fetched(from_here(args.source, token), args.words[1], args.dao)
    return fetched_template(_door(args) if args.propose else None, args, bundle)


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
    from governance.verbs import bytes_file

    return evidence.verify_bundle(bytes_file(args.bundle), args.proposal)


COMMANDS = {"dao": Command(_configure, _run)}
