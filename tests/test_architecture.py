"""The house keeps its shape: layers, ports with fakes, the public door."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Protocol

import pytest

from engine.base import errors
from engine.cli.error_documentation import error_classes

ROOT = Path(__file__).parent.parent

FAKES = {
    "AccessStore": "engine.testing.memory_access:MemoryAccess",
    "AuditTrail": "engine.testing.memory_audit:MemoryAuditTrail",
    "Binaries": "engine.execution.binaries:BlockBinaries",  # on the fake of Blocks
    "BlockShelf": "engine.storage.packs:PackedBlocks",  # tests use the real one
    "BlockStore": "engine.testing.memory_blocks:MemoryBlocks",
    "Blocks": "engine.testing.step_bench:HeldBlocks",
    "Breakers": "engine.testing.step_bench:ClosedCircuits",
    "Cancellation": "engine.testing.step_bench:ManualCancellation",
    "Capabilities": "engine.testing.memory_capabilities:RecordingHost",
    "Cipher": "engine.identity.keyring:Keyring",
    "CapabilityStore": "engine.testing.memory_capabilities:MemoryCapabilityStore",
    "Crew": "engine.ports.crew:NoCrew",
    "Clock": "engine.testing.clock:FakeClock",
    "Credentials": "engine.testing.memory_credentials:GivenCredentials",
    "CredentialStore": "engine.testing.memory_credentials:MemoryCredentials",
    "Entropy": "engine.testing.clock:SeededEntropy",
    "FlowStore": "engine.testing.memory_flow_store:MemoryFlowStore",
    "HostCalls": "engine.testing.memory_capabilities:RecordingHost",
    "HttpEgress": "engine.testing.memory_capabilities:RecordingEgress",
    "Importer": "engine.testing.importers:PlainImporter",
    "JournalStore": "engine.testing.memory_journal:MemoryJournal",
    "DataKey": "engine.identity.xchacha:XChaChaKey",
    "KeyKeeper": "engine.identity.keyring:Keyring",
    "KeyStore": "engine.testing.memory_keys:MemoryKeys",
    "KeptValues": "engine.testing.step_bench:HeldValues",
    "KeyValueStore": "engine.testing.memory_capabilities:MemoryFlowValues",
    # modules have no fake: their tests use the real runner, without its cache on disk
    "LoadedModule": "engine.sandbox.modules.wasm_modules:Module",
    "ModuleSession": "engine.sandbox.modules.session:Session",
    "Modules": "engine.sandbox.modules:WasmModules",
    "Metrics": "engine.testing.observers:CountingMetrics",
    "Notifier": "engine.testing.observers:RecordingNotifier",
    "PermissionStore": "engine.testing.memory_permissions:MemoryPermissions",
    "ValidationLog": "engine.testing.memory_validation_log:MemoryValidationLog",
    "PolicyPort": "engine.testing.policies:FixedPolicies",
    "QuarantineStore": "engine.testing.memory_quarantine:MemoryQuarantine",
    "Replicas": "engine.testing.memory_replicas:MemoryReplicas",
    "Sandbox": "engine.testing.fake_sandbox:FakeSandbox",
    "HoldStore": "engine.testing.memory_compliance:MemoryHolds",
    "CaseRunStore": "engine.testing.memory_case_runs:MemoryCaseRuns",
    "ReportStore": "engine.testing.memory_compliance:MemoryReports",
    "SchemaStore": "engine.testing.memory_ingress:MemorySchemaStore",
    "SearchIndex": "engine.testing.memory_index:MemoryIndex",
    "SeenCalls": "engine.testing.memory_ingress:MemorySeenCalls",
    "SecretSource": "engine.testing.memory_capabilities:FixedSecrets",
    "SignatureChecker": "engine.testing.signatures:FakeScheme",
    "SignatureScheme": "engine.testing.signatures:FakeScheme",
    "Signer": "engine.testing.signatures:FakeSigner",
    "Signing": "engine.testing.signatures:FakeSigning",
    "Sealer": "engine.testing.memory_identities:OpenSealer",
    "IdentityStore": "engine.testing.memory_identities:MemoryIdentities",
    "StepCatalogue": "engine.testing.steps:DictCatalogue",
    "ViolationStore": "engine.testing.memory_violations:MemoryViolations",
    "UsageStore": "engine.testing.memory_usage:MemoryUsage",
    "TokenMint": "engine.testing.fake_mint:FakeMint",
    "References": "engine.testing.memory_credentials:GivenReferences",
    "VariableStore": "engine.testing.memory_variables:MemoryVariables",
    "CredentialCalls": "engine.testing.memory_credentials:ScriptedCredentialCalls",
    "TokenEndpoints": "engine.testing.memory_credentials:ScriptedTokenEndpoints",
    "TransparencyLog": "engine.testing.memory_log:MemoryLog",
    "Waker": "engine.testing.observers:RecordingWaker",
}
"""Port -> the class of engine.testing that stands in for it."""


def ports() -> dict[str, type]:
    """Every protocol of engine.ports."""
    found = {}
    for path in sorted((ROOT / "engine" / "ports").glob("*.py")):
        module = import_module(f"engine.ports.{path.stem}")
        for name, kind in vars(module).items():
            if inspect.isclass(kind) and kind.__module__ == module.__name__ and Protocol in kind.__bases__:
                found[name] = kind
    return found


def test_the_layers_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_port_has_a_fake():
    assert set(ports()) == set(FAKES)


@pytest.mark.parametrize("name", FAKES)
def test_a_fake_has_every_method_of_its_port(name):
    module, _, kind = FAKES[name].partition(":")
    fake = getattr(import_module(module), kind)
    methods = {method for method, value in vars(ports()[name]).items() if inspect.isfunction(value)}
    assert {method for method in methods if not method.startswith("_")} <= set(dir(fake))


def test_only_wiring_names_adapters():
    """Adapters are chosen in one place; the doors reach them through use-cases."""
    adapters = ("engine.storage", "engine.dispatch", "engine.sandbox", "engine.identity", "engine.network")
    allowed = (
        "engine/wiring.py",
        "engine/assembly.py",
        "engine/crewing.py",
        "engine/models.py",
        "engine/tasks.py",
        "engine/storage/",
        "engine/dispatch/",
        "engine/sandbox/",
        "engine/identity/",
        "engine/cli/eval.py",  # evaluates without a node
        "engine/cli/modules.py",  # examines modules without a node
    )
    allowed += ("engine/testing/",)  # fakes share what the stores share
    allowed += ("engine/web/consumers.py",)  # the browser joins the groups that the notifier tells
    found = []
    for path in sorted((ROOT / "engine").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith((*allowed, "engine/migrations/")) or path.name.startswith(("test_", "conftest")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(adapters):
                found.append(f"{name}:{node.lineno} {node.module}")
    assert found == []


def test_error_codes_are_unique_and_documented():
    classes = list(error_classes())
    codes = [kind.code for kind in classes]
    assert len(codes) == len(set(codes))
    assert all((kind.__doc__ or "").strip() for kind in classes)


def test_the_tree_of_errors_in_the_docstring_names_every_error():
    assert [kind.__name__ for kind in error_classes() if kind.__name__ not in (errors.__doc__ or "")] == []


def test_cancellation_cannot_be_eaten():
    assert issubclass(errors.StepCancelled, BaseException)
    assert not issubclass(errors.StepCancelled, Exception)
