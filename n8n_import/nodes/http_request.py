"""httpRequest: asks an HTTP server."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from n8n_import.credentials import HTTP, named, reference, request_reference
from n8n_import.expressions import code, converted, inner
from n8n_import.names import chosen
from n8n_import.paging import pages
from n8n_import.translating import Context, Draft, NodeType, Unsupported
from n8n_import.words import Json, Node, is_number, objects

REDIRECTS_MAX = 21
PLACES_MAX = 1_000
ACCEPT = {
    "json": "application/json,text/*;q=0.99",
    "text": "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, */*;q=0.1",
}
ACCEPT_ANY = (
    "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7"
)
"""What is accepted where the node does not say it, by the format of the answer."""

_PART = re.compile(r"[^.\[\]]+")


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
    query = parameters.get("query", {})
    if isinstance(query, str) or any(isinstance(one, list) or "{{" in str(one) for one in query.values()):
        usual = "repeat" if node.param("options.useQueryString") is True else "brackets"
        parameters["queryArrays"] = chosen(node, "options.queryParameterArrays", usual)
    parameters["accept"] = ACCEPT.get(parameters["response"]["format"], ACCEPT_ANY)
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
        told = ("queryParameters.parameters", "specifyQuery", "jsonQuery")
        parameters["query"] = _pairs(node, *told)
    if node.param("sendHeaders") is True:
        told = ("headerParameters.parameters", "specifyHeaders", "jsonHeaders")
        parameters["headers"] = _pairs(node, *told)
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
    options: Json = {"format": kinds.get(str(wanted), "auto"), "property": "data", "style": "n8n"}
    if isinstance(name, str) and name:
        options["binaryProperty" if wanted == "file" else "property"] = name
    return options


def _pairs(node: Node, path: str, how: str, text: str) -> Any:
    if node.param(how) == "json":
        return converted(node.param(text, ""))
    return _by_name(node.param(path), repeated=node.version >= 4.3)


def _by_name(entries: Any, *, repeated: bool = False) -> Json:
    """Values by name; of a name that comes again the last one, or a list of all of them."""
    found: Json = {}
    for entry in objects(entries):
        if not entry.get("name"):
            continue
        name, value = str(converted(entry["name"])), converted(entry.get("value", ""))
        if repeated and name in found:
            value = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        found[name] = value
    return found


def _nested(entries: Any) -> Json:
    """Values by path: ``a.b[0]`` leads into objects and lists."""
    found: Json = {}
    for entry in objects(entries):
        if entry.get("name"):
            name, value = str(converted(entry["name"])), converted(entry.get("value", ""))
            _put(found, [name] if "{{" in name else _PART.findall(name) or [name], value)
    return found


def _put(inside: Any, parts: list[str], value: Any) -> None:
    """Put a value at a path; what stands in its way is replaced."""
    for part, following in pairwise(parts):
        _room(inside, part)
        if not isinstance(inside[_key(inside, part)], dict | list):
            inside[_key(inside, part)] = [] if following.isdecimal() else {}
        inside = inside[_key(inside, part)]
    _room(inside, parts[-1])
    inside[_key(inside, parts[-1])] = value


def _key(inside: Any, part: str) -> Any:
    return int(part) if isinstance(inside, list) else part


def _room(inside: Any, part: str) -> None:
    """Make the place; lists are filled up with nothing."""
    if isinstance(inside, dict):
        inside.setdefault(part, None)
        return
    if not part.isdecimal() or int(part) >= PLACES_MAX:
        raise Unsupported(f"the name of a field leads to {part!r} of a list")
    inside.extend([None] * (int(part) + 1 - len(inside)))


def _body(node: Node, context: Context) -> Json:
    kind = node.text("contentType", "json")
    entries = node.param("bodyParameters.parameters")
    again = node.version >= 4.3
    if kind == "binaryData":
        return {"kind": "binary", "property": context.param("inputDataFieldName", "data")}
    if kind == "raw":
        body = {"kind": "text", "text": context.param("body", "")}
        media_type = context.param("rawContentType", "")
        return {**body, "contentType": media_type} if media_type else body
    if kind == "multipart-form-data":
        return _multipart(objects(entries), repeated=node.version >= 4.2)
    if kind == "form-urlencoded":
        if node.param("specifyBody") == "string":
            form = "application/x-www-form-urlencoded"
            return {"kind": "text", "text": context.param("body", ""), "contentType": form}
        return {"kind": "form", "fields": _by_name(entries, repeated=again), "nested": True}
    if node.param("specifyBody") == "json":
        return {"kind": "json", "value": context.param("jsonBody", ""), "read": True}
    value = _nested(entries) if node.version >= 4 else _by_name(entries)
    return {"kind": "json", "value": value}


def _multipart(entries: list[Json], *, repeated: bool) -> Json:
    files = [entry for entry in entries if entry.get("parameterType") == "formBinaryData"]
    fields = [entry for entry in entries if entry.get("parameterType") != "formBinaryData"]
    listed = [
        {
            "name": converted(one.get("name", "file")),
            "property": converted(one.get("inputDataFieldName", "data")),
        }
        for one in files
    ]
    return {"kind": "multipart", "fields": _by_name(fields, repeated=repeated), "files": listed}


# --- versions 1 and 2 -------------------------------------------------------------------------------


def _older(node: Node, context: Context) -> Json:
    method = node.param("requestMethod", "GET")
    parameters: Json = {"method": context.param("requestMethod", "GET"), "url": context.param("url", "")}
    written = node.param("jsonParameters") is True
    for ours, theirs in (("query", "query"), ("headers", "header")):
        if written and (given := context.param(f"{theirs}ParametersJson")):
            parameters[ours] = given
        elif not written:
            pairs = _by_name(node.param(f"{theirs}ParametersUi.parameter"), repeated=ours == "query")
            parameters |= {ours: pairs} if pairs else {}
    if method in ("PATCH", "POST", "PUT", "DELETE") and (body := _older_body(node, context, written)):
        parameters["body"] = body
    kinds = {"file": "binary", "string": "text", "json": "json"}
    wanted = kinds.get(node.text("responseFormat", "json"), "auto")
    name = context.param("dataPropertyName", "data")
    place = "binaryProperty" if wanted == "binary" else "property"
    parameters["response"] = {"format": wanted, place: name, "style": "n8nOld"}
    parameters["bodyOnly"] = node.param("options.fullResponse") is not True
    parameters["neverError"] = node.param("options.ignoreResponseCode") is True
    if wanted == "json" and node.param("options.splitIntoItems") is not True and parameters["bodyOnly"]:
        context.differs("a list in the answer becomes an item for each of its elements", "options")
    options = node.param("options", {})
    parameters.update(_batching({k: v for k, v in options.items() if k.startswith("batch")}))
    return parameters


def _older_body(node: Node, context: Context, written: bool) -> Json | None:
    kind = node.text("options.bodyContentType", "json")
    files = _older_files(node, context) if node.param("sendBinaryData") is True else []
    media_type = context.param("options.bodyContentCustomMimeType") or ""
    typed = {"contentType": media_type} if media_type else {}
    if files and kind != "multipart-form-data":
        return {"kind": "binary", "property": files[0]["property"], **typed}
    if kind == "raw" and written:
        return {"kind": "text", "text": context.param("bodyParametersJson", ""), **typed}
    value: Any = _by_name(node.param("bodyParametersUi.parameter"))
    if written:
        text = node.param("bodyParametersJson", "")
        value = code(f"(v => typeof v === 'string' ? JSON.parse(v) : v)({inner(text)})") if text else {}
    if kind == "form-urlencoded":
        return {"kind": "form", "fields": value, "nested": True}
    if kind == "multipart-form-data":
        return {"kind": "multipart", "fields": value, **({"files": files} if files else {})}
    if written and value:
        return {"kind": "json", "value": context.param("bodyParametersJson"), "read": True}
    return {"kind": "json", "value": value} if value else None


def _older_files(node: Node, context: Context) -> list[Json]:
    """``field:property`` of each file, between commas; the field of a single one is ``file`` by itself."""
    names = context.param("binaryPropertyName", "data")
    if not isinstance(names, str) or "{{" in names:
        return [{"name": "file", "property": names}]
    pairs = [[part.strip() for part in one.split(":", 1)] for one in names.split(",") if one.strip()]
    if len(pairs) == 1 and len(pairs[0]) == 1:
        return [{"name": "file", "property": pairs[0][0]}]
    return [{"name": pair[0], "property": pair[-1]} for pair in pairs]


NODES = (NodeType("n8n-nodes-base.httpRequest", (1, 2, 3, 4, 4.1, 4.2, 4.3, 4.4), translate, "http.request"),)
