"""The job on Prefect: a flow of tasks against its local server on SQLite; needs prefect installed."""

from __future__ import annotations

import os
from importlib.metadata import version

from benchmarks.peers import timing


def _settle(home: str) -> None:
    """Keep everything in ``home`` and send nothing out; read by Prefect when it is imported."""
    os.environ.update(
        PREFECT_HOME=home,
        PREFECT_PROFILES_PATH=f"{home}/profiles.toml",
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="true",
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="90",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY="false",
        DO_NOT_TRACK="1",
        PREFECT_LOGGING_LEVEL="ERROR",
        PREFECT_LOGGING_TO_API_ENABLED="false",
    )


def main() -> None:
    """Run the job against the server that Prefect starts by itself."""
    options = timing.arguments("prefect")
    _settle(str(options.data_dir))
    from prefect import flow, task

    @task
    def add_one(number: int) -> int:
        return number + 1

    @flow
    def count(steps: int) -> int:
        number = 0
        for _ in range(steps):
            number = add_one(number)
        return number

    times = timing.timed(lambda: count(options.steps), options.steps, options.repeat, options.warmup)
    timing.report("prefect", version("prefect"), options.steps, times, "ephemeral server, SQLite")


if __name__ == "__main__":
    main()
