"""httpRequest: asks an HTTP server."""

from __future__ import annotations

import json
from typing import Any

from n8n_import.credentials import HTTP, named, reference, request_reference
from n8n_import.expressions import code, inner
from n8n_import.names import chosen
from n8n_import.paging import pages
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, is_number, objects

REDIRECTS_MAX = 21
PARSED = "(v => typeof v === 'string' ? JSON.parse(v) : v)"


def translate(node: Node, context: Context) -> Draft:
    """Versions 1 and 2 name things differently from 3 and 4."""
    parameters = _older(node, context) if node.version < 3 else _newer(node, context)
    timeout = node.param("options.timeout")
    if is_number(timeout) and timeout >= 1:
        parameters["timeoutMs"] = round(timeout)
    if node.param("options.allowUnauthorizedCerts", node.param("allowUnauthorizedCerts")) is True:
        parameters["tls"] = {"verify": False}
    if node.param("options.proxy"):
        parameters["proxy"] = context.param("options.proxy")
    if "{{" in json.dumps(parameters.get("query", {})):
        parameters["queryArrays"] = chosen(node, "options.queryParameterArrays", "brackets")
    parameters["redirects"] = _redirects(node)
    if auth := authentication(node, context):
        parameters["auth"] = auth
    if node.param("provideSslCertificates") is True:
        parameters["tls"] = {**parameters.get("tls", {}), "credential": reference(node, "httpSslAuth")}
    return Draft("http.request", parameters)


def _redirects(node: Node) -> Json:
    """Version 3 follows redirects where that is asked for; the others where it is not forbidden, the first
    two only after reading requests."""
    if node.version >= 3:
        asked = node.param("options.redirect.redirect", {})
        follow = asked.get("followRedirects", node.version >= 4) is not False
        most = asked.get("maxRedirects", REDIRECTS_MAX)
        return {"follow": follow, "max": most if is_number(most) else REDIRECTS_MAX}
    reading = node.text("requestMethod", "GET") in ("GET", "HEAD")
    follow = node.param("options.followRedirect") is not False
    return {"follow": follow and (reading or node.param("options.followAllRedirects") is True)}


def authentication(node: Node, context: Context) -> Json | None:
    """How the request signs in; raises :class:`Unsupported` where no credential is chosen."""
    how = chosen(node, "authentication", "none")
    if how == "none":
        return None
    if how == "genericCredentialType":
        kind = chosen(node, "genericAuthType", "")
    elif how == "predefinedCredentialType":
        kind = chosen(node, "nodeCredentialType", "")
    else:
        kind = HTTP.get(how, how)
    names = dict(named(node))
    if not kind and len(names) != 1:
        raise Unsupported("it signs in, but no type of credentials is chosen; choose one")
    kind = kind or next(iter(names))
    if kind not in names:
        context.note(
            f"no credential of type {kind} is chosen: fill in one named {node.name!r}", "credentials"
        )
    found, known = request_reference(kind, names.get(kind, node.name))
    if not known:
        context.note(
            f"the service behind {kind} is not known here: fill in what its requests carry, as "
            f"{found['type']} named {found['name']!r}",
            "credentials",
        )
    return {"kind": "credential", "credential": found}


def _newer(node: Node, context: Context) -> Json:
    parameters: Json = {"method": context.param("method", "GET"), "url": context.param("url", "")}
    if node.param("sendQuery") is True:
        parameters["query"] = _pairs(node, context, "queryParameters.parameters", "specifyQuery", "jsonQuery")
    if node.param("sendHeaders") is True:
        parameters["headers"] = _pairs(
            node, context, "headerParameters.parameters", "specifyHeaders", "jsonHeaders"
        )
    if node.param("sendBody") is True:
        parameters["body"] = _body(node, context)
    response = context.param("options.response.response", {})
    parameters["bodyOnly"] = response.get("fullResponse") is not True
    parameters["neverError"] = response.get("neverError") is True
    parameters["response"] = _response(response.get("responseFormat"), response.get("outputPropertyName"))
    if found := pages(node, context):
        parameters["pagination"] = found
    parameters.update(_batching(context.param("options.batching.batch", {})))
    return parameters


def _batching(given: Json) -> Json:
    """Pauses between groups of requests; a size of -1 is none."""
    size = given.get("batchSize", 50) if given else 0
    if not is_number(size) or size <= 0:
        return {}
    pause = given.get("batchInterval", 1_000)
    return {
        "batching": {"size": round(size), "intervalMs": max(0, round(pause)) if is_number(pause) else pause}
    }


def _response(wanted: Any, name: Any) -> Json:
    kinds = {"json": "json", "text": "text", "file": "binary"}
    options: Json = {"format": kinds.get(str(wanted), "auto"), "property": "data"}
    if isinstance(name, str) and name:
        options["binaryProperty" if wanted == "file" else "property"] = name
    return options


