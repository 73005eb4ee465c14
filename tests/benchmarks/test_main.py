"""The runner picks benchmarks, refuses what it does not know, and reports what fails."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks import main as runner
from benchmarks.frame import Benchmark, Options
from benchmarks.registry import MODULES, REGISTRY, UnknownBenchmark, chosen
from benchmarks.results import Limit, Result

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def test_names_are_unique_over_all_modules() -> None:
    assert len(REGISTRY) == sum(len(module.BENCHMARKS) for module in MODULES)


@pytest.mark.parametrize("name", REGISTRY)
def test_every_benchmark_has_a_row_in_the_documentation(name: str) -> None:
    assert f"\n| `{name}` |" in DOCS.read_text()


def test_a_group_stands_for_its_members() -> None:
    names = [benchmark.name for benchmark in chosen(["throughput"])]
    assert names == ["throughput-1", "throughput-8", "throughput-16", "throughput-32"]


def test_without_names_all_are_chosen() -> None:
    assert [benchmark.name for benchmark in chosen([])] == list(REGISTRY)


def test_part_of_a_word_is_no_group() -> None:
    with pytest.raises(UnknownBenchmark, match="'through'"):
        chosen(["through"])


def test_an_unknown_name_is_wrong_usage_and_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["webhok"]) == runner.WRONG
    assert "webhook" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--seconds", "0"], ["--seconds", "x"], ["--fast"]])
def test_wrong_arguments_are_told_and_give_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(argv) == runner.WRONG
    assert capsys.readouterr().err.startswith("error: ")


def test_the_list_names_every_benchmark_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--list"]) == runner.KEPT
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(REGISTRY)


def _measured(monkeypatch: pytest.MonkeyPatch, result: Result | Exception) -> None:
    def apart(*_: object) -> list[Result]:
        if isinstance(result, Exception):
            raise result
        return [result]

    monkeypatch.setattr(runner, "run_apart", apart)


def test_a_kept_limit_gives_0(monkeypatch: pytest.MonkeyPatch) -> None:
    _measured(monkeypatch, Result("webhook", "ms", 1.0, 1, limits=(Limit("value", 8),)))
    assert runner.main(["webhook"]) == runner.KEPT


def test_a_missed_limit_gives_1(monkeypatch: pytest.MonkeyPatch) -> None:
    _measured(monkeypatch, Result("webhook", "ms", 9.0, 1, limits=(Limit("value", 8),)))
    assert runner.main(["webhook"]) == runner.MISSED


def test_a_benchmark_that_fails_is_named_and_gives_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _measured(monkeypatch, runner.Failed("ended with 1"))
    assert runner.main(["webhook"]) == runner.MISSED
    assert "webhook: ended with 1" in capsys.readouterr().err


def test_json_output_is_nothing_but_results(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _measured(monkeypatch, Result("webhook", "ms", 1.0, 1))
    runner.main(["webhook", "--json"])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["webhook"]


def test_the_table_begins_with_the_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _measured(monkeypatch, Result("webhook", "ms", 1.0, 1))
    runner.main(["webhook"])
    first, second, third = capsys.readouterr().out.splitlines()
    assert f"machine: {os.cpu_count()} cores" in first
    assert "fsync" in first
    assert (second.split()[0], third.split()[0]) == ("benchmark", "webhook")


def _never(_options: Options) -> list[Result]:
    return []


def test_a_benchmark_whose_process_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    unknown = Benchmark("no-such", "not in the registry", _never)
    with pytest.raises(runner.Failed, match="invalid choice: 'no-such'"):
        runner.run_apart(unknown, tmp_path, quick=True, seconds=1.0)


def test_settings_of_the_callers_node_do_not_reach_the_measured_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QFLOW_WORKERS", "64")
    assert "QFLOW_WORKERS" not in runner._environment()


@pytest.mark.slow
def test_a_benchmark_runs_and_its_records_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["sequential-10", "--quick", "--json"]) == runner.KEPT
    line = json.loads(capsys.readouterr().out)
    assert (line["name"], line["unit"], line["n"]) == ("sequential-10", "ms", 20)
    assert 0 < line["p50"] <= line["p99"]
