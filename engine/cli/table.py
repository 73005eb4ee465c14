"""The table of commands: group, name, module and one line each; help and docs follow it."""

from __future__ import annotations

from importlib.metadata import entry_points

from engine.cli.frame import Entry

GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Node",
        (
            Entry("up", "up", "start a whole node in the foreground; Ctrl-C stops it cleanly"),
            Entry("worker", "worker", "start a worker process for a node with a Redis or RabbitMQ broker"),
            Entry("migrate", "migrate", "create or update the database's tables"),
            Entry("settings", "settings_view", "show the settings in force, secrets hidden"),
            Entry("grant", "grants", "list, add, renew and revoke grants; roles"),
            Entry("consent", "grants", "list, record, renew and withdraw consents of persons"),
            Entry("token", "tokens", "create, list and revoke bearer tokens for the REST API"),
            Entry("token", "tokens", "create, list, narrow and revoke bearer tokens for the REST API"),
            Entry("credential", "credentials", "list, fill in, test and delete what flows sign in with"),
            Entry("variables", "variables", "list, set, import and delete what flows read as $vars"),
            Entry("identity", "identities", "make identities, rotate, delegate and revoke their keys"),
        ),
    ),
    (
        "Flows",
        (
            Entry("create", "flows", "create a flow from a file"),
            Entry("import", "importing", "make flows of n8n workflows and report every difference"),
            Entry("n8n", "n8n", "import everything from a running n8n, or write a flow for it"),
            Entry("list", "flows", "list flows"),
            Entry("show", "flows", "show a flow and its definition"),
            Entry("update", "flows", "save a new version of a flow from a file"),
            Entry("delete", "flows", "delete a flow"),
            Entry("validate", "flows", "check flow files and report all problems at once"),
            Entry("test", "cases", "run the tests of a flow or of a file, and tell what they cover"),
            Entry("publish", "publishing", "put a version of a flow into production with its triggers"),
            Entry("unpublish", "publishing", "take a flow out of production"),
            Entry("archive", "publishing", "put a flow into the archive, or take it out again"),
            Entry("history", "versions", "list the versions of a flow"),
            Entry("diff", "versions", "show what changed between two versions of a flow"),
            Entry("rollback", "versions", "make an earlier version the newest again"),
            Entry("tag", "versions", "give a version of a flow a name"),
            Entry("search", "search", "find flows, versions, executions and templates"),
            Entry("eval", "eval", "evaluate an expression on items given here"),
            Entry("module", "modules", "examine a WebAssembly module before it is used"),
            Entry("schema", "schemas", "print the JSON Schema of a flow format or of a step type"),
        ),
    ),
    (
        "Executions",
        (
            Entry("run", "run", "execute flow files on a node of their own and show the results"),
            Entry("start", "executions", "start an execution of a flow"),
            Entry("executions", "executions", "list executions"),
            Entry("status", "executions", "show where an execution stands"),
            Entry("logs", "executions", "show what happened in an execution"),
            Entry("pause", "control", "let nothing new start in an execution"),
            Entry("resume", "control", "let a paused execution go on"),
            Entry("abort", "control", "end an execution"),
            Entry("approve", "answers", "approve a step that waits for approval"),
            Entry("answer", "answers", "answer a step that waits, with data"),
            Entry("trigger", "answers", "publish an event to flows and waiting steps"),
            Entry("checkpoint", "again", "create, list or restore checkpoints of an execution"),
            Entry("fork", "again", "start a new execution from a step of another one"),
            Entry("replay", "again", "run an execution again from the start"),
            Entry("export", "export", "write an execution's bundle: all that a stranger needs to check it"),
            Entry("verify", "export", "check an execution or a bundle; name the first wrong entry"),
            Entry("shred", "keys", "erase the contents of an execution for good; its proofs stay"),
            Entry("subject", "subjects", "export or erase everything that names a person"),
            Entry("share", "keys", "seal a step's outputs for named recipients"),
            Entry("export", "export", "write an execution's bundle: its definition and its journal"),
        ),
    ),
    (
        "System",
        (
            Entry("nodes", "system", "list the nodes of this network"),
            Entry("health", "system", "check the health of the node"),
            Entry("metrics", "system", "show the measurements of the node"),
            Entry(
                "capabilities", "capabilities", "show what steps may reach and what they reached, and stop it"
            ),
            Entry("sandbox", "sandbox", "show violations of the sandbox and lift quarantines"),
            Entry("blocks", "blocks", "show, repair and clean up the blocks of a subnet"),
            Entry("keys", "keys", "show and rotate the keys that seal what is stored"),
            Entry("dao-subnets", "system", "list the subnets"),
            Entry("subnet", "subnets", "make, list and show subnets: tenants that share nothing"),
            Entry("usage", "usage", "show what a subnet used, day by day"),
            Entry("audit", "audit", "search and export the audit trail, make reports, prove the log"),
            Entry(
                "audit",
                "audit",
                "search and export the audit trail; reports, holds, the node's log",
            ),
            Entry("bench", "bench", "measure this machine with the benchmarks"),
        ),
    ),
)


def _added() -> tuple[Entry, ...]:
    """The commands of applications: packages name an :class:`Entry` each under ``qflow.commands``."""
    points = sorted(entry_points(group="qflow.commands"), key=lambda point: point.name)
    return tuple(point.load() for point in points)


GROUPS += (("Governance", _added()),)

ENTRIES: dict[str, Entry] = {entry.name: entry for _, entries in GROUPS for entry in entries}