def _pairs(node: Node, context: Context, path: str, how: str, text: str) -> Any:
    if node.param(how) == "json":
        return code(f"{PARSED}({inner(node.param(text, '{}'))})")
    return _by_name(context.param(path))


def _by_name(entries: Any) -> Json:
    return {str(entry["name"]): entry.get("value", "") for entry in objects(entries) if entry.get("name")}


def _body(node: Node, context: Context) -> Json:
    kind = node.text("contentType", "json")
    if kind == "binaryData":
        return {"kind": "binary", "property": context.param("inputDataFieldName", "data")}
    if kind == "raw":
        body = {"kind": "text", "text": context.param("body", "")}
        media_type = context.param("rawContentType", "")
        return {**body, "contentType": media_type} if media_type else body
    if kind == "multipart-form-data":
        return _multipart(objects(context.param("bodyParameters.parameters")))
    if kind == "form-urlencoded":
        if node.param("specifyBody") == "string":
            form = "application/x-www-form-urlencoded"
            return {"kind": "text", "text": context.param("body", ""), "contentType": form}
        return {"kind": "form", "fields": _by_name(context.param("bodyParameters.parameters"))}
    if node.param("specifyBody") == "json":
        return {"kind": "json", "value": code(f"{PARSED}({inner(node.param('jsonBody', '{}'))})")}
    return {"kind": "json", "value": _by_name(context.param("bodyParameters.parameters"))}


def _multipart(entries: list[Json]) -> Json:
    files = [entry for entry in entries if entry.get("parameterType") == "formBinaryData"]
    fields = [entry for entry in entries if entry.get("parameterType") != "formBinaryData"]
    return {
        "kind": "multipart",
        "fields": _by_name(fields),
        "files": [
            {"name": f.get("name", "file"), "property": f.get("inputDataFieldName", "data")} for f in files
        ],
    }


# --- versions 1 and 2 -------------------------------------------------------------------------------


def _older(node: Node, context: Context) -> Json:
    method = node.param("requestMethod", "GET")
    parameters: Json = {"method": context.param("requestMethod", "GET"), "url": context.param("url", "")}
    written = node.param("jsonParameters") is True
    for ours, theirs in (("query", "query"), ("headers", "header")):
        if written and node.param(f"{theirs}ParametersJson"):
            parameters[ours] = code(f"{PARSED}({inner(node.param(f'{theirs}ParametersJson'))})")
        elif not written and (pairs := _by_name(context.param(f"{theirs}ParametersUi.parameter"))):
            parameters[ours] = pairs
    if method in ("PATCH", "POST", "PUT", "DELETE"):
        parameters["body"] = _older_body(node, context, written)
    kinds = {"file": "binary", "string": "text", "json": "json"}
    wanted = kinds.get(node.text("responseFormat", "json"), "auto")
    name = context.param("dataPropertyName", "data")
    parameters["response"] = {"format": wanted, "binaryProperty" if wanted == "binary" else "property": name}
    parameters["bodyOnly"] = node.param("options.fullResponse") is not True
    parameters["neverError"] = node.param("options.ignoreResponseCode") is True
    options = node.param("options", {})
    parameters.update(_batching({k: v for k, v in options.items() if k.startswith("batch")}))
    return parameters


def _older_body(node: Node, context: Context, written: bool) -> Json:
    kind = node.text("options.bodyContentType", "json")
    files = _older_files(node, context) if node.param("sendBinaryData") is True else []
    if files and kind != "multipart-form-data":
        return {"kind": "binary", "property": files[0]["property"]}
    if written:
        text = inner(node.param("bodyParametersJson", "{}"))
        value = code(f"{PARSED}({text})")
    else:
        value = _by_name(context.param("bodyParametersUi.parameter"))
    if kind == "form-urlencoded":
        return {"kind": "form", "fields": value}
    if kind == "multipart-form-data":
        return {"kind": "multipart", "fields": value, **({"files": files} if files else {})}
    if kind == "raw":
        return {"kind": "text", "text": context.param("bodyParametersJson", "")}
    return {"kind": "json", "value": value}


def _older_files(node: Node, context: Context) -> list[Json]:
    """``field:property`` of each file, between commas; one name is both."""
    names = context.param("binaryPropertyName", "data")
    if not isinstance(names, str) or "{{" in names:
        return [{"name": "data", "property": names}]
    pairs = [[part.strip() for part in one.split(":", 1)] for one in names.split(",") if one.strip()]
    return [{"name": pair[0], "property": pair[-1]} for pair in pairs]


NODES = (NodeType("n8n-nodes-base.httpRequest", (1, 2, 3, 4, 4.1, 4.2, 4.3, 4.4), translate, "http.request"),)
