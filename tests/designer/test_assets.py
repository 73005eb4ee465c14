"""Static files: what is vendored is what was published, and pages carry no script of their own."""

from __future__ import annotations

import gzip
import hashlib
import json
import re

import pytest
from django.http import Http404
from django.test import RequestFactory

from designer.assets import FOLDER, asset, files
from designer.sprite import ICONS, SPRITE, sprite

VENDOR = FOLDER / "vendor"
TEMPLATES = FOLDER.parent / "templates"
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|\|safe|autoescape off")


def test_each_vendored_file_is_the_published_one_and_comes_with_its_licence():
    vendored = json.loads((VENDOR / "vendored.json").read_text())
    there = {path.relative_to(VENDOR).as_posix() for path in VENDOR.glob("*/**/*") if path.is_file()}
    assert {name for name in there if "LICENSE" not in name} == set(vendored)
    for name, told in vendored.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == told["sha256"]
        assert {"package", "version", "path", "license"} <= set(told)
        assert any((VENDOR / name.split("/")[0]).glob("LICENSE*"))


def test_no_page_has_inline_script_or_style():
    for template in TEMPLATES.rglob("*.html"):
        assert INLINE.findall(template.read_text()) == [], template.name


def test_a_file_is_sent_packed_to_whom_can_unpack_it_and_once_only():
    ask = RequestFactory().get
    name = "css/base.css"
    plain = asset(ask("/"), name)
    packed = asset(ask("/", headers={"accept-encoding": "gzip"}), name)
    assert gzip.decompress(packed.content) == plain.content == files()[name].contents
    again = asset(ask("/", headers={"if-none-match": plain["ETag"]}), name)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["../manage.py", "vendor/vendored.json", "css", "", "/etc/passwd"])
def test_nothing_beside_the_listed_files_is_sent(name: str):
    with pytest.raises(Http404):
        asset(RequestFactory().get("/"), name)


def test_the_icons_are_the_vendored_ones_and_every_one_that_is_named_is_there():
    assert SPRITE.read_text() == sprite()
    there = {path.stem for path in ICONS.glob("*.svg")}
    manifests = (FOLDER.parent / "engine" / "steps").glob("*/manifest.py")
    named = {name for path in manifests for name in re.findall(r'icon="([^"]+)"', path.read_text())}
    scripts = (path.read_text() for path in (FOLDER / "js").rglob("*.js"))
    named |= {name for text in scripts for name in re.findall(r'\bicon(?:Button)?\("([a-z0-9-]+)"', text)}
    assert named <= there, f"add them as designer/sprite.py says: {named - there}"
