"""Parts of a node that stand by themselves, for :mod:`engine.wiring`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from engine.base.errors import UnknownObject
from engine.identity.ed25519 import Ed25519
from engine.identity.former_seal import FormerSeal
from engine.identity.keyring import Keyring
from engine.identity.root_keys import root_keys_of
from engine.ports.cipher import Cipher
from engine.ports.clock import Clock
from engine.ports.importer import Importer
from engine.ports.replicas import Replicas
from engine.settings import EngineSettings
from engine.storage.holds import DjangoHoldStore
from engine.storage.identities import DjangoIdentityStore
from engine.storage.ingress import DjangoSchemaStore, DjangoSeenCalls
from engine.storage.keys import DjangoKeyStore
from engine.storage.kubo import kubo_replicas
from engine.storage.packs import PackedBlocks
from engine.storage.reports import DjangoReportStore
from engine.storage.usage import DjangoUsageStore
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import ensure_node_identity
from engine.usecases.node_seal import NodeSeal, reseal_held_keys
from engine.usecases.world import World

log = logging.getLogger("qflow.node")


def keyring_of(settings: EngineSettings, clock: Clock) -> Keyring:
    """All keys that seal what this node stores."""
    roots = root_keys_of(settings.root_key, settings.data_dir / "root-key")
    return Keyring(roots, DjangoKeyStore(), clock.now_us, clock.monotonic_us)


def identities_of(keyring: Keyring, clock: Clock) -> IdentityBook:
    """The identities of the node's database, with the keys that this node can unseal."""
    return IdentityBook(DjangoIdentityStore(), Ed25519(), NodeSeal(keyring), clock)


def awaken(world: World, settings: EngineSettings) -> None:
    """Make sure that the node can sign: with keys under the root key, and an identity."""
    adopt_former_keys(world.identities, settings.data_dir / "node-key")
    ensure_node_identity(world.identities, world.entropy, world.node)


def adopt_former_keys(book: IdentityBook, node_key: Path) -> None:
    """Seal by the root key what the node key sealed, which earlier versions kept in a file of its own, and
    then remove the file. A process that dies in between leaves the file, and the next start goes on."""
    try:
        former = FormerSeal(node_key.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        return
    count = reseal_held_keys(book, former)
    node_key.unlink(missing_ok=True)
    log.warning("%d private keys are sealed under the root key now; node-key is not needed any more", count)


def more_stores(cipher: Cipher) -> dict[str, Any]:
    """Stores that only the use-cases know."""
    usage = DjangoUsageStore(cipher=cipher)
    evidence = {"holds": DjangoHoldStore(), "reports": DjangoReportStore()}
    return {"seen": DjangoSeenCalls(), "schemas": DjangoSchemaStore(), "usage": usage, **evidence}


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
