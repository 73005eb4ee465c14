"""Parts of a node that stand by themselves, for :mod:`engine.wiring`."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from engine.base.errors import InvalidInput, UnknownObject
from engine.dispatch.broker_waker import BrokerWaker
from engine.dispatch.celery_waker import CeleryWaker
from engine.dispatch.channels_notifier import ChannelsNotifier
from engine.dispatch.crew_member import MemberMetrics, MemberNotifier, MemberWaker
from engine.dispatch.lines import Line
from engine.dispatch.prometheus_metrics import PrometheusMetrics
from engine.execution.breaker import BreakerRegistry
from engine.execution.cancellation import CancelToken
from engine.execution.credentials import CredentialDesk
from engine.identity.ed25519 import Ed25519
from engine.identity.former_seal import FormerSeal
from engine.identity.keyring import Keyring
from engine.identity.root_keys import root_keys_of
from engine.ports.block_store import BlockStore
from engine.ports.capabilities import Holder, HttpCall, HttpReply, Surroundings
from engine.ports.cipher import Cipher
from engine.ports.clock import Clock, Entropy
from engine.ports.credentials import CredentialStore
from engine.ports.importer import Importer
from engine.ports.metrics import Metrics
from engine.ports.modules import Modules
from engine.ports.notifier import Notifier
from engine.ports.policy import EgressPolicy, PolicyPort
from engine.ports.replicas import Replicas
from engine.ports.step_catalogue import StepCatalogue
from engine.ports.waker import Waker
from engine.sandbox.capabilities import CapabilityHost, NodeKeys, Reach, SecretFiles, fresh_key
from engine.settings import EngineSettings
from engine.settings.values import keep
from engine.steps.http_request.credential_calls import GuardedCredentialCalls
from engine.steps.http_request.egress import GuardedEgress
from engine.steps.http_request.token_endpoints import GuardedTokenEndpoints
from engine.storage.access import DjangoAccessStore
from engine.storage.audit_trail import DjangoAuditTrail
from engine.storage.capability_uses import DjangoCapabilityStore
from engine.storage.case_runs import DjangoCaseRuns
from engine.storage.credential_files import GivenFirst
from engine.storage.credentials import DjangoCredentialStore
from engine.storage.flow_values import DjangoFlowValues
from engine.storage.flows import DjangoFlowStore
from engine.storage.holds import DjangoHoldStore
from engine.storage.identities import DjangoIdentityStore
from engine.storage.ingress import DjangoSchemaStore, DjangoSeenCalls
from engine.storage.keys import DjangoKeyStore
from engine.storage.kubo import kubo_replicas
from engine.storage.packs import PackedBlocks
from engine.storage.policies import parsed
from engine.storage.references import Allowed, OperatorReferences
from engine.storage.reports import DjangoReportStore
from engine.storage.usage import DjangoUsageStore
from engine.storage.variables import DjangoVariableStore
from engine.usecases.answer_wait import resume_token
from engine.usecases.identity_book import IdentityBook
from engine.usecases.node_identity import ensure_node_identity
from engine.usecases.node_seal import NodeSeal, reseal_held_keys
from engine.usecases.quotas import Quotas, RoomyBlocks
from engine.usecases.world import World
from engine.validation.egress_entries import problems_of_entries

log = logging.getLogger("qflow.node")


def voices_of(
    settings: EngineSettings, unheard: Callable[[str], None], line: Line | None
) -> tuple[Metrics, Notifier, Waker]:
    """How a process tells the world what it measures, what happened and who should look; a further process
    of a node speaks through the node's own, on a line."""
    if line is not None:
        return MemberMetrics(line), MemberNotifier(line), MemberWaker(line)
    app = current_app._get_current_object()
    waker = CeleryWaker(app) if settings.embedded else BrokerWaker(app, unheard)
    return PrometheusMetrics(), ChannelsNotifier(), waker


def owner_of_leases(node_id: str) -> str:
    """A name no other worker has or had: leases of a dead one are never taken for ours."""
    return f"{node_id}:{os.getpid()}:{secrets.token_hex(4)}"


def resume_urls(settings: EngineSettings, secret: bytes) -> Callable[[str, int], str]:
    """Gives the URL that resumes a parked step, by execution and task."""

    def url(execution: str, task: int) -> str:
        token = resume_token(secret, execution, task)
        return f"{settings.base_url}/webhook-waiting/{execution}/{task}/{token}"

    return url


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


def more_stores(cipher: Keyring) -> dict[str, Any]:
    """Stores that only the use-cases know, and the keys of all."""
    usage = DjangoUsageStore(cipher=cipher)
    evidence = {"holds": DjangoHoldStore(), "reports": DjangoReportStore()}
    capabilities, audit = DjangoCapabilityStore(cipher=cipher), DjangoAuditTrail(cipher=cipher)
    asked = {"seen": DjangoSeenCalls(), "schemas": DjangoSchemaStore(), "usage": usage}
    kept = {"capabilities": capabilities, "audit": audit, "values": DjangoFlowValues(cipher=cipher)}
    return {**asked, **evidence, **kept, "cipher": cipher, "keys": cipher}


