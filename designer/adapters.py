"""What django-allauth asks of the site."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from engine.api import CREDENTIALS, NODE, bound_to, world

_PLACE = bound_to("sign-in secret")


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up without being asked: the first person comes by the set-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A node has no mail server; what happens to an account is told on its pages."""


class SealedMfaAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted under the node's key."""

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        sealed = world().cipher.seal(NODE, CREDENTIALS, text.encode(), _PLACE)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        sealed = base64.b64decode(encrypted_text)
        return world().cipher.open(NODE, CREDENTIALS, sealed, _PLACE).decode()
