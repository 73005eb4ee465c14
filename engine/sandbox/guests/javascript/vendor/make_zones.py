"""Writes zones.txt, the IANA time zones of the installed tzdata package, packed: make_zones.py OUTPUT."""

from __future__ import annotations

import struct
import sys
from collections import defaultdict
from pathlib import Path

import tzdata

ROOT = Path(tzdata.__file__).parent
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
NOT_ZONES = {"Factory", "localtime", "posixrules"}


def base36(number: int) -> str:
    """A whole number in base 36."""
    text, left = "", abs(number)
    while True:
        left, digit = divmod(left, 36)
        text = DIGITS[digit] + text
        if not left:
            return ("-" if number < 0 else "") + text


def packed(path: Path) -> str:
    """One TZif file (RFC 9636, its part with 64-bit times) as rule|types|transitions."""
    data = path.read_bytes()
    utc, standard, leap, times, types, names = struct.unpack(">6l", data[20:44])
    at = 44 + times * 5 + types * 6 + names + leap * 8 + standard + utc
    utc, standard, leap, times, types, names = struct.unpack(">6l", data[at + 20 : at + 44])
    at += 44
    moments = struct.unpack(f">{times}q", data[at : at + 8 * times])
    kinds = data[at + 8 * times : at + 9 * times]
    at += 9 * times
    described = [struct.unpack(">lBB", data[at + 6 * n : at + 6 * n + 6]) for n in range(types)]
    letters = data[at + 6 * types : at + 6 * types + names]
    rule = data[at + 6 * types + names + leap * 12 + standard + utc :].strip(b"\n").decode()
    known = [f"{offset},{dst},{letters[n : letters.index(0, n)].decode()}" for offset, dst, n in described]
    minutes = [-(-moment // 60) for moment in moments]  # the few inside a minute are rounded up
    steps = [now - before for now, before in zip(minutes, [0, *minutes], strict=False)]
    moves = [f"{base36(step)},{base36(kind)}" for step, kind in zip(steps, kinds, strict=True)]
    return "|".join([rule, ";".join(known), " ".join(moves)])


def main() -> None:
    """Zones that are the same share a line."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in (ROOT / "zones").read_text().split():
        if name not in NOT_ZONES:
            groups[packed(ROOT / "zoneinfo" / name)].append(name)
    lines = sorted(f"{' '.join(sorted(names))}|{zone}" for zone, names in groups.items())
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
