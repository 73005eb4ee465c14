"""The shapes of REST for flows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from engine.web.rest.models import Given, Name, ProblemItem, Shown, Text

Json = dict[str, Any]

_DEFINITION = {
    "type": "object",
    "required": ["steps"],
    "description": "A Flow Definition or a JSONFlow workflow; /api/v1/schemas holds their JSON Schemas.",
    "properties": {"steps": {"type": "array", "items": {"type": "object"}, "minItems": 1}},
}

DEFINITION_BODY: Json = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _DEFINITION},
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}

_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of the revision that was loaded; or send it as revision in the body.",
}

SAVE: Json = {**DEFINITION_BODY, "parameters": [_IF_MATCH]}

EXPORT_BODY: Json = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
}

YAML_ANSWER: Json = {
    "responses": {200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}},
}


class FlowShown(BaseModel):
    """The reference's ``FlowDefinition`` with its ``revision``, which a save must carry."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    version: str = Field(description="The author's own label.")
    owner: str
    description: str
    steps: list[Any]
    metadata: Json
    createdAt: str
    updatedAt: str
    revision: str = Field(description="CID of this version.")
    published: str | None = Field(None, description="CID of the published version.")
    archived: bool
    format: str
    signature: Json | None = Field(None, description="Who answers for this version.")


class FlowRecordShown(Shown):
    """A flow without its steps."""

    id: str
    name: str
    owner: str
    description: str
    tags: list[str]
    category: str
    visibility: str
    revision: str
    published: str | None = None
    archived: bool
    createdAt: str
    updatedAt: str


class FlowPage(Shown):
    """Flows by id; ``next`` is the cursor of the next page."""

    flows: list[FlowRecordShown]
    next: str | None = None


class Validation(Shown):
    """What is wrong with a definition; warnings do not make it invalid."""

    valid: bool
    problems: list[ProblemItem]
    flowId: str | None = None
    version: str | None = None
    steps: int = 0


class VersionShown(Shown):
    """An entry of a flow's history."""

    number: int
    version: str
    author: str
    message: str
    createdAt: str
    tags: list[str]
    publishedAt: str | None = None


class RollbackBody(Given):
    """Which version to go back to, on top of which revision (unless If-Match carries it)."""

    version: Name
    revision: Name | None = None
    message: Text = ""


class TagBody(Given):
    """The name a version gets."""

    tag: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,47}$")]
    version: Name = "draft"


class ArchiveBody(Given):
    """Put away, or take back out."""

    archived: bool = True


class PublishBody(Given):
    """The version to publish: draft (the newest) unless named."""

    version: Name | None = None


class IssueShown(Shown):
    """A difference between a node and what it became."""

    node: str
    type: str
    severity: str = Field(description="unsupported, differs or note")
    message: str
    help: str = Field(description="the section of the how-to that says what to do")


class WorkflowShown(Shown):
    """What became of one workflow; in a dry run, what would."""

    flowId: str
    name: str
    version: str
    action: str = Field(description="created, updated or unchanged")
    active: bool = Field(description="whether it was in force there")
    published: bool
    nodes: int
    runnable: int
    issues: list[IssueShown]
    credentials: list[Json] = Field(description="to be filled in: name, type, fields, nodes")
    diff: Json | None = None


class ImportShown(Shown):
    """What became of an export."""

    nodes: int
    runnable: int
    workflows: list[WorkflowShown]


class ExportShown(Shown):
    """A workflow of another system, and what of the flow could not go back."""

    workflow: Json
    issues: list[IssueShown]
