"""What travels along wires."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]
"""``{"json": {...}, "binary": {...}, "pairedItem": ...}``; ``json`` is always there."""

PortItems = dict[str, list[Item]]
