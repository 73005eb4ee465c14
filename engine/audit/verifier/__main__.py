"""The verifier as a program: ``python -m engine.audit.verifier BUNDLE [--identity ID] [--json]``.

It needs PyNaCl and nothing else. Exit code 0: all is as it says; 1: something is not; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from engine.audit.verifier.bundle import GROWTH, Refused
from engine.audit.verifier.check import Report, verify
from engine.audit.verifier.growth import Growth, verify_growth


def check(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (RFC 8032) is good."""
    if len(signature) != 64:
        return False
    try:
        crypto_sign_open(signature + data, public_key)
    except (CryptoError, ValueError):
        return False
    return True


def main(argv: list[str] | None = None) -> int:
    """Check a file and say what it proves."""
    parser = argparse.ArgumentParser(prog="verify", description="Check the bundle of an execution.")
    parser.add_argument("bundle", metavar="BUNDLE", help="file to check; - is standard input")
    parser.add_argument("--identity", metavar="ID", help="who must have signed it")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = parser.parse_args(argv)
    try:
        data = sys.stdin.buffer.read() if args.bundle == "-" else Path(args.bundle).read_bytes()
    except OSError as error:
        parser.error(f"cannot read {args.bundle}: {error.strerror}")
    try:
        report = checked(data, args.identity)
    except Refused as refused:
        said = {"ok": False, "where": refused.where, "what": refused.what}
        sys.stdout.write(json.dumps(said) + "\n" if args.json else f"REFUSED {refused}\n")
        return 1
    sys.stdout.write(json.dumps({"ok": True, **asdict(report)}) + "\n" if args.json else told(report))
    return 0


def checked(data: bytes, identity: str | None) -> Report | Growth:
    """Check whichever of both files this is; raises :class:`Refused`."""
    is_growth = f'"form":"{GROWTH}"'.encode() in data
    return verify_growth(data, check, identity) if is_growth else verify(data, check, identity)


def told(report: Report | Growth) -> str:
    """A report in lines for people."""
    if isinstance(report, Growth):
        return f"OK the log of {report.identity} only grew, from {report.before} to {report.size} leaves\n"
    withheld = f"{len(report.withheld)} withheld or erased ({spans(report.withheld)})"
    lines = [
        f"OK {report.execution}: {report.status}",
        f"  flow       {report.flow}, version {report.version}",
        f"  signed by  {report.identity}",
        f"  entries    {report.entries}, {report.signatures} signatures; contents of {withheld}",
        f"  receipts   {report.receipts}, {'proven' if report.receipts_proven else 'no root of them yet'}",
        f"  log        {'its end stands in' if report.logged else 'not in'} the node's log",
    ]
    if report.truncated:
        lines.append(f"  truncated  entries 1 to {report.truncated} were dropped after a checkpoint")
    return "\n".join(lines) + "\n"


def spans(numbers: list[int]) -> str:
    """``1-3, 7`` for 1, 2, 3 and 7; ``none``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in found) or "none"


if __name__ == "__main__":
    sys.exit(main())
