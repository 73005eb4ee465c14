"""Makes docs/steps.md from manifests, parameter models and help pages: ``python -m engine.steps.docs``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.ports.step_catalogue import Effect, Manifest, StepType
from engine.steps.registry import Registry

PAGE = Path(__file__).parents[2] / "docs" / "steps.md"

_HEAD = """# Step types

<!-- Made by `python -m engine.steps.docs`; do not edit. -->

A step has a type, named as `action` in Qflow files, and parameters (`params`). A value that begins with
`$` and names the item or an earlier step is a reference: `$json.total`, `$fetch.result.price`. Beside the
ports named here, every step has the port `failure` for its errors.
"""

_GROUPS = {
    "trigger": "Triggers",
    "logic": "Logic",
    "flow": "Flow control",
    "network": "Network",
    "data": "Data",
}

_PLAIN = {"string": "text", "integer": "whole number", "boolean": "true or false"}

_EFFECTS = {
    Effect.PURE: "pure: the same input gives the same output",
    Effect.READ: "reads from outside",
    Effect.WRITE: "changes something outside",
}


def render() -> str:
    """The whole page."""
    registry = Registry()
    types = [registry.get(name) for name in registry.names()]
    parts = [_HEAD]
    for group, title in _GROUPS.items():
        parts.append(f"## {title}\n")
        parts += [_section(kind, registry) for kind in types if kind.manifest.group == group]
    return "\n".join(parts)


def _section(kind: StepType, registry: Registry) -> str:
    manifest = kind.manifest
    facts = [
        f"- inputs: {_ports(manifest.inputs)}; outputs: {_ports(manifest.outputs)}{_more(kind)}",
        f"- effect: {_EFFECTS[manifest.effect]}",
    ]
    if manifest.aliases:
        facts.append(f"- also known as: {_ports(manifest.aliases)}")
    parts = [f"### {manifest.type}\n", f"{manifest.summary}\n", *facts, ""]
    parts.append(_deeper(registry.help(manifest.type)))
    return "\n".join([*parts, *_parameters(manifest)])


def _deeper(text: str) -> str:
    """The help page with its headings below the type's own; code is left alone."""
    lines, code = [], False
    for line in text.splitlines():
        code ^= line.startswith("```")
        lines.append(f"##{line}" if line.startswith("#") and not code else line)
    return "\n".join(lines) + "\n"


def _ports(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _more(kind: StepType) -> str:
    own = type(kind)
    if own.ports_out is not StepType.ports_out or own.ports_in is not StepType.ports_in:
        return " (more by its parameters)"
    return ""


def _parameters(manifest: Manifest) -> Iterator[str]:
    schema = manifest.parameters.model_json_schema(by_alias=True)
    definitions = schema.get("$defs", {})
    yield from _table(schema, "Parameters", definitions)
    for name in _mentioned(schema, definitions):
        yield from _table(definitions[name], f"`{name}`", definitions)


def _mentioned(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """Models below the parameters, each once, in order of first mention."""
    found: dict[str, None] = {}
    todo: list[Any] = [schema.get("properties", {})]
    while todo:
        value = todo.pop(0)
        if isinstance(value, list):
            todo[:0] = value
        elif isinstance(value, Mapping):
            name = str(value.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = None
                todo.append(definitions[name].get("properties", {}))
            todo[:0] = value.values()
    return [name for name in found if definitions[name].get("properties")]


def _table(schema: Mapping[str, Any], title: str, definitions: Mapping[str, Any]) -> Iterator[str]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    if not properties:
        return
    yield f"{title}:\n\n| name | type | default | meaning |\n|---|---|---|---|"
    for name, field in properties.items():
        default = "needed" if name in schema.get("required", ()) else _default(field)
        meaning = _cell(str(field.get("description", "")))
        yield f"| `{name}` | {_cell(_type(field, definitions))} | {default} | {meaning} |"
    yield ""


def _default(field: Mapping[str, Any]) -> str:
    default = field.get("default")
    if default is None or default in ("", [], {}):
        return ""
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{_cell(text)}`"


def _type(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    for many in ("anyOf", "oneOf"):
        if many in field:
            names = [_type(option, definitions) for option in field[many]]
            return " or ".join(dict.fromkeys(name for name in names if name != "null")) or "null"
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        target = definitions[name]
        return f"`{name}`" if target.get("properties") else _type(target, definitions)
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}), definitions)}"
    plain = str(field.get("type", "any value"))
    return _PLAIN.get(plain, plain)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.name}\n")


if __name__ == "__main__":
    main()
