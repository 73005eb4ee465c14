"""What is left of a DAO whose subnet was deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from engine.api import UnknownObject
from governance import house
from governance.chores import tend_daos
from governance.store import logs
from tests.governance.hall import Hall

ERASED = {
    "governance_dao": "names the DAO and its subnet",
    "governance_log_entry": "holds what members wrote, and their code",
    "governance_cursor": "goes with the log that it stands in",
    "governance_wish": "goes with the person",
    "governance_notification": "goes with the person, and with the subnet",
    "governance_delivery": "goes with the person, and with the subnet",
    "governance_recheck": "goes with the subnet",
    "governance_delivery_notifications": "goes with the delivery",
}
"""Every table of governance; nothing is kept, since the chain of signed policies is erased as well."""


def test_every_table_is_erased_on_purpose() -> None:
    models: Any = apps.get_app_config("governance").get_models(include_auto_created=True)
    assert {one._meta.db_table for one in models} == set(ERASED)


def test_the_dao_of_a_deleted_subnet_is_erased_with_its_log(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.approved()
    left = [one for one in hall.access.subnets() if one.id != "acme"]
    tend_daos(hall.world)
    assert logs().entries(hall.id)
    monkeypatch.setattr(hall.access, "subnets", lambda: left)
    tend_daos(hall.world)
    assert logs().entries(hall.id) == []
    assert hall.id not in house._kept
    with pytest.raises(UnknownObject):
        logs().of_subnet("acme")
