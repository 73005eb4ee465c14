"""The n8n workflows that are measured, in n8n's own format, written for this comparison."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def _node(name: str, kind: str, version: float, parameters: Json) -> Json:
    return {
        "id": name,
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [0, 0],
        "parameters": parameters,
    }


def _webhook(path: str) -> Json:
    parameters = {"httpMethod": "POST", "path": path, "responseMode": "lastNode", "options": {}}
    return {**_node("Webhook", "webhook", 2, parameters), "webhookId": path}


def _workflow(name: str, nodes: list[Json], connections: Json | None = None) -> bytes:
    """A workflow that runs its nodes in a row, unless it says how they are connected."""
    if connections is None:
        pairs = pairwise(nodes)
        connections = {before["name"]: _to(after["name"]) for before, after in pairs}
    whole = {
        "id": name,
        "name": name,
        "active": True,
        "nodes": nodes,
        "connections": connections,
        "settings": {"executionOrder": "v1"},
    }
    return json.dumps(whole).encode()


def _to(*targets: str | tuple[str, int]) -> Json:
    """Wires from the first output to nodes, or to the numbered inputs of nodes."""
    wires = [(target, 0) if isinstance(target, str) else target for target in targets]
    return {"main": [[{"node": node, "type": "main", "index": index} for node, index in wires]]}


def _set(name: str, *fields: tuple[str, Any, str]) -> Json:
    assignments = [
        {"id": str(number), "name": field, "value": value, "type": kind}
        for number, (field, value, kind) in enumerate(fields)
    ]
    return _node(name, "set", 3.4, {"assignments": {"assignments": assignments}, "options": {}})


def _code(name: str, source: str, mode: str = "runOnceForAllItems") -> Json:
    return _node(name, "code", 2, {"mode": mode, "jsCode": source})


def one_set(path: str = "one-set") -> bytes:
    """A webhook and a set with two expressions."""
    fields = (
        ("text", "={{ 'hello ' + $json.body.name }}", "string"),
        ("n", "={{ $json.body.n * 2 }}", "number"),
    )
    return _workflow(path, [_webhook(path), _set("Set", *fields)])


def edit_fields() -> bytes:
    """A set with six fields: text, a default, a shout, a constant, an object and a list."""
    fields = (
        ("host", "={{ $json.headers.host }}", "string"),
        ("agent", "={{ $json.headers['user-agent'] ?? 'none' }}", "string"),
        ("loud", "={{ $json.body.name.toUpperCase() + ' ' + $json.body.n }}", "string"),
        ("answer", 42, "number"),
        ("headers", "={{ $json.headers }}", "object"),
        ("values", "={{ Object.values($json.headers) }}", "array"),
    )
    return _workflow("edit-fields", [_webhook("edit-fields"), _set("Set", *fields)])


def code_five() -> bytes:
    """Code that makes five items, and code that runs for each of them."""
    make = "return [1, 2, 3, 4, 5].map((i) => ({ json: { mail: `u${i}@example.com`, word: 'w' + i, x: 1 } }))"
    hide = (
        "$input.item.json.age = 10 + $itemIndex;\n"
        "$input.item.json.word = $input.item.json.word.split('').map(() => '*').join('');\n"
        "delete $input.item.json.x;\nreturn $input.item;"
    )
    nodes = [_webhook("code-5-items"), _code("Make", make), _code("Hide", hide, "runOnceForEachItem")]
    return _workflow("code-5-items", nodes)


def forty_set() -> bytes:
    """Forty sets in a row with one expression each."""
    sets = [_set(f"S{n}", ("n", "={{ ($json.n ?? 0) + 1 }}", "number")) for n in range(40)]
    return _workflow("forty-set", [_webhook("forty-set"), *sets])


def forty_code() -> bytes:
    """Forty code nodes in a row that each compute a Fibonacci number the slow way."""
    source = (
        "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }\nreturn [{ json: { r: fib(10) } }]"
    )
    return _workflow("forty-code", [_webhook("forty-code"), *(_code(f"C{n}", source) for n in range(40))])


def http_merge(url: str) -> bytes:
    """Two requests side by side, whose answers are combined by position."""
    request = {"method": "POST", "url": url, "options": {}}
    merge = {"mode": "combine", "combineBy": "combineByPosition", "options": {}}
    nodes = [
        _webhook("http-merge"),
        _node("One", "httpRequest", 4.2, request),
        _node("Two", "httpRequest", 4.2, request),
        _node("Merge", "merge", 3, merge),
    ]
    wires = {
        "Webhook": _to("One", "Two"),
        "One": _to(("Merge", 0)),
        "Two": _to(("Merge", 1)),
    }
    return _workflow("http-merge", nodes, wires)


def files(directory: Path) -> bytes:
    """A text becomes a file on disk, one for each execution, and is read and understood again."""
    path = f"={directory}/{{{{ $execution.id }}}}.txt"
    nodes = [
        _webhook("files"),
        _set("Text", ("text", "={{ 'n is ' + $json.body.n }}", "string")),
        _node("File", "convertToFile", 1.1, {"operation": "toText", "sourceProperty": "text", "options": {}}),
        _node("Write", "readWriteFile", 1, {"operation": "write", "fileName": path, "options": {}}),
        _node("Read", "readWriteFile", 1, {"operation": "read", "fileSelector": path, "options": {}}),
        _node("Extract", "extractFromFile", 1, {"operation": "text", "options": {}}),
    ]
    return _workflow("files", nodes)