def roomy(blocks: BlockStore, policy: PolicyPort, clock: Clock) -> BlockStore:
    """The blocks, for what executions store: within the quotas of their subnets."""
    stores = DjangoUsageStore(), DjangoFlowStore(), DjangoAccessStore()
    return RoomyBlocks(blocks, Quotas(policy, *stores, clock))


def blocks_of(settings: EngineSettings, cipher: Cipher, clock: Clock) -> tuple[PackedBlocks, Replicas | None]:
    """The blocks of this node, and where else they lie."""
    replicas = kubo_replicas(settings.ipfs_api, settings.ipfs_replicas, settings.ipfs_timeout_ms, clock)
    blocks = PackedBlocks(settings.data_dir / "blocks", cipher, clock.now_us, replicas=replicas)
    return blocks, replicas


def call_out(world: World, subnet: str, call: HttpCall) -> HttpReply:
    """Make a call for a subnet, within what its policy lets steps reach. Raises as steps do."""
    holder = Holder(subnet, "", "", "")
    breakers = BreakerRegistry(world.clock.monotonic_us).of(subnet)
    around = Surroundings(holder, world.policy.of(subnet), breakers, CancelToken(), call.timeout_ms)
    return GuardedEgress(around).send(call)


def check_policy(document: Mapping[str, Any]) -> None:
    """Raise :class:`InvalidInput` for a document that says what no policy can say."""
    egress = parsed(document).egress
    if problems := problems_of_entries(EgressPolicy(egress.allow, egress.deny)):
        raise InvalidInput("the policy is not valid", problems)


def plugged() -> dict[str, Any]:
    """What applications add to a world: readers of other systems' workflows, and what the site's
    ``NODE_CHORES`` name, for the keeper to do."""
    chores = tuple(import_string(place) for place in getattr(django_settings, "NODE_CHORES", ()))
    return {"importer": importer, "chores": chores}


def secrets_of(
    settings: EngineSettings, cipher: Cipher, catalogue: StepCatalogue, clock: Clock, entropy: Entropy
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Where secrets and credentials lie; and what hands them to steps, with what flows keep."""
    store: CredentialStore = DjangoCredentialStore(cipher)
    if settings.credentials_file is not None:
        store = GivenFirst(settings.credentials_file, store)
    references = references_of(settings)
    audit = DjangoCapabilityStore(cipher=cipher)
    desk = CredentialDesk(store, catalogue.credential_type, audit, clock, entropy, references)
    kept = {"credentials": store, "variables": DjangoVariableStore(cipher), "references": references}
    held = {"secrets": SecretFiles(settings.secrets_file), "case_runs": DjangoCaseRuns(cipher), **kept}
    return held, {"credentials": desk, "values": DjangoFlowValues(cipher=cipher)}


def endpoints(policy: PolicyPort) -> dict[str, Any]:
    """What asks servers outside of any step, under the egress policy of whoever asks."""
    return {
        "token_endpoints": GuardedTokenEndpoints(policy),
        "credential_calls": GuardedCredentialCalls(policy),
    }


def references_of(settings: EngineSettings) -> OperatorReferences:
    """What references in credentials may name on this node."""
    allowed = Allowed(
        vault_url=settings.vault_url,
        vault_token=settings.vault_token,
        vault_ca=settings.vault_ca,
        vault_paths=settings.vault_paths,
        files=settings.reference_files,
        variables=settings.reference_variables,
    )
    return OperatorReferences(allowed, os.environ)


def importer(system: str) -> Importer:
    """The reader of another system's workflows that the site's ``FLOW_IMPORTERS`` names, loaded when
    it is first asked for; raises :class:`UnknownObject`."""
    place = django_settings.FLOW_IMPORTERS.get(system)
    if place is None:
        raise UnknownObject(f"this node reads no workflows of {system!r}")
    found: Importer = import_string(place)()
    return found


def capability_host(
    settings: EngineSettings,
    notifier: Notifier,
    clock: Clock,
    entropy: Entropy,
    cipher: Cipher,
    modules: Modules | None = None,
    blocks: BlockStore | None = None,
) -> CapabilityHost:
    """What the guests of this process reach the world through, behind capability tokens."""
    keys = NodeKeys(keep(settings.data_dir / "capability-key", fresh_key()))
    secret_files = SecretFiles(settings.secrets_file)
    values = DjangoFlowValues(cipher=cipher)
    store = DjangoCapabilityStore(cipher=cipher)
    reach = Reach(store, values, secret_files, GuardedEgress, modules, blocks)
    return CapabilityHost(keys, reach, notifier, clock, entropy)
