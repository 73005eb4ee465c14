"""Loading: defaults, then the YAML file, then the environment, then options of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.base.errors import InvalidInput, Problem
from engine.base.limits import Limits
from engine.settings.config_file import FILE_NAME, FileEntry, read_config_file
from engine.settings.table import CLIENT_SETTINGS, LIMITS, SETTINGS, Setting
from engine.settings.values import EngineSettings

_ALL = (*SETTINGS, *LIMITS)


def load(environ: Mapping[str, str], options: Mapping[str, str] | None = None) -> EngineSettings:
    """The settings in force. ``options`` holds texts by field name, plus ``config``.

    Raises :class:`InvalidInput` with everything that is wrong: variable, value and expected form.
    """
    loader = _Loader(environ, options or {})
    values = loader.values()
    limit_names = {setting.field for setting in LIMITS}
    limits = Limits(**{name: values.pop(name) for name in limit_names})
    warnings = (*loader.warnings, *_strangers(environ))
    return EngineSettings(**values, limits=limits, warnings=tuple(warnings), sources=loader.sources())


class _Loader:
    """Collects values and problems of all layers."""

    def __init__(self, environ: Mapping[str, str], options: Mapping[str, str]) -> None:
        self.environ = environ
        self.options = options
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.file: dict[str, FileEntry] = {}

    def values(self) -> dict[str, Any]:
        self._read_file()
        found = {setting.field: self._value(setting) for setting in _ALL}
        if self.problems:
            raise InvalidInput("wrong settings", self.problems)
        return found

    def sources(self) -> dict[str, str]:
        """Field -> where its value was found, in words."""
        return {setting.field: self._source(setting) for setting in _ALL}

    def _source(self, setting: Setting) -> str:
        if self.options.get(setting.field) is not None:
            return f"option {setting.flag or setting.field}"
        if setting.secret and self.environ.get(f"{setting.name}_FILE"):
            return f"the file in {setting.name}_FILE"
        if setting.name in self.environ:
            return "environment"
        entry = self.file.get(setting.field)
        return entry.where if entry else "default"

    def _read_file(self) -> None:
        named = self.options.get("config") or self.environ.get("QFLOW_CONFIG")
        data_dir = self._value(SETTINGS[0])
        path = Path(named).expanduser() if named else Path(data_dir or "data") / FILE_NAME
        if named or path.exists():
            entries, self.warnings = read_config_file(path)
            self.file = {entry.setting.field: entry for entry in entries}

    def _value(self, setting: Setting) -> Any:
        text, where = self._text(setting)
        try:
            return setting.reader.parse(text)
        except ValueError:
            shown = "(hidden)" if setting.secret else repr(text)
            message = f"{shown} is not {setting.reader.form}"
            self.problems.append(Problem(where, message, "invalid_setting"))
            return None

    def _text(self, setting: Setting) -> tuple[str, str]:
        """The text of the highest layer that has one, and how to name its place."""
        if self.options.get(setting.field) is not None:
            return str(self.options[setting.field]), setting.flag or setting.field
        if setting.secret and self.environ.get(f"{setting.name}_FILE"):
            return self._secret(self.environ[f"{setting.name}_FILE"], f"{setting.name}_FILE", setting)
        if setting.name in self.environ:
            return self.environ[setting.name], setting.name
        if entry := self.file.get(setting.field):
            if entry.is_path:
                return self._secret(entry.text, entry.where, setting)
            return entry.text, f"{setting.name} ({entry.where})"
        return setting.default, setting.name

    def _secret(self, path: str, where: str, setting: Setting) -> tuple[str, str]:
        if setting.name in self.environ:
            message = f"both {setting.name} and {setting.name}_FILE are set; keep one"
            self.problems.append(Problem(where, message, "invalid_setting"))
        try:
            return Path(path).read_text(encoding="utf-8").strip(), where
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path!r} is not a file that can be read ({error})"
            self.problems.append(Problem(where, message, "invalid_setting"))
            return setting.default, where


def _strangers(environ: Mapping[str, str]) -> list[str]:
    """Warnings for variables that look like a misspelt setting."""
    known = {setting.name for setting in _ALL} | {name for name, _ in CLIENT_SETTINGS}
    known |= {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret} | {"QFLOW_TOKEN_FILE"}
    found = []
    for name in sorted(environ):
        near = get_close_matches(name, known, 1, 0.85) if name.startswith("QFLOW_") else []
        if near and name not in known:
            found.append(f"{name} is not a setting; did you mean {near[0]}?")
    return found


_options: dict[str, str] = {}
_current: EngineSettings | None = None


def current() -> EngineSettings:
    """The settings of this process, loaded once."""
    global _current
    if _current is None:
        _current = load(os.environ, _options)
    return _current


def configure(options: Mapping[str, str | None]) -> EngineSettings:
    """Set the options of the command line and load anew; before Django is set up."""
    global _current
    _options.clear()
    _options.update({name: value for name, value in options.items() if value is not None})
    _current = load(os.environ, _options)
    return _current
