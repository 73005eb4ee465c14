"""The front door: each request reaches the application it is for."""

from __future__ import annotations

from typing import Any

import pytest

from engine.web.front import FrontDoor


def answering(name: bytes, *headers: tuple[bytes, bytes]) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": name})

    return application


async def asked(front: Any, path: str, root: str = "") -> tuple[bytes, dict[bytes, bytes]]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "raw_path": path.encode(), "root_path": root}
    await front(scope, None, send)
    return sent[1]["body"], dict(sent[0]["headers"])


FRONT = FrontDoor(answering(b"webhook"), answering(b"api"), answering(b"site"))


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/webhook/a", b"webhook"),
        ("/webhook-test/a", b"webhook"),
        ("/webhook-waiting/a/1/t", b"webhook"),
        ("/webhook", b"webhook"),
        ("/webhooks", b"site"),
        ("/webhook-tests/a", b"site"),
        ("/api/v1/webhooks/a", b"webhook"),
        ("/api/v1/webhooks", b"webhook"),
        ("/api/v1/webhooksx", b"api"),
        ("/api/v1/flows", b"api"),
        ("/health/live", b"api"),
        ("/metrics", b"api"),
        ("/", b"site"),
        ("", b"site"),
        ("/apis", b"site"),
        ("/webhook%2Fa", b"site"),
    ],
)
async def test_a_path_leads_to_its_door(path, door):
    assert (await asked(FRONT, path))[0] == door


async def test_the_site_may_be_mounted_below_a_path():
    assert (await asked(FRONT, "/qflow/webhook/a", root="/qflow"))[0] == b"webhook"


async def test_headers_that_the_application_sets_stay():
    front = FrontDoor(answering(b""), answering(b""), answering(b"", (b"Content-Security-Policy", b"mine")))
    _, headers = await asked(front, "/page")
    assert headers[b"Content-Security-Policy"] == b"mine"
    assert b"content-security-policy" not in headers
    assert headers[b"x-content-type-options"] == b"nosniff"
