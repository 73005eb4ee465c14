"""``qflow nodes | health | metrics | dao-subnets``: the node seen from outside."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.door import open_door
from engine.cli.frame import FAILED, OK, Command
from engine.cli.output import print_json, print_table, when

MARKS = {"healthy": "ok", "degraded": "degraded", "unhealthy": "UNHEALTHY"}


def _none(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def _nodes(args: argparse.Namespace) -> int:
    nodes = open_door(args).nodes()
    if args.json:
        print_json(nodes)
        return OK
    rows = [
        (
            node["nodeId"],
            node["address"],
            node.get("currentLoad", ""),
            node["daoSubnets"],
            when(node["lastSeen"]),
        )
        for node in nodes
    ]
    print_table(
        ("node", "address", "load", "subnets", "seen"), rows, "no node runs here; start one: qflow up"
    )
    return OK


def _health(args: argparse.Namespace) -> int:
    health = open_door(args).health()
    if args.json:
        print_json(health)
    else:
        print(health["status"])
        for check in health["checks"]:
            details = ", ".join(f"{name}: {value}" for name, value in check["details"].items())
            mark = MARKS.get(check["status"], check["status"])
            print(f"  {check['component']:<12} {mark:<10} {details}".rstrip())
    return FAILED if health["status"] == "unhealthy" else OK


def _metrics_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prometheus", action="store_true", help="the text that Prometheus reads")


def _metrics(args: argparse.Namespace) -> int:
    text = open_door(args).metrics()
    if args.prometheus:
        print(text, end="")
        return OK
    samples = _samples(text)
    if args.json:
        print_json(samples)
        return OK
    rows = [
        (sample["name"], " ".join(f"{k}={v}" for k, v in sample["labels"].items()), f"{sample['value']:g}")
        for sample in samples
        if "le" not in sample["labels"] and not sample["name"].endswith("_created")
    ]
    print_table(("measure", "labels", "value"), rows, "nothing was measured yet")
    return OK


def _samples(text: str) -> list[dict[str, Any]]:
    from prometheus_client.parser import text_string_to_metric_families

    return [
        {"name": sample.name, "labels": dict(sample.labels), "value": sample.value}
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def _subnets(args: argparse.Namespace) -> int:
    subnets = open_door(args).subnets()
    if args.json:
        print_json(subnets)
        return OK
    rows = [(subnet["id"], subnet.get("name", ""), when(subnet.get("createdAt"))) for subnet in subnets]
    print_table(("subnet", "name", "created"), rows, "no subnets")
    return OK


COMMANDS = {
    "nodes": Command(_none, _nodes),
    "health": Command(_none, _health),
    "metrics": Command(_metrics_arguments, _metrics),
    "dao-subnets": Command(_none, _subnets),
}
