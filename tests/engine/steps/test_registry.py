"""Tests of the registry, and of what every step type must have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import engine.steps
from engine.base.errors import UnknownObject
from engine.ports.step_catalogue import TriggerType
from engine.steps.registry import ALIASES, TYPES, Registry, folder_of

FOLDERS = sorted(path.parent for path in Path(engine.steps.__file__).parent.glob("*/__init__.py"))
FILES = ("__init__.py", "manifest.py", "step.py", "help.md", "test_step.py")
GROUPS = {"trigger", "logic", "flow", "network", "data"}


def test_every_folder_is_in_the_table_and_every_entry_has_its_folder():
    assert {folder.name for folder in FOLDERS} == {name.replace(".", "_") for name in TYPES}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_folder_has_the_same_files(folder):
    assert [name for name in FILES if not (folder / name).is_file()] == []


@pytest.mark.parametrize("name", TYPES)
def test_every_type_loads_and_says_what_it_is(name):
    kind = Registry().get(name)
    manifest = kind.manifest
    assert manifest.type == name
    assert TYPES[name] == f"engine.steps.{folder_of(name).name}.step"
    assert manifest.group in GROUPS
    assert manifest.summary.endswith(".")
    assert manifest.label
    assert manifest.trigger == isinstance(kind, TriggerType)
    assert isinstance(kind.ports_in({}), tuple)
    assert isinstance(kind.ports_out({}), tuple)
    assert len(Registry().help(name)) > 100


@pytest.mark.parametrize("name", TYPES)
def test_every_parameter_has_a_description_and_unknown_ones_are_refused(name):
    """Except those that only tell one kind of object from another."""
    schema = Registry().get(name).manifest.parameters.model_json_schema()
    models = [schema, *schema.get("$defs", {}).values()]
    bare = [
        f"{model.get('title')}.{field}"
        for model in models
        for field, found in model.get("properties", {}).items()
        if not found.get("description") and "const" not in found
    ]
    assert bare == []
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("name", TYPES)
def test_every_parameter_name_is_camel_case(name):
    schema = Registry().get(name).manifest.parameters.model_json_schema(by_alias=True)
    assert [field for field in schema.get("properties", {}) if "_" in field or field[0].isupper()] == []


def test_a_type_is_made_once():
    assert Registry().get("data.set") is Registry().get("data.set")


def test_names_come_in_the_order_of_the_palette():
    assert list(Registry().names()) == list(TYPES)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("data.sett", "data.set"), ("http.requst", "http.request"), ("network_requests", "http.request")],
)
def test_an_unknown_type_is_told_with_the_nearest_known_one(wrong, meant):
    with pytest.raises(UnknownObject, match=f"did you mean '{meant}'"):
        Registry().get(wrong)


def test_an_unknown_type_like_no_other_is_told_with_all_there_are():
    with pytest.raises(UnknownObject, match=r"known types: trigger\.manual"):
        Registry().get("zzzzzz")


def test_aliases_agree_with_the_manifests():
    assert {alias: name for name in TYPES for alias in Registry().get(name).manifest.aliases} == ALIASES
    assert Registry().resolve_alias("network_request") == "http.request"
    assert Registry().resolve_alias("transform_map") is None


def test_the_registry_loads_no_step_type_before_it_is_used():
    code = "import sys, engine.steps.registry; print(sum(m.endswith('.step') for m in sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "0"
