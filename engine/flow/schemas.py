"""The published JSON Schemas of both definition formats (draft 2020-12)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from engine.flow.shapes import JsonflowDocument, QflowDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FORMATS: dict[str, type[BaseModel]] = {"qflow": QflowDocument, "jsonflow": JsonflowDocument}


def json_schema(format_name: Literal["qflow", "jsonflow"]) -> dict[str, Any]:
    """The schema of a format, made from the same shapes that definitions are checked against."""
    model = FORMATS[format_name]
    schema = model.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, "$id": f"urn:qflow:schema:{format_name}:1", **schema}
