"""``qflow search``: find flows, versions, executions and templates."""

from __future__ import annotations

import argparse

from engine.cli.door import open_door
from engine.cli.frame import OK, Command
from engine.cli.output import print_json, print_table
from engine.ports.search_index import KINDS


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text",
        nargs="*",
        metavar="TERM",
        help='words, "a phrase", begun*, -without, kind:flow, tag:x, status:failed, after:2026-01-31',
    )
    parser.add_argument("--kind", choices=KINDS, help="only this kind")
    parser.add_argument("--limit", type=int, default=20, help="how many at most (default: 20)")
    parser.add_argument("--rebuild", action="store_true", help="make the index anew first (local)")


def _search(args: argparse.Namespace) -> int:
    if args.rebuild:
        _rebuild(args)
    terms = [f'"{term}"' if " " in term and ":" not in term else term for term in args.text]
    hits = open_door(args).search(" ".join(terms), args.kind, args.limit)
    if args.json:
        print_json(hits)
        return OK
    rows = [(hit["kind"], hit["title"], hit["id"], _told(hit), hit["at"]) for hit in hits]
    print_table(("kind", "title", "id", "", "at"), rows, "nothing found")
    return OK


def _rebuild(args: argparse.Namespace) -> None:
    from engine.cli.boot import local_actor, open_world, refuse_remote
    from engine.usecases.search import rebuild_index

    refuse_remote(args)
    rebuild_index(open_world(args), local_actor(args))


def _told(hit: dict[str, object]) -> str:
    attributes = hit["attributes"]
    assert isinstance(attributes, dict)
    published = "published" if attributes.get("published") == "yes" else ""
    return str(attributes.get("status") or published or attributes.get("number") or "")


COMMANDS = {"search": Command(_arguments, _search)}
