"""The contract of the record of validations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.ports.validation_log import ValidationQuery, ValidationRecord
from engine.storage.validation_log import DjangoValidationLog
from engine.testing.memory_validation_log import MemoryValidationLog

DENIED = ValidationRecord(
    id="val_1",
    subnet="alpha",
    kind="step-execution",
    actor="bob",
    action="step.run",
    resource="flows/orders/steps/pay",
    passed=False,
    from_us=5,
    until_us=5,
    operation="exe_1/pay/0/1",
    execution="exe_1",
    stage="qonsent",
    code="permission_revoked",
    finding={"why": "the grant was revoked", "details": {"grant": "grt_1"}},
)
PASSED = ValidationRecord(
    "val_2", "alpha", "step-execution", "bob", "step.run", "flows/orders", True, 1, 4, 40, execution="exe_1"
)


@pytest.fixture
def log(alias: str | None) -> Any:
    """A validation log."""
    return MemoryValidationLog() if alias is None else DjangoValidationLog(alias)


class TestValidations:
    """Records are kept, found and forgotten."""

    def test_records_are_read_back_as_they_were(self, log: Any) -> None:
        log.record([DENIED, PASSED])
        assert list(log.records(ValidationQuery("alpha"))) == [PASSED, DENIED]

    def test_records_are_found_by_what_they_are_about(self, log: Any) -> None:
        log.record([DENIED, PASSED, replace(PASSED, id="val_3", subnet="beta", execution="exe_2")])
        log.record([replace(DENIED, id="val_4", actor="eve", operation="exe_1/pay/0/2")])

        def found(**query: Any) -> list[str]:
            return [record.id[-1] for record in log.records(ValidationQuery("alpha", **query))]

        assert found() == ["4", "2", "1"]
        assert found(limit=1) == ["4"]
        assert found(before="val_4") == ["2", "1"]
        assert found(passed=True) == ["2"]
        assert found(passed=False) == ["4", "1"]
        assert found(actor="eve") == ["4"]
        assert found(execution="exe_2") == []
        assert found(operation="exe_1/pay/0/1") == ["1"]

    def test_records_are_forgotten_with_their_execution(self, log: Any) -> None:
        log.record([DENIED, PASSED, replace(PASSED, id="val_3", execution="")])
        assert log.forget("exe_1") == 2
        assert [record.id for record in log.records(ValidationQuery("alpha"))] == ["val_3"]
