"""The table of what is remembered of the tests of flows."""

from __future__ import annotations

from django.db import models

from engine.storage.fields import IdField


class CaseRuns(models.Model):
    """The last runs of a flow's cases (:class:`engine.ports.case_runs.CaseRun`), sealed, since names of
    cases are contents of the flow."""

    pk = models.CompositePrimaryKey("subnet", "flow")
    subnet = IdField()
    flow = IdField()
    runs = models.BinaryField()

    class Meta:
        db_table = "engine_case_runs"
