"""The host behind capability tokens, as code sees it: ``http_request``, ``kv`` and static data.

Executed in the guest before ``prelude``, into the same names. ``ask(operation, request)`` asks the host.
"""
# mypy: ignore-errors

from __future__ import annotations

import base64
import json
import re
import urllib.parse


class HostError(Exception):
    """What the host answered with instead of doing what was asked."""

    def __init__(self, told):
        super().__init__(told["message"])
        self.code, self.type, self.retryable = told["code"], told["type"], told["retryable"]
        self.number = told["number"]


class HttpError(Exception):
    """An answer whose status says that it is none."""

    def __init__(self, response):
        super().__init__(f"the server answered with status {response.status} {response.reason}".rstrip())
        self.response, self.status = response, response.status


class Response:
    """An HTTP answer: ``status``, ``reason``, ``headers`` by lower-case name, ``body`` (bytes), ``url``."""

    def __init__(self, answer):
        self.status, self.reason, self.url = answer["status"], answer["reason"], answer["url"]
        self._object = type(answer)
        self.headers = answer["headers"]
        told = answer.get("bodyBase64")
        self.body = answer["body"].encode() if told is None else base64.b64decode(told)

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body, object_hook=self._object)


class Http:
    """``http_request(url, method)``: one request through the step's capability token.

    ``params`` go into the query; ``json`` or ``data`` (text, bytes, a dict for a form) is the body; ``auth``
    a pair for HTTP Basic; ``timeout`` in seconds; ``secrets`` names what the host puts in.
    """

    def __init__(self, ask):
        self._ask = ask

    def __call__(self, url, method="GET", *, secrets=None, raise_for_status=True, **options):
        request = self._request(url, method, **options)
        if secrets:
            request["secrets"] = secrets
        response = Response(self._ask("secret" if secrets else "http", request))
        if raise_for_status and response.status >= 400:
            raise HttpError(response)
        return response

    def _request(
        self,
        url,
        method,
        *,
        params=None,
        headers=None,
        json=None,
        data=None,
        auth=None,
        timeout=None,
        follow=True,
    ):
        if params:
            url += ("&" if "?" in url else "?") + urllib.parse.urlencode(params, doseq=True)
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        request = {"method": method, "url": url, "headers": headers, "follow": follow}
        if json is not None:
            request["json"] = json
        if timeout is not None:
            request["timeoutMs"] = max(int(timeout * 1000), 1)
        return self._with_body(request, data)

    def _with_body(self, request, data):
        if isinstance(data, dict):
            request["headers"].setdefault("Content-Type", "application/x-www-form-urlencoded")
            data = urllib.parse.urlencode(data, doseq=True)
        if isinstance(data, (bytes, bytearray)):
            request["bodyBase64"] = base64.b64encode(data).decode()
        elif data is not None:
            request["body"] = data
        return request


def modules(ask):
    """``call_module(module, action, input)``: what a module of the subnet gives."""

    def call_module(module, action, input=None):
        return ask("module", {"module": module, "action": action, "input": input})["output"]

    return call_module


class Values:
    """``kv``: what is kept for the flow."""

    def __init__(self, ask):
        self._ask = ask

    def get(self, key, default=None):
        entry = self.entry(key)
        return entry["value"] if entry["found"] else default

    def entry(self, key):
        return self._ask("kv", {"action": "get", "key": key})

    def set(self, key, value, expected=None):
        request = {"action": "set", "key": key, "value": value, "expected": expected}
        return self._ask("kv", request)["revision"]

    def delete(self, key, expected=None):
        return self._ask("kv", {"action": "delete", "key": key, "expected": expected})["deleted"]

    def list(self, prefix="", after="", limit=100):
        request = {"action": "list", "key": prefix, "after": after, "limit": limit}
        return self._ask("kv", request)["keys"]


class CustomData:
    """``_execution.customData``: what steps before said of the execution, and what this code says."""

    def __init__(self, execution):
        before = dict(execution)
        self._before, self.said = before.pop("custom", None) or {}, {}
        self.execution = type(execution)(before)
        self.execution["customData"] = self

    def get(self, key):
        return self.getAll().get(key)

    def getAll(self):
        return {**self._before, **self.said}

    def set(self, key, value):
        if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9_]+", key):
            raise ValueError("a key of customData has letters, digits and underscores only")
        if not isinstance(value, (str, int, float, bool)):
            raise ValueError(f"customData {key} must be a text, a number, True or False")
        self.said[key] = ("true" if value else "false") if isinstance(value, bool) else str(value)

    def setAll(self, values):
        for key, value in values.items():
            self.set(key, value)


class StaticData:
    """``_getWorkflowStaticData``: an object for the flow or the step, kept when the code has ended."""

    def __init__(self, values, step):
        self._values, self._step, self._kept = values, step, {}

    def __call__(self, kind):
        if kind not in ("global", "node"):
            raise ValueError("_getWorkflowStaticData takes 'global' or 'node'")
        key = "static:global" if kind == "global" else f"static:node:{self._step}"
        if key not in self._kept:
            entry = self._values.entry(key)
            data = entry["value"] if isinstance(entry["value"], dict) else type(entry)()
            self._kept[key] = data, entry["revision"], json.dumps(data)
        return self._kept[key][0]

    def save(self):
        for key, (data, revision, before) in self._kept.items():
            if json.dumps(data) != before:
                self._values.set(key, data, revision)
