"""The training nodes: sample customers, and messages to them that go nowhere."""

from __future__ import annotations

import json

from n8n_import.expressions import code, inner
from n8n_import.names import chosen
from n8n_import.translating import Context, Draft, NodeType
from n8n_import.words import Json, Node, is_number

CUSTOMERS: list[Json] = [
    {
        "id": f"{number:08d}",
        "name": name,
        "email": f"{name.split()[0].lower()}@example.com",
        "notes": notes,
        "country": country,
        "created": f"20{number + 10:02d}-0{number}-15",
    }
    for number, (name, notes, country) in enumerate(
        [
            ("Amara Okafor", "Buys in bulk", "NG"),
            ("Jonas Lind", "Prefers mail", "SE"),
            ("Mei Tanaka", "Waits for an offer", "JP"),
            ("Lucia Ferro", "Pays on delivery", "IT"),
            ("Sam Hill", "New customer", "US"),
        ],
        1,
    )
]
"""People of our own; n8n's are others, with the same fields."""


def translate_store(node: Node, context: Context) -> Draft:
    """All people, the first ones, or one."""
    context.differs("the sample customers are other people than in n8n")
    operation = chosen(node, "operation", "getOnePerson")
    limit = node.param("limit", 5)
    chosen_people = CUSTOMERS
    if operation == "getOnePerson":
        chosen_people = CUSTOMERS[:1]
    elif node.param("returnAll") is not True and is_number(limit):
        chosen_people = CUSTOMERS[: max(int(limit), 0)]
    return Draft("data.sample", {"items": json.dumps(chosen_people)})


def translate_messenger(node: Node, context: Context) -> Draft:
    """Says what it would have sent."""
    customer, message = inner(node.param("customerId", "")), inner(node.param("message", ""))
    text = code(f'"Sent message to customer " + {customer} + ":  " + {message}')
    return Draft("data.set", {"keep": "none", "fields": {"output": text}})


NODES = (
    NodeType("n8n-nodes-base.n8nTrainingCustomerDatastore", (1,), translate_store, "data.sample"),
    NodeType("n8n-nodes-base.n8nTrainingCustomerMessenger", (1,), translate_messenger, "data.set"),
)
