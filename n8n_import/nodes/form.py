"""formTrigger and form: forms that start workflows, their further pages and their ends."""

from __future__ import annotations

from n8n_import.expressions import converted, is_expression
from n8n_import.forms import ending_of, fields_of
from n8n_import.names import chosen
from n8n_import.nodes.webhook import callers
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node


def translate_trigger(node: Node, context: Context) -> Draft:
    """The same path below /form/; the further pages show what follows the first one."""
    path = node.param("path") or node.param("options.path") or node.raw.get("webhookId") or ""
    parameters: Json = {
        "path": str(path).strip("/"),
        "title": context.param("formTitle", ""),
        "description": context.param("formDescription", ""),
        "fields": fields_of(node, context),
    }
    if label := context.param("options.buttonLabel"):
        parameters["button"] = label
    if node.param("options.ignoreBots") is True:
        parameters["ignoreBots"] = True
    if node.param("authentication", "none") != "" and (asked := callers(node, context)):
        parameters["authenticate"] = asked
    if ending := _ending(node, context):
        parameters["ending"] = ending
    context.ignores("options.appendAttribution", "options.customCss", "options.useWorkflowTimezone")
    return Draft("trigger.form", parameters)


def _ending(node: Node, context: Context) -> Json:
    told = node.param("options.respondWithOptions.values")
    if not isinstance(told, dict):
        told = {"formSubmittedText": node.param("options.formSubmittedText", "")}
    if told.get("respondWith") == "redirect":
        return {"redirect": context.param("options.respondWithOptions.values.redirectUrl", "")}
    text = told.get("formSubmittedText", "")
    if is_expression(text):
        context.differs(
            "the text at the end of the form is worked out in n8n; say it in a step form.page", "forms"
        )
        return {}
    return {"message": converted(text)} if text else {}


def translate(node: Node, context: Context) -> Draft:
    """A page, or what people see last."""
    operation = chosen(node, "operation", "page")
    if operation == "completion":
        return Draft("form.page", {"show": "ending", "ending": _completion(node, context)})
    return Draft("form.page", page_of(node, context))


def page_of(node: Node, context: Context) -> Json:
    """The parameters of a page that waits."""
    parameters: Json = {"fields": fields_of(node, context)}
    for theirs, ours in (("options.formTitle", "title"), ("options.formDescription", "description")):
        if text := context.param(theirs) or context.param(theirs.removeprefix("options.")):
            parameters[ours] = text
    if label := context.param("options.buttonLabel"):
        parameters["button"] = label
    context.ignores("options.customCss")
    return parameters


def _completion(node: Node, context: Context) -> Json:
    how = chosen(node, "respondWith", "text")
    if how == "redirect":
        return {"redirect": context.param("redirectUrl", "")}
    if how == "showText":
        context.differs("HTML at the end of a form is shown as text", "forms")
        return {"title": "", "message": context.param("responseText", "")}
    if how != "text":
        raise Unsupported(f"a form that ends with {how!r} is not done here yet")
    return ending_of(node, context)


NODES = (
    NodeType(
        "n8n-nodes-base.formTrigger",
        (1, 2, 2.1, 2.2, 2.3, 2.4, 2.5),
        translate_trigger,
        "trigger.form",
        trigger=True,
    ),
    NodeType("n8n-nodes-base.form", (1, 2, 2.3, 2.4, 2.5), translate, "form.page"),
)
