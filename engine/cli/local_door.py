"""The local door: use-cases on the data directory, also while a node runs on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.base.errors import NodeFailure
from engine.base.ids import derived
from engine.cli.node_lock import node_lock, node_runs, node_url
from engine.cli.resting import rest_of
from engine.cli.web_client import get_json, get_text
from engine.flow.dump import dump_flow
from engine.ports.access_store import Principal
from engine.ports.capabilities import UseQuery
from engine.ports.journal_store import ExecutionQuery
from engine.ports.violations import ViolationQuery
from engine.settings import current
from engine.usecases import control_execution as controls
from engine.usecases.change_access import save_policy
from engine.usecases.create_flow import create_flow
from engine.usecases.delete_flow import delete_flow
from engine.usecases.get_flow import get_flow
from engine.usecases.inspect_execution import execution_logs
from engine.usecases.lift_quarantine import lift_quarantine, list_quarantine
from engine.usecases.list_capability_uses import list_capability_uses
from engine.usecases.list_flows import list_flows
from engine.usecases.list_violations import list_violations
from engine.usecases.publish_flow import publish_flow
from engine.usecases.revoke_capability import revoke_capability
from engine.usecases.run_tests import run_tests
from engine.usecases.search import search
from engine.usecases.start_execution import StartRequest, start_execution
from engine.usecases.unpublish_flow import unpublish_flow
from engine.usecases.update_flow import update_flow
from engine.usecases.world import World
from engine.web.health import checks_of
from engine.web.rest.capabilities import ceilings_of, uses_of
from engine.web.rest.execution_views import show_page, show_state, time_of
from engine.web.rest.flow_views import flow_of, record_of
from engine.web.rest.sandbox import stay_of, violations_of
from engine.web.rest.search import page_of

Json = dict[str, Any]

STOP_WITHIN_S = 3.0
HEALTH_WITHOUT_NODE = ("database", "migrations", "disk")


class LocalDoor:
    """Works on a world of this process, as whoever may use the data directory."""

    def __init__(self, world: World, actor: Principal) -> None:
        self.world, self.actor = world, actor

    # --- flows ------------------------------------------------------------------------------------

    def list_flows(self, tag: str | None, text: str | None, archived: bool) -> list[Json]:
        """All pages."""
        found: list[Json] = []
        options: dict[str, Any] = {"tag": tag, "text": text, "archived": archived}
        size = self.world.limits.page_size_max
        while True:
            after = found[-1]["id"] if found else None
            page = list_flows(self.world, self.actor, limit=size, after=after, **options)
            found += [record_of(record) for record in page]
            if len(page) < size:
                return found

    def show_flow(self, flow: str, version: str = "draft") -> Json:
        """Definition and record."""
        return flow_of(get_flow(self.world, self.actor, flow, version))

    def definition(self, flow: str, version: str) -> str:
        """The definition as YAML."""
        return dump_flow(get_flow(self.world, self.actor, flow, version).flow)

    def create_flow(self, definition: bytes, name: str, message: str) -> Json:
        """Store a new flow."""
        return record_of(create_flow(self.world, self.actor, definition, message, name=name))

    def update_flow(self, flow: str, definition: bytes, revision: str, message: str) -> Json:
        """Save a new version."""
        return record_of(update_flow(self.world, self.actor, flow, definition, revision, message))

    def delete_flow(self, flow: str) -> None:
        """Delete a flow."""
        delete_flow(self.world, self.actor, flow)

    def publish(self, flow: str, version: str) -> Json:
        """Put a version in force."""
        found = get_flow(self.world, self.actor, flow, version).flow
        if not found.settings.tests_must_pass:
            return record_of(publish_flow(self.world, self.actor, flow, version))
        with self.at_work() as door:
            return record_of(publish_flow(door.world, self.actor, flow, version))

    def unpublish(self, flow: str) -> Json:
        """Take a flow out of force."""
        return record_of(unpublish_flow(self.world, self.actor, flow))

    def run_tests(self, flow: str, version: str, cases: list[str]) -> Json:
        """Run tests, and wait for them."""
        return run_tests(self.world, self.actor, flow, version, cases).as_json()

    # --- executions -------------------------------------------------------------------------------

    def start(self, flow: str, body: Json) -> Json:
        """Accept an execution; a node drives it."""
        version = body.get("version")
        request = StartRequest(
            flow,
            list(body.get("items") or []),
            step=body.get("step"),
            version=get_flow(self.world, self.actor, flow, version).flow.version if version else None,
            mode=body.get("mode", "manual"),
            variables=body.get("variables") or {},
            id=derived("exe", self.actor.subnet, body["id"]) if body.get("id") else None,
        )
        started = start_execution(self.world, self.actor, request)
        status = "pending" if started.pending else "running"
        return {"executionId": started.execution, "status": status, "existing": started.existing}

    @contextmanager
    def at_work(self) -> Iterator[LocalDoor]:
        """The node that runs on the data directory, or one in this process for as long as it takes."""
        data_dir = current().data_dir
        if node_runs(data_dir):
            yield self
            return
        from engine.wiring import start_node

        with node_lock(data_dir):
            node = start_node()
            try:
                yield LocalDoor(node.world, self.actor)
            finally:
                node.stop(STOP_WITHIN_S)

    def await_rest(self, execution: str, timeout_s: float) -> None:
        """Look at the journal until it rests."""
        rest_of(self.world, execution, timeout_s)

    def list_executions(self, flow: str | None, status: str | None, limit: int) -> list[Json]:
        """Newest first."""
        query = ExecutionQuery(self.actor.subnet, flow, status, limit=limit)
        page: list[Json] = show_page(self.world, self.actor, query)["executions"]
        return page

    def show_execution(self, execution: str) -> Json:
        """The state."""
        return show_state(self.world, self.actor, execution)

    def logs(self, execution: str, after: int, limit: int) -> list[Json]:
        """A page of log lines."""
        return execution_logs(self.world, self.actor, execution, after, limit)

    def control(self, execution: str, verb: str, reason: str) -> Json:
        """Post the signal; the node that runs takes it up."""
        if verb == "pause":
            controls.pause_execution(self.world, self.actor, execution, reason)
        elif verb == "abort":
            controls.abort_execution(self.world, self.actor, execution, reason)
        else:
            controls.resume_execution(self.world, self.actor, execution)
        return self.show_execution(execution)

    # --- the node ---------------------------------------------------------------------------------

    def health(self) -> Json:
        """As the running node tells; without one, what can be seen from here."""
        if url := self._running():
            return dict(get_json(f"{url}/health/ready", accept=(503,)))
        checks = checks_of(self.world, HEALTH_WITHOUT_NODE)
        now = time_of(self.world.clock.now_us())
        details = {"hint": f"no node runs on {current().data_dir}; start one: qflow up"}
        checks.append({"component": "node", "status": "unhealthy", "lastCheck": now, "details": details})
        return {"status": "unhealthy", "checks": checks}

    def metrics(self) -> str:
        """As the running node measures; another process has no measures of it."""
        if url := self._running():
            return get_text(f"{url}/metrics")
        raise NodeFailure(f"no node runs on {current().data_dir}; start one: qflow up")

    def nodes(self) -> list[Json]:
        """The node of this data directory, if it runs."""
        url = self._running()
        if not url:
            return []
        node = {
            "nodeId": self.world.node,
            "address": url,
            "capabilities": sorted(self.world.catalogue.names()),
            "daoSubnets": [subnet.id for subnet in self.world.access.subnets()],
            "lastSeen": time_of(self.world.clock.now_us()),
        }
        return [node]

    def search(self, text: str, kind: str | None, limit: int) -> list[Json]:
        """The first page."""
        page = page_of(search(self.world, self.actor, text, kinds=(kind,) if kind else (), limit=limit))
        return list(page["hits"])

    def capability_uses(
        self, execution: str | None, token: str | None, allowed: bool | None, limit: int
    ) -> list[Json]:
        """Newest first."""
        query = UseQuery(self.actor.subnet, execution, token, allowed, None, limit)
        return list(uses_of(list_capability_uses(self.world, self.actor, query), limit)["uses"])

    def capability_ceilings(self) -> Json:
        """Those of the policy in force."""
        return ceilings_of(self.world, self.actor)

    def put_capability_ceilings(self, ceilings: list[Json]) -> None:
        """On top of the revision in force."""
        access, subnet = self.world.access, self.actor.subnet
        revision, document = access.policy_document(subnet)
        new = {**document, "capabilities": ceilings}
        save_policy(self.world, self.actor, new, revision)

    def revoke_capability(self, token: str, reason: str) -> None:
        """At once in this process, a tenth of a second later in the node."""
        revoke_capability(self.world, self.actor, token, reason)

    def violations(self, flow: str | None, code: str | None, limit: int) -> list[Json]:
        """Violations of the sandbox, newest first."""
        query = ViolationQuery(self.actor.subnet, flow, code, limit=limit)
        return list(violations_of(list_violations(self.world, self.actor, query), limit)["violations"])

    def quarantine(self) -> list[Json]:
        """What is in quarantine."""
        return [stay_of(one) for one in list_quarantine(self.world, self.actor)]

    def lift_quarantine(self, subject: str) -> Json:
        """Let a flow or code run again."""
        return stay_of(lift_quarantine(self.world, self.actor, subject))

    def subnets(self) -> list[Json]:
        """All subnets of the node."""
        return [
            {"id": subnet.id, "name": subnet.name, "createdAt": time_of(subnet.created_us)}
            for subnet in self.world.access.subnets()
        ]

    def _running(self) -> str:
        data_dir = current().data_dir
        return node_url(data_dir) if node_runs(data_dir) else ""

    def hint(self) -> str:
        """Where no node runs, that one is needed."""
        if current().embedded and not self._running():
            return f"no node runs on {current().data_dir}; it goes on when one does: qflow up"
        return ""
