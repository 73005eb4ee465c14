"""The remote door: a node elsewhere, over REST with a bearer token."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from engine.cli.web_client import get_text, parsed, request

Json = dict[str, Any]

LOOK_FIRST_S, LOOK_MAX_S = 0.05, 1.0
RESTING = ("completed", "failed", "aborted", "waiting", "paused")
JSON_BODY = {"Content-Type": "application/json"}


class RemoteDoor:
    """Requests to ``URL/api/v1``."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url.rstrip("/"), token

    def _call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else JSON_BODY
        return parsed(self._request(method, path, content, headers, **query))

    def _request(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], **query: Any
    ) -> Any:
        wanted = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        url = f"{self._url}/api/v1{path}{'?' + wanted if wanted else ''}"
        return request(method, url, token=self._token, content=content, headers=headers)

    # --- flows ------------------------------------------------------------------------------------

    def list_flows(self, tag: str | None, text: str | None, archived: bool) -> list[Json]:
        """All pages."""
        found: list[Json] = []
        after: str | None = None
        while True:
            options = {"tag": tag, "text": text, "archived": str(archived).lower(), "after": after}
            page = self._call("GET", "/flows", limit=250, **options)
            found += page["flows"]
            after = page["next"]
            if after is None:
                return found

    def show_flow(self, flow: str, version: str = "draft") -> Json:
        """Definition and record."""
        shown: Json = self._call("GET", f"/flows/{_part(flow)}/versions/{_part(version)}")
        return shown

    def definition(self, flow: str, version: str) -> str:
        """The definition as YAML."""
        path, wanted = f"/flows/{_part(flow)}/versions/{_part(version)}", {"Accept": "application/yaml"}
        return str(self._request("GET", path, None, wanted).text)

    def create_flow(self, definition: bytes, name: str, message: str) -> Json:
        """Store a new flow."""
        sent = self._request("POST", "/flows", definition, YAML_BODY, name=name, message=message)
        return dict(parsed(sent))

    def update_flow(self, flow: str, definition: bytes, revision: str, message: str) -> Json:
        """Save a new version."""
        headers = {**YAML_BODY, "If-Match": f'"{revision}"'}
        return dict(
            parsed(self._request("PUT", f"/flows/{_part(flow)}", definition, headers, message=message))
        )

    def delete_flow(self, flow: str) -> None:
        """Delete a flow."""
        self._request("DELETE", f"/flows/{_part(flow)}", None, {})

    def publish(self, flow: str, version: str) -> Json:
        """Put a version in force."""
        return dict(self._call("POST", f"/flows/{_part(flow)}/publish", {"version": version}))

    def unpublish(self, flow: str) -> Json:
        """Take a flow out of force."""
        return dict(self._call("POST", f"/flows/{_part(flow)}/unpublish"))

    def run_tests(self, flow: str, version: str, cases: list[str]) -> Json:
        """Run tests, and wait for them."""
        return dict(self._call("POST", f"/flows/{_part(flow)}/tests", {"version": version, "cases": cases}))

    # --- executions -------------------------------------------------------------------------------

    def start(self, flow: str, body: Json) -> Json:
        """Accept an execution."""
        return dict(self._call("POST", f"/flows/{_part(flow)}/start", body))

    @contextmanager
    def at_work(self) -> Iterator[RemoteDoor]:
        """The node elsewhere is at work already."""
        yield self

    def await_rest(self, execution: str, timeout_s: float) -> None:
        """Ask until it rests."""
        until, pause = time.monotonic() + timeout_s, LOOK_FIRST_S
        while self.show_execution(execution)["status"] not in RESTING and time.monotonic() < until:
            time.sleep(pause)
            pause = min(pause * 2, LOOK_MAX_S)

    def list_executions(self, flow: str | None, status: str | None, limit: int) -> list[Json]:
        """Newest first."""
        page = self._call("GET", "/executions", flowId=flow, status=status, limit=limit)
        return list(page["executions"])

    def show_execution(self, execution: str) -> Json:
        """The state."""
        return dict(self._call("GET", f"/executions/{_part(execution)}"))

    def logs(self, execution: str, after: int, limit: int) -> list[Json]:
        """A page of log lines."""
        page = self._call("GET", f"/executions/{_part(execution)}/logs", after=after, limit=limit)
        return list(page["lines"])

    def control(self, execution: str, verb: str, reason: str) -> Json:
        """Pause, resume or abort."""
        body = {"reason": reason} if reason and verb != "resume" else None
        return dict(self._call("POST", f"/executions/{_part(execution)}/{verb}", body))

    # --- the node ---------------------------------------------------------------------------------

    def health(self) -> Json:
        """Readiness, which needs no token."""
        return dict(parsed(request("GET", f"{self._url}/health/ready", accept=(503,))))

    def metrics(self) -> str:
        """The measures, which need no token."""
        return get_text(f"{self._url}/metrics")

    def nodes(self) -> list[Json]:
        """The nodes that node knows."""
        return list(self._call("GET", "/nodes"))

    def search(self, text: str, kind: str | None, limit: int) -> list[Json]:
        """The first page."""
        return list(self._call("GET", "/search", q=text, kind=kind, limit=limit)["hits"])

    def capability_uses(
        self, execution: str | None, token: str | None, allowed: bool | None, limit: int
    ) -> list[Json]:
        """Newest first."""
        only = None if allowed is None else str(allowed).lower()
        options = {"executionId": execution, "token": token, "allowed": only, "limit": limit}
        return list(self._call("GET", "/capabilities/uses", **options)["uses"])

    def capability_ceilings(self) -> Json:
        """Those of the policy in force."""
        found: Json = self._call("GET", "/capabilities")
        return found

    def put_capability_ceilings(self, ceilings: list[Json]) -> None:
        """On top of the revision in force."""
        policy = self._call("GET", "/policy")
        document = {**policy["document"], "capabilities": ceilings}
        self._call("PUT", "/policy", body={"document": document, "revision": str(policy["revision"])})

    def revoke_capability(self, token: str, reason: str) -> None:
        """At once."""
        self._call("POST", "/capabilities/revocations", body={"token": token, "reason": reason})

    def violations(self, flow: str | None, code: str | None, limit: int) -> list[Json]:
        """Violations of the sandbox, newest first."""
        options = {"flowId": flow, "codeCid": code, "limit": limit}
        given = {name: value for name, value in options.items() if value is not None}
        return list(self._call("GET", "/sandbox/violations", **given)["violations"])

    def quarantine(self) -> list[Json]:
        """What is in quarantine."""
        return list(self._call("GET", "/sandbox/quarantine"))

    def lift_quarantine(self, subject: str) -> Json:
        """Let a flow or code run again."""
        found: Json = self._call("DELETE", f"/sandbox/quarantine/{quote(subject, safe='')}")
        return found

    def subnets(self) -> list[Json]:
        """The subnet of the token."""
        policy = self._call("GET", "/policy")
        return [{"id": policy["subnet"], "policyRevision": policy["revision"]}]

    def hint(self) -> str:
        """The node is at work."""
        return ""


YAML_BODY = {"Content-Type": "application/yaml"}


def _part(text: str) -> str:
    return quote(text, safe="")
