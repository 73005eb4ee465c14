"""Proofs: how fast a bundle is checked, and what chaining, signing and checking cost."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import flows, place
from benchmarks.cases.sequential import job
from benchmarks.frame import Benchmark, Options
from benchmarks.results import Limit, Result, of_samples

STEPS = 400
RECEIPTS_PER_S_MIN = 5_000


def verifying(options: Options) -> list[Result]:
    """Receipts checked in a second on one core, from a bundle's bytes."""
    from engine.audit.verifier.__main__ import check
    from engine.audit.verifier.check import verify
    from engine.usecases.export_execution import export_execution

    with place.driving(options.scratch / "node") as here:
        flow = here.publish(flows.sequence(STEPS))
        job(here, flow, STEPS)()
        (execution,) = here.executions(flow)
        bundle = export_execution(here.world, here.actor, execution)
    rates, receipts = [], 0
    for _ in range(options.count(30, 2)):
        before = time.perf_counter()
        receipts = verify(bundle, check).receipts
        rates.append(receipts / (time.perf_counter() - before))
    limits = [Limit("value", RECEIPTS_PER_S_MIN, at_least=True)]
    return [of_samples("audit-verify", "receipts/s", rates, limits, bytes=len(bundle), receipts=receipts)]


def primitives(options: Options) -> list[Result]:
    """One entry chained, one head signed and one checked."""
    from engine.audit.verifier.chain import digest_of, link, salt_of
    from engine.audit.verifier.statements import head_statement
    from engine.identity.ed25519 import Ed25519

    scheme, payload, seed, key = Ed25519(), bytes(400), bytes(32), bytes(range(32))
    signer, public = scheme.signer("bench", seed), scheme.public_key(seed)
    data = head_statement("exe_bench", 42, key, 1_700_000_000_000_000)
    signature = signer.sign(data)
    acts: dict[str, Callable[[], object]] = {
        "audit-chain": lambda: link(key, digest_of(salt_of(key, 42), payload)),
        "audit-sign": lambda: signer.sign(data),
        "audit-check": lambda: scheme.verify(public, data, signature),
    }
    return [of_samples(name, "us", _times(act, options.count(5_000, 50))) for name, act in acts.items()]


def _times(act: Callable[[], object], count: int) -> list[float]:
    times = []
    for _ in range(count):
        before = time.perf_counter()
        act()
        times.append((time.perf_counter() - before) * 1e6)
    return times


BENCHMARKS = (
    Benchmark("audit", "receipts checked in a second, from a bundle", verifying),
    Benchmark("audit-parts", "chaining an entry, signing a head, checking a signature", primitives),
)
