"""``qflow n8n pull | export``: everything of a running n8n, and flows back to it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from engine.base.canonical import cid_of
from engine.base.errors import InvalidInput, QflowError
from engine.cli.boot import local_actor, open_world, refuse_remote
from engine.cli.frame import FAILED, OK, Command, shared_again
from engine.cli.importing import Report
from engine.cli.output import note, print_json
from engine.cli.web_client import parsed, request
from engine.settings import current

if TYPE_CHECKING:
    from engine.usecases.world import World

KEY_VARIABLE = "N8N_API_KEY"


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="pull|export")
    shared = [shared_again()]
    pull = verbs.add_parser("pull", parents=shared, help="import everything from a running n8n")
    pull.add_argument("source", metavar="URL", help="where it runs, such as https://n8n.example.org")
    pull.add_argument(
        "--key-file", metavar="FILE", help=f"a file with an API key of it (else the variable {KEY_VARIABLE})"
    )
    pull.add_argument("--publish", action="store_true", help="publish the workflows that are active there")
    pull.add_argument("--again", action="store_true", help="also those that have not changed since last time")
    export = verbs.add_parser("export", parents=shared, help="write a flow that came from n8n as a workflow")
    export.add_argument("flow", metavar="FLOW_ID")
    export.add_argument("-o", "--output", metavar="FILE", help="else it is printed")


def _run(args: argparse.Namespace) -> int:
    refuse_remote(args)
    return _pull(args) if args.verb == "pull" else _export(args)


def _export(args: argparse.Namespace) -> int:
    from engine.usecases.export_flow import export_flow

    exported = export_flow(open_world(args), local_actor(args), args.flow)
    for issue in exported.issues:
        note(f"{issue['severity']}: {issue['node']}: {issue['message']}")
    text = json.dumps(exported.document, indent=2, ensure_ascii=False) + "\n"
    if args.output:
        Path(args.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return OK


# --- pulling ----------------------------------------------------------------------------------------


class Seen:
    """What was pulled before, in a file of the data directory: a pull that broke off goes on there."""

    def __init__(self, source: str) -> None:
        self._path = current().data_dir / f"n8n-{cid_of(source)[-16:]}.json"
        try:
            self.found: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.found = {"source": source, "workflows": {}}

    def has(self, workflow: Mapping[str, Any]) -> bool:
        """Whether this very state of a workflow was pulled."""
        known = self.found["workflows"].get(str(workflow.get("id")))
        return known is not None and known == workflow.get("updatedAt")

    def add(self, workflow: Mapping[str, Any]) -> None:
        """Remember a workflow at once."""
        self.found["workflows"][str(workflow.get("id"))] = workflow.get("updatedAt")
        self.save()

    def save(self) -> None:
        """Write it whole or not at all."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self.found, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._path)


def _pull(args: argparse.Namespace) -> int:
    from engine.usecases.import_flows import N8N

    base, key = _base(args.source), _key(args)
    world = open_world(args)

    def ask(path: str, query: Mapping[str, str]) -> Any:
        url = f"{base}/api/v1/{path}?{urlencode(query)}"
        return parsed(request("GET", url, headers={"X-N8N-API-KEY": key}))

    seen, codes = Seen(base), [OK]
    others: dict[str, list[dict[str, Any]]] = {}
    for kind, found in world.importer(N8N).pages(ask):
        if kind != "workflow":
            others.setdefault(kind, []).append(dict(found))
        elif args.again or not seen.has(found):
            codes.append(_one(world, args, found, seen))
    told = _variables(world, args, others.get("variable", []))
    seen.found["others"] = others
    seen.save()
    _tell(others, told, args.json)
    return max(codes)


def _variables(world: World, args: argparse.Namespace, found: list[dict[str, Any]]) -> dict[str, str]:
    """Store those that are not there yet; gives what came of each."""
    from engine.usecases.manage_variables import add_variables

    given = {str(one["key"]): one.get("value", "") for one in found if one.get("key")}
    return add_variables(world, local_actor(args), given) if given else {}


def _one(world: World, args: argparse.Namespace, workflow: Mapping[str, Any], seen: Seen) -> int:
    from engine.usecases.import_flows import import_flows
    from engine.web.rest.imports import import_shown

    report = Report(str(workflow.get("name") or workflow.get("id")))
    publish = args.publish and workflow.get("active") is True
    try:
        data = json.dumps(workflow).encode()
        arrivals = import_flows(world, local_actor(args), data, publish=publish)
        report.workflows = import_shown(arrivals)["workflows"]
        seen.add(workflow)
    except QflowError as error:
        problems = [str(problem) for problem in getattr(error, "problems", ())]
        report.error = "; ".join([error.message, *problems])
    print_json(report.as_json(), indent=None) if args.json else print("\n".join(report.lines()))
    return FAILED if report.error else OK


def _tell(others: Mapping[str, list[dict[str, Any]]], variables: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        print_json({"others": others, "variables": variables}, indent=None)
        return
    for kind, found in others.items():
        names = ", ".join(str(one.get("name") or one.get("key")) for one in found)
        print(f"{len(found)} {kind}{'' if len(found) == 1 else 's'}: {names}")
    for name, told in variables.items():
        if told != "added":
            print(f"variable {name}: {told}")
    if others.get("credential"):
        print("credentials come without their secrets: fill them in here")


def _base(source: str) -> str:
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.username is not None:
        raise InvalidInput(f"{source!r} is not the address of an n8n, such as https://n8n.example.org")
    return source.rstrip("/").removesuffix("/api/v1")


def _key(args: argparse.Namespace) -> str:
    from engine.cli.inputs import read_file

    text = read_file(args.key_file).decode() if args.key_file else os.environ.get(KEY_VARIABLE, "")
    if not text.strip():
        raise InvalidInput(f"an API key of n8n is needed: --key-file FILE, or the variable {KEY_VARIABLE}")
    return text.strip()


COMMANDS = {"n8n": Command(_configure, _run)}
