"""Renders docs/settings.md from the table."""

from __future__ import annotations

import inspect
import re

from engine.base.limits import Limits
from engine.settings.table import CLIENT_SETTINGS, LIMITS, RESERVED, SAME_AS, SETTINGS, Setting

_HEAD = """# Settings

<!-- Made from engine/settings/table.py by `make docs`; do not edit. -->

A setting is taken from the first of these that has it: an option of the command line, the environment,
the YAML file, the default. `qflow settings` shows what is in force and where mistakes are; in the browser
*Node*, *Settings* also shows where each value comes from, to who keeps the node, and lets administrators
lower the limits of their subnet.

A setting marked *secret* can also be given as a file: `QFLOW_DATABASE_URL_FILE=/run/secrets/database-url`
reads it from there. Secrets are never shown in logs, errors or by `qflow settings`.
"""

_FILE = """## The YAML file

`QFLOW_CONFIG` (or `--config`) names it; without it `qflow-config.yaml` in the data directory is read where
it exists. All keys stand below one key `qflow`. An unknown key is an error that names the line and the
nearest known key. A key of a secret may end in `File` to name a file that holds it.

```yaml
qflow:
  engine:
    maxConcurrentFlows: 100
    defaultTimeout: 300000
    timezone: Europe/Berlin
  networking:
    apiPort: 8080
  storage:
    databaseUrlFile: /run/secrets/database-url
```
"""


def render() -> str:
    """The whole page."""
    parts = [_HEAD, "## Settings of a node\n", *map(_section, SETTINGS)]
    parts += ["## Settings of commands\n", "| variable | meaning |\n|---|---|"]
    parts[-1] += "".join(f"\n| `{name}` | {text} |" for name, text in CLIENT_SETTINGS) + "\n"
    parts += [_FILE, _other_keys(), _limits()]
    return "\n".join(parts)


def _section(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else "empty"
    rows = [f"### {setting.name}\n", f"{setting.help}\n", f"- default: {default}"]
    rows.append(f"- form: {setting.reader.form}")
    if setting.key:
        rows.append(f"- YAML: `qflow.{setting.key}`")
    if setting.flag:
        rows.append(f"- option: `{setting.flag}`")
    if setting.secret:
        rows.append(f"- secret: also `{setting.name}_FILE`")
    return "\n".join(rows) + "\n"


def _other_keys() -> str:
    rows = ["| key | what it does |", "|---|---|"]
    rows += [f"| `qflow.{key}` | the same as `qflow.{ours}` |" for key, ours in SAME_AS.items()]
    rows += [f"| `qflow.{key}` | accepted with a warning; for {part} |" for key, part in RESERVED.items()]
    return "\n".join(["Further keys that the file may hold:\n", *rows]) + "\n"


def limit_meanings() -> dict[str, str]:
    """What limits bound, by field, where that is said."""
    return dict(re.findall(r"^    (\w+): int = [^#\n]+# (.+)$", inspect.getsource(Limits), re.M))


def _limits() -> str:
    comments = limit_meanings()
    rows = ["| variable | YAML | default | of what |", "|---|---|---|---|"]
    rows += [
        f"| `{limit.name}` | `qflow.{limit.key}` | {int(limit.default):_} | {comments.get(limit.field, '')} |"
        for limit in LIMITS
    ]
    text = "The unit is last in the name. A subnet's policy may lower a limit, never raise it.\n"
    return "\n".join(["## Limits\n", text, *rows]) + "\n"
