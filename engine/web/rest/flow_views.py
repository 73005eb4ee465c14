"""Flows and their versions as the doors show them: JSON fields in camelCase."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from engine.ports.flow_store import FlowRecord, FlowSignature, VersionRecord
from engine.usecases.get_flow import FlowView
from engine.web.rest.execution_views import moment, time_of

Json = dict[str, Any]


def flow_of(shown: FlowView) -> Json:
    """The reference's ``FlowDefinition``, and where it stands."""
    definition, record = shown.definition(), shown.record
    metadata = {"tags": [], "category": "", "visibility": "private", "requiredPermissions": []}
    return {
        **definition,
        "id": record.id,
        "name": shown.flow.name,
        "version": shown.flow.label,
        "owner": shown.flow.owner or record.owner,
        "description": shown.flow.description,
        "metadata": metadata | definition.get("metadata", {}),
        "createdAt": time_of(record.created_us),
        "updatedAt": time_of(record.updated_us),
        "revision": shown.flow.version,
        "published": record.published or None,
        "archived": record.archived,
        "format": shown.flow.format,
        "signature": signature_of(shown.signatures[-1]) if shown.signatures else None,
    }


def signature_of(one: FlowSignature) -> Json:
    """Who answers for a version; the signature is over :func:`engine.usecases.vouchers.flow_statement`."""
    return {
        "identity": one.identity,
        "key": one.key,
        "signedAt": time_of(one.at_us),
        "signedAtUs": one.at_us,
        "signature": b64encode(one.signature).decode("ascii"),
    }


def record_of(record: FlowRecord) -> Json:
    """A flow in a list."""
    return {
        "id": record.id,
        "name": record.name,
        "owner": record.owner,
        "description": record.description,
        "tags": list(record.tags),
        "category": record.category,
        "visibility": record.visibility,
        "revision": record.revision,
        "published": record.published or None,
        "archived": record.archived,
        "createdAt": time_of(record.created_us),
        "updatedAt": time_of(record.updated_us),
    }


def version_of(entry: VersionRecord) -> Json:
    """An entry of a flow's history."""
    return {
        "number": entry.number,
        "version": entry.version,
        "author": entry.author,
        "message": entry.message,
        "createdAt": time_of(entry.created_us),
        "tags": list(entry.tags),
        "publishedAt": moment(entry.published_us),
    }
