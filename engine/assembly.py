"""Parts of a node that stand by themselves, for :mod:`engine.wiring`."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from engine.base.errors import UnknownObject
from engine.identity.keyring import Keyring
from engine.identity.root_keys import root_keys_of
from engine.ports.cipher import Cipher
from engine.ports.clock import Clock
from engine.ports.importer import Importer
from engine.ports.replicas import Replicas
from engine.settings import EngineSettings
from engine.storage.keys import DjangoKeyStore
from engine.storage.kubo import kubo_replicas
from engine.storage.packs import PackedBlocks


def keyring_of(settings: EngineSettings, clock: Clock) -> Keyring:
    """All keys that seal what this node stores."""
    roots = root_keys_of(settings.root_key, settings.data_dir / "root-key")
    return Keyring(roots, DjangoKeyStore(), clock.now_us, clock.monotonic_us)


def blocks_of(settings: EngineSettings, cipher: Cipher, clock: Clock) -> tuple[PackedBlocks, Replicas | None]:
    """The blocks of this node, and where else they lie."""
    replicas = kubo_replicas(settings.ipfs_api, settings.ipfs_replicas, settings.ipfs_timeout_ms, clock)
    blocks = PackedBlocks(settings.data_dir / "blocks", cipher, clock.now_us, replicas=replicas)
    return blocks, replicas


def importer(system: str) -> Importer:
    """The reader of another system's workflows that the site's ``FLOW_IMPORTERS`` names, loaded when
    it is first asked for; raises :class:`UnknownObject`."""
    place = django_settings.FLOW_IMPORTERS.get(system)
    if place is None:
        raise UnknownObject(f"this node reads no workflows of {system!r}")
    found: Importer = import_string(place)()
    return found
