"""Static files: what is vendored is what was published, and pages carry no script of their own."""

from __future__ import annotations

import hashlib
import json
import re

from designer.assets import FOLDER, files

TEMPLATES = FOLDER.parent / "templates"
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|\|safe|autoescape off")
OURS = {"import.js", "qflow.css"}


def test_each_script_is_ours_or_vendored_with_its_hash():
    vendored = json.loads((FOLDER / "vendored.json").read_text())
    assert set(files()) == OURS | set(vendored)
    for name, told in vendored.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == told["sha256"]
        assert {"package", "version", "license"} <= set(told)


def test_no_page_has_inline_script_or_style():
    for template in TEMPLATES.rglob("*.html"):
        assert INLINE.findall(template.read_text()) == []
