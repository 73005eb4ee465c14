"""The verifier as one file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.audit.standalone import program

LOOK = """
import runpy, sys
sys.argv = ["verify", sys.argv[2], *sys.argv[3:]]
try:
    runpy.run_path(sys.orig_argv[-%d], run_name="__main__")
except SystemExit as end:
    code = end.code
top = {name.partition(".")[0] for name in sys.modules}
assert not top & {"django", "libipld", "celery", "pydantic"}, top
mine = {name for name in sys.modules if name.startswith("engine")}
alone = ("engine", "engine.audit", "engine.keylog")
packages = ("engine.audit.verifier", "engine.keylog.")
assert all(name in alone or name.startswith(packages) for name in mine), mine
sys.exit(code)
"""


def test_it_checks_a_bundle_with_nothing_else_of_qflow(bundle: bytes, tmp_path: Path) -> None:
    good, bad, verifier = tmp_path / "good", tmp_path / "bad", tmp_path / "verify.pyz"
    good.write_bytes(bundle)
    bad.write_bytes(bundle.replace(b'"status":"completed"', b'"status":"failed"'))
    verifier.write_bytes(program())

    def run(file: Path) -> subprocess.CompletedProcess[str]:
        look = LOOK % 2
        words = [sys.executable, "-P", "-c", look, str(verifier), str(file)]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = run(good)
    assert done.returncode == 0, done.stderr
    assert "OK exe_" in done.stdout
    done = run(bad)
    assert done.returncode == 1, done.stderr
    assert "REFUSED status" in done.stdout


def test_it_is_the_same_file_every_time() -> None:
    assert program() == program()
