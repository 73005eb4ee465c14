"""The sandbox from the command line: modules examined, violations shown, quarantines lifted."""

from __future__ import annotations

import json

import wasmtime

from engine.cli.main import main

ADD = '(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))'
ASKS = '(module (import "env" "system" (func (param i32))) (func (export "f")))'


def test_a_module_is_examined_without_a_node(tmp_path, capsys):
    text, binary, asks = tmp_path / "add.wat", tmp_path / "add.wasm", tmp_path / "asks.wasm"
    text.write_text(ADD)
    binary.write_bytes(wasmtime.wat2wasm(ADD))
    asks.write_bytes(wasmtime.wat2wasm(ASKS))
    assert main(["module", "scan", str(text)]) == 0
    readable = capsys.readouterr().out
    assert "risk low" in readable
    assert main(["module", "scan", str(binary), "--json"]) == 0
    assert readable.startswith(json.loads(capsys.readouterr().out)["cid"])
    assert main(["module", "scan", str(asks)]) == 1
    assert "env.system, which no host gives" in capsys.readouterr().out
    assert main(["module", "scan", str(tmp_path / "none.wasm")]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_nothing_is_in_quarantine_on_a_fresh_node(qflow):
    assert "no violations" in qflow("sandbox", "violations").out
    assert "nothing is in quarantine" in qflow("sandbox", "quarantine", "list").out
    assert qflow("sandbox", "quarantine", "list", "--json").json == []
    assert "nothing named 'orders'" in qflow("sandbox", "quarantine", "lift", "orders", code=2).err
