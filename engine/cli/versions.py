"""``qflow history | diff | rollback | tag``: the versions of a flow."""

from __future__ import annotations

import argparse

from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import OK, Command
from engine.cli.output import print_json, print_table, when

VERSION_HELP = "draft, published, a CID, a number or a tag"


def _flow_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW_ID")


def _history(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.flow_history import flow_history
    from engine.web.rest.flow_views import version_of

    versions = flow_history(world, local_actor(args), args.flow)
    if args.json:
        print_json([version_of(version) for version in versions])
        return OK
    rows = [
        (v.number, when(v.created_us), v.author, v.tags, when(v.published_us), v.message, v.version)
        for v in versions
    ]
    print_table(("no", "saved", "by", "tags", "published", "message", "version"), rows, "no versions")
    return OK


def _diff_arguments(parser: argparse.ArgumentParser) -> None:
    _flow_argument(parser)
    parser.add_argument("before", nargs="?", default="published", help=f"{VERSION_HELP} (default: published)")
    parser.add_argument("after", nargs="?", default="draft", help=f"{VERSION_HELP} (default: draft)")


def _diff(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.diff_versions import diff_versions

    diff = diff_versions(world, local_actor(args), args.flow, args.before, args.after)
    print_json(diff.as_json()) if args.json else print(diff)
    return OK


def _rollback_arguments(parser: argparse.ArgumentParser) -> None:
    _flow_argument(parser)
    parser.add_argument("version", help="the version to go back to: a CID, a number or a tag")
    parser.add_argument("--revision", help="refuse unless this is the newest revision still")
    parser.add_argument("-m", "--message", default="", help="a line for the history")


def _rollback(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world, actor = open_world(args), local_actor(args)
    from engine.usecases.get_flow import get_flow
    from engine.usecases.rollback_flow import rollback_flow
    from engine.web.rest.flow_views import record_of

    revision = args.revision or get_flow(world, actor, args.flow).record.revision
    record = rollback_flow(world, actor, args.flow, args.version, revision, args.message)
    told = f"version {args.version} of {args.flow} is the newest again; publish it to put it in force"
    print_json(record_of(record)) if args.json else print(told)
    return OK


def _tag_arguments(parser: argparse.ArgumentParser) -> None:
    _flow_argument(parser)
    parser.add_argument("tag", help="the name")
    parser.add_argument("--version", default="draft", metavar="V", help=f"{VERSION_HELP} (default: draft)")
    parser.add_argument("--remove", action="store_true", help="take the name away")


def _tag(args: argparse.Namespace) -> int:
    refuse_remote(args)
    world = open_world(args)
    from engine.usecases.tag_version import tag_version, untag_version

    if args.remove:
        untag_version(world, local_actor(args), args.flow, args.tag)
        told = {"flow": args.flow, "tag": args.tag}
        print_json(told) if args.json else print(f"{args.tag} names no version of {args.flow} any more")
        return OK
    tag_version(world, local_actor(args), args.flow, args.version, args.tag)
    if args.json:
        print_json({"flow": args.flow, "version": args.version, "tag": args.tag})
    else:
        print(f"{args.tag} names version {args.version} of {args.flow}")
    return OK


COMMANDS = {
    "history": Command(_flow_argument, _history),
    "diff": Command(_diff_arguments, _diff),
    "rollback": Command(_rollback_arguments, _rollback),
    "tag": Command(_tag_arguments, _tag),
}
