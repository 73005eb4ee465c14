"""The job on Qflow: a flow of light pure steps on a node in this process, on a new SQLite file.

Each step takes a field from the item of the one before and sets the next number. (Steps that add
need expressions; these set what the step before makes known, and the last one's number is checked.)
"""

from __future__ import annotations

import os
from importlib.metadata import version

from benchmarks import flows, place
from benchmarks.cases.records import unrecorded
from benchmarks.cases.sequential import job
from benchmarks.peers import timing


def main() -> None:
    """Run the job in this process."""
    options = timing.arguments("qflow")
    synchronous = os.environ.get("QFLOW_SQLITE_SYNCHRONOUS", "NORMAL")
    with place.driving(options.data_dir / "node") as here:
        flow = here.publish(flows.sequence(options.steps))
        action = job(here, flow, options.steps)
        times = timing.timed(action, options.steps, options.repeat, options.warmup)
        wrong = unrecorded(here, flow, options.warmup + options.repeat)
    if wrong:
        raise timing.WrongResult(wrong)
    note = f"SQLite with synchronous={synchronous}, in process"
    timing.report("qflow", version("qflow"), options.steps, times, note)


if __name__ == "__main__":
    main()
