"""Core nodes that have no equivalent: each says why, and what to use instead."""

from __future__ import annotations

from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Node


def git(node: Node, context: Context) -> Draft:
    """Refused."""
    raise Unsupported("git is a program of the machine: run it by command.execute, where the policy names it")


def server_events(node: Node, context: Context) -> Draft:
    """Refused."""
    raise Unsupported(
        "no connection is held open for a server's events: let it call a webhook, or ask it on a schedule"
    )


def own_events(node: Node, context: Context) -> Draft:
    """Refused."""
    raise Unsupported(
        "no flow starts as the node does, or as it is published: start it by a schedule, a call or an event"
    )


def file_events(node: Node, context: Context) -> Draft:
    """Refused."""
    raise Unsupported("folders are not watched: read them on a schedule with file.read and data.unseen")


def own_interface(node: Node, context: Context) -> Draft:
    """Refused."""
    raise Unsupported("it asks n8n's own API: call that, or this node's /api/v1, by http.request")


NODES = (
    NodeType("n8n-nodes-base.git", (1, 1.1), git, "flow.unsupported"),
    NodeType("n8n-nodes-base.sseTrigger", (1,), server_events, "flow.unsupported", trigger=True),
    NodeType("n8n-nodes-base.n8nTrigger", (1,), own_events, "flow.unsupported", trigger=True),
    NodeType("n8n-nodes-base.workflowTrigger", (1,), own_events, "flow.unsupported", trigger=True),
    NodeType("n8n-nodes-base.activationTrigger", (1,), own_events, "flow.unsupported", trigger=True),
    NodeType("n8n-nodes-base.localFileTrigger", (1,), file_events, "flow.unsupported", trigger=True),
    NodeType("n8n-nodes-base.n8n", (1,), own_interface, "flow.unsupported"),
)
