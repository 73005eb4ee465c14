"""The YAML file: its keys become the same texts that the environment would give, with their lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.base.errors import InvalidInput, Problem
from engine.settings.table import LIMITS, RESERVED, SAME_AS, SETTINGS, Setting

FILE_NAME = "qflow-config.yaml"

_BY_KEY = {setting.key: setting for setting in (*SETTINGS, *LIMITS) if setting.key}
_BY_KEY |= {alias: _BY_KEY[key] for alias, key in SAME_AS.items()}
_FILES = {f"{setting.key}File": setting for setting in SETTINGS if setting.secret and setting.key}


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A setting as a YAML file gives it; ``is_path``: the text is the path of a file that holds it."""

    setting: Setting
    text: str
    where: str
    is_path: bool = False


def read_config_file(path: Path) -> tuple[list[FileEntry], list[str]]:
    """Entries and warnings; raises :class:`InvalidInput` with every wrong key and its line."""
    entries: list[FileEntry] = []
    warnings: list[str] = []
    problems: list[Problem] = []
    for key, value, line in _leaves(_parse(path), path):
        where = f"{path.name} line {line}"
        if key in RESERVED:
            warnings.append(f"{where}: qflow.{key} has no effect here; it is for {RESERVED[key]}")
        elif key in _BY_KEY or key in _FILES:
            setting = _BY_KEY.get(key) or _FILES[key]
            entries.append(FileEntry(setting, _as_text(value), where, key in _FILES))
        else:
            problems.append(_unknown(key, line))
    if problems:
        raise InvalidInput(f"{path} has keys that Qflow does not know", problems)
    return entries, warnings


def _parse(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"cannot read the configuration {path}: {error.strerror}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} is not YAML: {error}") from error


def _leaves(document: Any, path: Path) -> Iterator[tuple[str, Any, int]]:
    """Dotted key below ``qflow``, value and 1-based line of every leaf."""
    if document is None:
        return
    if not isinstance(document, dict) or set(document) - {"qflow"}:
        raise InvalidInput(f"{path}: the file must have one key at the top, qflow")
    todo: list[tuple[str, Any]] = [("", document["qflow"] or {})]
    while todo:
        prefix, node = todo.pop(0)
        if not isinstance(node, dict):
            raise InvalidInput(f"{path}: qflow{'.' + prefix if prefix else ''} must hold keys")
        for name, value in node.items():
            key = f"{prefix}.{name}" if prefix else str(name)
            if isinstance(value, dict):
                todo.append((key, value))
            else:
                yield key, value, node.lc.key(name)[0] + 1  # type: ignore[attr-defined]


def _unknown(key: str, line: int) -> Problem:
    near = get_close_matches(key, [*_BY_KEY, *_FILES, *RESERVED], 1, 0.5)
    hint = f"did you mean qflow.{near[0]}?" if near else "docs/settings.md lists all keys"
    return Problem(f"qflow.{key}", "unknown key", "unknown_key", line, hint)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(_as_text(item) for item in value)
    return str(value)
