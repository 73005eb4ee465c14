"""``qflow run``: the contract of its JSON lines and exit codes."""

from __future__ import annotations

import json

from tests.engine.cli.support import EXAMPLES, Qflow, flow

BRANCHES = """\
id: branches
name: branches
steps:
  - id: begin
    action: trigger.manual
    onSuccess: big
  - id: big
    name: Is it big?
    type: condition
    params: {value: $json.n, operator: greater, compareTo: 5}
"""


def lines(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_line_of_json_tells_everything(qflow, tmp_path):
    (tmp_path / "f.yaml").write_text(flow("f", 'shape data.set {"fields": {"b": 2}}'))
    (line,) = lines(qflow("run", str(tmp_path / "f.yaml"), "--json", "--input", '[{"a": 1}, {"a": 2}]').out)
    assert set(line) == {"file", "execution_id", "status", "error", "duration_ms", "steps"}
    assert (line["file"], line["status"], line["error"]) == (str(tmp_path / "f.yaml"), "completed", None)
    assert line["execution_id"].startswith("exe_")
    assert list(line["steps"]) == ["begin", "shape"]
    (run,) = line["steps"]["shape"]["runs"]
    assert (run["status"], set(run)) == ("completed", {"status", "outputs", "duration_ms"})
    assert [item["json"] for item in run["outputs"][0]] == [{"a": 1, "b": 2}, {"a": 2, "b": 2}]


def test_outputs_have_a_list_for_each_port_in_order(qflow, tmp_path):
    (tmp_path / "f.yaml").write_text(BRANCHES)
    (line,) = lines(
        qflow("run", str(tmp_path / "f.yaml"), "--json", "--input", '[{"n": 9}, {"n": 1}, {"n": 2}]').out
    )
    (run,) = line["steps"]["Is it big?"]["runs"]
    assert [len(items) for items in run["outputs"]] == [1, 2]


def test_a_failed_execution_exits_1_and_names_the_step(qflow, tmp_path):
    (tmp_path / "f.yaml").write_text(flow("f", 'end flow.stop {"message": "no more"}'))
    (line,) = lines(qflow("run", str(tmp_path / "f.yaml"), "--json", code=1).out)
    assert line["status"] == "failed"
    assert line["error"]["message"] == "no more"
    assert line["error"]["step"] == "end"


def test_a_file_that_is_no_flow_exits_2_and_the_others_run(qflow, tmp_path):
    (tmp_path / "bad.yaml").write_text("id: bad\nsteps: 3\n")
    (tmp_path / "end.yaml").write_text(flow("end", "x flow.stop {message: ended}"))
    files = [str(tmp_path / "bad.yaml"), str(tmp_path / "end.yaml"), str(EXAMPLES / "hello.yaml")]
    bad, failed, hello = lines(qflow("run", *files, "--json", code=2).out)
    assert (bad["status"], bad["execution_id"], bad["steps"]) == ("invalid", None, {})
    assert bad["error"]["type"] == "validation_error"
    assert (failed["status"], hello["status"]) == ("failed", "completed")


def test_a_short_wait_is_waited_for_and_a_long_one_is_told(qflow, tmp_path):
    (tmp_path / "short.yaml").write_text(flow("short", "nap flow.wait {durationMs: 30}"))
    (tmp_path / "long.yaml").write_text(flow("long", "nap flow.wait {durationMs: 3600000}"))
    files = [str(tmp_path / "short.yaml"), str(tmp_path / "long.yaml")]
    short, long = lines(qflow("run", *files, "--json", "--timeout", "20").out)
    assert (short["status"], long["status"]) == ("completed", "waiting")


def test_both_formats_of_the_examples_run(qflow):
    files = sorted(str(path) for path in EXAMPLES.iterdir())
    results = lines(qflow("run", *files, "--json").out)
    assert {line["status"] for line in results} <= {"completed", "waiting"}
    assert len(results) == len(files)


def test_a_summary_is_printed_for_people(qflow):
    out = qflow("run", str(EXAMPLES / "hello.yaml")).out
    assert "hello.yaml: ok" in out
    assert "greeting" in out


def test_a_data_directory_keeps_what_ran(qflow: Qflow):
    qflow("run", str(EXAMPLES / "hello.yaml"), "--data-dir", str(qflow.data_dir))
    assert [one["status"] for one in qflow("executions", "--json").json] == ["completed"]


def test_wrong_input_exits_2(qflow):
    assert "--input is not JSON" in qflow("run", "x.yaml", "--input", "{", code=2).err
