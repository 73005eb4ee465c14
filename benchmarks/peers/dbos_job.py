"""The job on DBOS: a workflow of steps, each recorded in SQLite; runs in an environment with dbos."""

from __future__ import annotations

from importlib.metadata import version

from dbos import DBOS

from benchmarks.peers import timing


@DBOS.step()
def add_one(number: int) -> int:
    """One step."""
    return number + 1


@DBOS.workflow()
def count(steps: int) -> int:
    """The steps in a row."""
    number = 0
    for _ in range(steps):
        number = add_one(number)
    return number


def main() -> None:
    """Run the job in this process on a new SQLite file."""
    options = timing.arguments("dbos")
    database = options.data_dir / "dbos.sqlite"
    DBOS(
        config={
            "name": "qflow-peer",
            "system_database_url": f"sqlite:///{database}",
            "console_log_level": "WARNING",
        }
    )
    DBOS.launch()
    try:
        times = timing.timed(lambda: count(options.steps), options.steps, options.repeat, options.warmup)
    finally:
        DBOS.destroy()
    timing.report("dbos", version("dbos"), options.steps, times, "SQLite, in process, its defaults")


if __name__ == "__main__":
    main()
