"""Every limit, in one place, with its unit last in the name.

A subnet's policy may lower a limit, never raise it above what the node allows.
Each can be set as ``QFLOW_LIMIT_<NAME>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

UNLIMITED = 2**53 - 1
"""Stands for no limit: the largest whole number that every JSON reader keeps."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The node's limits; defaults suit one machine with 2 cores and 4 GiB."""

    definition_bytes_max: int = 4 * 1024 * 1024  # one flow definition
    flow_steps_max: int = 2_000  # steps in one flow
    request_body_bytes_max: int = 16 * 1024 * 1024  # a REST or webhook body
    upload_file_bytes_max: int = 64 * 1024 * 1024  # one file of a multipart webhook
    inline_output_bytes_max: int = 64 * 1024  # larger step outputs become blocks
    step_output_bytes_max: int = 64 * 1024 * 1024  # one step run
    binary_bytes_max: int = 1024 * 1024 * 1024  # one file of an item
    response_body_bytes_max: int = 32 * 1024 * 1024  # what http.request reads
    http_redirects_max: int = 10
    http_pages_max: int = 1_000
    execution_facts_max: int = 200_000  # facts of one execution, over all truncations
    history_facts_max: int = 10_000  # facts kept before checkpoint-and-truncate
    step_runs_max: int = 100_000  # runs of one step in one execution (endless loops)
    executions_running_max: int = 100  # per subnet; more wait in their lanes
    executions_pending_max: int = 100_000  # per subnet; more are refused
    execution_timeout_ms: int = 24 * 3600 * 1000  # running time; waits do not count
    step_timeout_ms: int = 300_000
    sub_flow_depth_max: int = 32
    sandbox_memory_bytes_max: int = 128 * 1024 * 1024  # one guest
    sandbox_deadline_ms: int = 5_000  # one call of a guest
    sandbox_alert_percent: int = 80  # of the node's time or a guest's memory; more raises an alert
    sandbox_alert_window_ms: int = 60_000  # the time over which a subnet's guests are measured
    violation_window_ms: int = 600_000  # violations of the sandbox's limits count for this long
    code_violations_max: int = 20  # so many put code into quarantine
    flow_violations_max: int = 60  # so many put a flow into quarantine
    batch_facts_max: int = 500  # facts of pure steps held before a commit
    batch_age_ms: int = 200  # how long they may be held
    time_slice_ms: int = 2_000  # a driver yields its thread after this
    lease_ms: int = 6_000  # an owner that is silent for this long has lost its executions
    webhook_wait_ms: int = 120_000  # how long a webhook caller waits for an answer
    requests_per_minute_max: int = 60_000  # per token or address on REST
    webhooks_per_minute_max: int = 120_000  # per flow
    subnet_webhooks_per_minute_max: int = 600_000  # all webhooks of a subnet, by process
    executions_per_day_max: int = UNLIMITED  # begun in a subnet on a day (UTC)
    steps_per_minute_max: int = UNLIMITED  # attempts of a subnet, by process; more wait
    stored_bytes_max: int = UNLIMITED  # blocks of a subnet
    flows_max: int = 100_000  # per subnet, archived ones too
    tokens_max: int = 10_000  # per subnet, neither revoked nor expired
    page_size_max: int = 250
    retention_days: int = 30  # finished executions' data, unless the flow says otherwise
    audit_retention_days: int = 1_095  # recorded audit events, and checks that belong to no execution

    def lowered_by(self, overrides: Mapping[str, int]) -> Limits:
        """These limits with the smaller of both values wherever ``overrides`` names one."""
        known = {field.name for field in fields(self)}
        smaller = {
            name: min(value, getattr(self, name)) for name, value in overrides.items() if name in known
        }
        return replace(self, **smaller)


# --- fixed limits: not settings, since nobody should need to change them ---------------------------

# What a definition may be
DEFINITION_DEPTH_MAX = 100  # levels of lists and mappings inside each other
PROBLEMS_MAX = 200  # problems in one report; the rest are counted
CYCLES_MAX = 20  # cycles named in one report
YAML_BYTES_MAX = 1024 * 1024  # YAML is slow to read; larger definitions are written as JSON
YAML_VALUES_MAX = 200_000  # values after every alias is written out

# What tests of flows may be
TEST_RUNS_MAX = 2  # flows of a subnet that one process tests at once
CASES_MAX = 200  # tests of one flow
CASE_ASSERTIONS_MAX = 100  # assertions of one test
CASE_ITEMS_MAX = 50  # items that a test made of an execution expects of one port
CASE_BYTES_MAX = 256 * 1024  # of a test that is made of an execution
CASE_MS_MAX = 30_000  # one test; a flow whose own time is shorter fails by that
CASES_MS_MAX = 120_000  # all tests of a flow; those that did not begin by then count as failed
DIFFERENCES_MAX = 50  # differences of one port that are told
DIFFERENCE_CHARACTERS_MAX = 2_000  # of a value that differs

# What step parameters may be
MERGE_INPUTS_MAX = 32  # inputs of one logic.merge
MERGE_ITEMS_MAX = 1_000_000  # items that one merge gives
QUERY_CHARACTERS_MAX = 20_000  # a SQL query
SQL_STEPS_MAX = 100_000_000  # instructions of SQLite that one query takes
SQL_CHECK_STEPS = 10_000  # instructions between two looks at the limit
SQL_COLUMNS_MAX = 500  # columns of one table
SQL_VALUE_BYTES_MAX = 16 * 1024 * 1024  # one value in a query
SWITCH_CASES_MAX = 100  # cases of one logic.switch
CONDITIONS_MAX = 100  # conditions in one step
CONDITION_CHUNK = 2_000  # items whose conditions are held in memory at once
WAIT_MS_MAX = 10 * 366 * 24 * 3600 * 1000  # ten years
SCHEDULE_INTERVAL_MS_MIN = 100  # a tenth of a second
SCHEDULE_INTERVAL_MS_MAX = 366 * 24 * 3600 * 1000  # a year
SCHEDULE_CRONS_MAX = 32  # cron lines of one schedule
STOP_MESSAGE_CHARACTERS_MAX = 10_000  # the message of flow.stop
FIELD_DEPTH_MAX = 32  # parts of a dotted field name
FORESIGHT_STEPS_MAX = 64  # steps in a row that one call of the guest is asked for
FORESIGHT_ITEMS_MAX = 100  # items of the first of them
FORESIGHT_ROWS_MAX = 256  # such rows that a process remembers
FORESIGHT_KEPT_BYTES_MAX = 65_536  # of what is kept of each, so that it is not made again
FORESIGHT_FUEL = 1_000_000_000  # of such a call, a tenth of a second about
EXPRESSION_ITEMS_MAX = 10_000  # items that one call of the guest evaluates simple expressions for
LIST_GAP_MAX = 10_000  # how far beyond the end of a list a field may be set
PREVIEW_VALUES_MAX = 200  # values of a step's parameters shown at once before it runs
PREVIEW_DEADLINE_MS = 2_000  # one call of the guest for a preview
GC_OBJECTS = 50_000  # new objects before the youngest are looked through for garbage
RANDOM_CHARACTERS_MAX = 10_000  # letters of a random text
TOKEN_CHARACTERS_MAX = 100_000  # one JSON Web Token
HTML_DEPTH_MAX = 200  # elements inside each other that become Markdown
MARKDOWN_CHARACTERS_MAX = 2 * 1024 * 1024  # one text that becomes HTML or Markdown
HTML_CHARACTERS_MAX = 16 * 1024 * 1024  # one HTML document
SELECTOR_CHARACTERS_MAX = 1_000  # a CSS selector
SELECTORS_MAX = 100  # selections of one data.html
RANDOM_ITEMS_MAX = 100_000  # items that data.random makes
XML_DEPTH_MAX = 200  # elements inside each other
XML_ELEMENTS_MAX = 1_000_000  # elements of one document
SET_COPIES_MAX = 1_000  # copies that data.set gives of one item
GUEST_ROWS_MAX = 10_000  # values handed to the guest in one call
SORT_FIELDS_MAX = 100  # fields of one data.sort
RENAMINGS_MAX = 1_000  # fields or patterns of one data.rename
PATTERN_CHARACTERS_MAX = 10_000  # a regular expression
CODE_CHARACTERS_MAX = 1024 * 1024  # code in one parameter
WEBHOOK_PATH_BYTES_MAX = 512  # a webhook's path

# What requests to the node may be
JSON_DEPTH_MAX = 200  # levels in a JSON body
FORM_FIELDS_MAX = 1_000  # fields of a form
FORM_PARTS_MAX = 1_000  # parts of a multipart form
TOKEN_CHARACTERS_MAX = 4_096  # a bearer token as sent
NOTE_CHARACTERS_MAX = 2_000  # messages and names beside a definition
LOG_LINES_MAX = 1_000  # log lines in one answer
WEBHOOK_TOKEN_BYTES_MAX = 16_384  # a JSON Web Token of a webhook's caller
WEBHOOK_REPLAY_WINDOW_S = 86_400  # how long a signature without a time is remembered
EVENT_SCHEMA_BYTES_MAX = 65_536  # a schema of events
EVENT_SCHEMAS_MAX = 1_000  # schemas of events in a subnet
TEMPLATES_KEPT_MAX = 4_096  # prepared templates that a process keeps
TEMPLATE_KEPT_CHARACTERS_MAX = 10_000  # longer ones are prepared anew each time
POLICY_MODULES_MAX = 1_000  # modules that a policy names
SEARCH_TEXT_MAX = 1_000  # characters of a search
SEARCH_TERMS_MAX = 50  # words, phrases and filters of a search
INDEXED_TEXT_MAX = 20_000  # characters of a thing's texts that it can be found by
TEST_CALLS_PER_MINUTE_MAX = 1_200  # test calls of the webhooks of one subnet
TEST_CALLERS_PER_MINUTE_MAX = 12_000  # test calls of one address
CALLS_WAITING_MAX = 2_000  # calls waiting for a thread; more are refused
PATIENT_CALLS_WAITING_MAX = 100  # calls waiting for one of the threads that may take long
STREAM_BACKLOG_MAX = 2_000  # events a slow reader may be behind
STEP_ID_CHARACTERS_MAX = 128  # the id of a step that a watcher names
STREAM_MESSAGE_BYTES_MAX = 64 * 1024  # a message from a watcher

# What guests may be and do
GUEST_STACK_BYTES = 2 * 1024 * 1024  # of a guest's calls; a thread's stack must be larger (8 MiB is usual)
GUEST_TABLE_ELEMENTS_MAX = 20_000  # entries of one table
GUEST_TICK_MS = 10  # how often running guests are asked for their deadlines
DRIVERS_BRISK = 2  # short turns that a process takes at once where one writer keeps all others waiting
SWITCH_INTERVAL_S = 0.001  # how long a thread may keep the interpreter while another waits: short latencies
GUEST_VECTORS_MAX = 1_024  # buffers of one WASI read or write
GUEST_RANDOM_BYTES_MAX = 65_536  # of one request for chance
GUEST_SPARES_MAX = 4  # virtual machines kept for the next call, their memory as in the snapshot
CREW_MEASURES_MAX = 500  # measures that a further process of a node holds before it tells them
GUEST_TIMERS_MAX = 10_000  # timers of one call; each takes one more call of the guest
GUEST_LOG_LINES_MAX = 1_000  # printed lines kept of one call
GUEST_LOG_CHARACTERS_MAX = 256 * 1024
GUEST_MESSAGE_CHARACTERS_MAX = 4_000  # an error's message
FAILURE_LOG_LINES_MAX = 200  # printed lines that an error carries, the last ones
STAYS_SEARCHED_MAX = 250  # stays in quarantine that are searched for the last one of a flow or code
VIOLATIONS_KEPT_MAX = 10_000  # per subnet; the oldest are dropped
METERED_SUBNETS_MAX = 10_000  # subnets whose use of guests is measured
APPROVED_CODE_MAX = 10_000  # CIDs in a policy's list of approved code
REVOKED_CODE_MAX = 10_000  # CIDs in its lists of revoked and of stopped code
POLICY_KEYS_MAX = 64  # validators of a signed policy
POLICY_LIFETIME_US_MAX = 366 * 86_400 * 1_000_000  # between its issue and its end
SIGNED_POLICY_BYTES_MAX = 8 * 1024 * 1024
POLICY_CHAIN_MAX = 1_000  # signed policies that are given out or taken in at once
POLICY_CHAIN_BYTES_MAX = 64 * 1024 * 1024  # of the file that holds them
HALTED_LOOKED_AT_MAX = 10_000  # executions of a status that are looked at when code is stopped
USES_LOOKED_AT_MAX = 5_000  # the newest executions that are looked at for the use of code

CUSTOM_KEYS_MAX = 10  # custom data of one execution
CUSTOM_KEY_CHARACTERS_MAX = 50
CUSTOM_VALUE_CHARACTERS_MAX = 255
BUNDLE_FLOWS_MAX = 200  # flows of one document that is imported or exported

# What modules of users may be
MODULE_BYTES_MAX = 16 * 1024 * 1024
MODULE_TEXT_BYTES_MAX = 1024 * 1024  # in the WebAssembly text format
MODULE_FUNCTIONS_MAX = 50_000
MODULE_FUNCTION_BYTES_MAX = 128 * 1024  # compiling one can take the square of its size
MODULE_CODE_BYTES_MAX = 4 * 1024 * 1024  # all functions
MODULE_EXPORTS_MAX = 2_000
MODULE_IMPORTS_MAX = 200
MODULE_TYPES_MAX = 10_000
MODULE_GLOBALS_MAX = 10_000
MODULE_DATA_BYTES_MAX = 12 * 1024 * 1024
MODULE_DATA_BYTES_MANY = 4 * 1024 * 1024  # more is a finding
MODULE_PAGES_MAX = 2_048  # 128 MiB to begin with
MODULE_TABLES_MAX = 4
MODULE_CUSTOM_BYTES_MANY = 1024 * 1024  # more is a finding
MODULE_CUSTOM_SECTIONS_MAX = 1_000
MODULE_BRANCHES_SEEN_MIN = 1_000  # smaller branch tables are ordinary
MODULE_BRANCHES_MANY = 20_000  # targets of a branch table; more is a finding of high risk
MODULE_BRANCH_DEPTH_MAX = 50_000  # no target of a real branch table lies deeper
MODULE_URLS_MAX = 20  # addresses that a report names
MODULE_LOG_BYTES_MAX = 64 * 1024  # what one instance writes to standard error
MODULE_STDERR_CHARACTERS_SHOWN = 500  # of it in an error
MODULE_REPORTS_MAX = 512  # examined modules whose report is kept
MODULES_COMPILED_MAX = 64  # compiled modules kept in memory
MODULES_COMPILED_BYTES_MAX = 256 * 1024 * 1024  # their machine code
MODULE_COMPILED_HERE_BYTES_MAX = 8 * 1024  # larger modules are compiled in a process of their own
COMPILER_SECONDS_MAX = 20  # processor time of that process
COMPILER_MEMORY_BYTES_MAX = 2 * 1024 * 1024 * 1024  # its address space
COMPILERS_MAX = 2  # such processes at once
PREPARATION_SECONDS_MAX = 300  # of making the Python guest ready in the background
MODULE_CACHE_BYTES_MAX = 512 * 1024 * 1024  # machine code of modules on disk; the oldest goes first
GUEST_CACHE_BYTES_MAX = 1024 * 1024 * 1024  # machine code of guests on disk, some 50 MB a version

# What capability tokens may be and do
CAPABILITY_GRANTS_MAX = 256  # grants of one token
CAPABILITY_SIZES_MAX = 16  # size limits of a token that are tried, largest first
CAPABILITY_SHOWN_MAX = 5  # grants that a message lists
CAPABILITY_USES_DEFAULT = 1_000  # uses of a grant where neither the step nor the policy says
CAPABILITY_LIFETIME_US_MAX = 86_400 * 1_000_000  # no token lives longer, so old revocations can be dropped
CAPABILITY_TOKEN_CHARACTERS_MAX = 128 * 1024
CAPABILITY_REDIRECTS_MAX = 10
TOKEN_BLOCKS_MAX = 16  # blocks of a token, the first one included
TOKEN_REFUSALS_MAX = 100  # so many refused uses withdraw a token: its guest is up to no good
LIVE_TOKENS_MAX = 100_000  # tokens alive at once in one process
REVOCATIONS_RECHECK_US = 100_000  # how old the list may be; revocations of this process count at once
DATALOG_FACTS_MAX = 20_000  # facts of one authorisation
REQUEST_SECRETS_MAX = 8  # secrets in one request
REQUEST_HEADERS_MAX = 100
REQUEST_HEADERS_BYTES_MAX = 65_536
URL_CHARACTERS_MAX = 8_192
URL_DECODINGS_MAX = 4  # a path encoded more often is taken for an attempt to hide something
FLOW_KEY_BYTES_MAX = 512  # a key of a flow's values
FLOW_VALUE_BYTES_MAX = 64 * 1024
FLOW_KEYS_LISTED_MAX = 1_000
SECRET_CHARACTERS_MIN = 8  # a shorter one stands in innocent places, where taking it out gives it away
SECRETS_FILE_BYTES_MAX = 1024 * 1024
AUDIT_TEXT_CHARACTERS_MAX = 1_024  # longer arguments are cut: a guest must not fill the audit

# What steps may do to others
HTTP_POOLS_MAX = 64  # connection pools kept
HTTP_IDLE_CONNECTIONS_MAX = 20  # idle connections kept in a pool
HTTP_LOOKUPS_MAX = 64  # name look-ups at once
HTTP_TOKENS_MAX = 1_000  # OAuth tokens kept
HTTP_GZIP_MEMBERS_MAX = 1_000  # members of a compressed body

# What validation believes without looking again
TRUST_RECHECK_US = 100_000  # how old a looked-up revision of grants and quarantine may be
SIGNATURES_KEPT_MAX = 10_000  # signatures remembered as good
STEPS_CLEARED_MAX = 20_000  # steps whose clearance is remembered
TRAIL_KEYS_MAX = 20_000  # kinds of passed checks counted before they are written down
DATA_SUBJECTS_MAX = 1_000  # persons whose data one execution may be about
WATCHED_MAX = 20_000  # steps, actors or sources whose usual behaviour is remembered
GRANTS_MAX = 10_000  # grants of one subnet, past ones too
GRANT_TEXT_CHARACTERS_MAX = 500  # names, resources and purposes in grants and consents

# What a process keeps
BLOCK_PIECE_BYTES_MAX = 1024 * 1024  # a block as it is stored and sent; peers refuse more than 2 MiB
BLOCKS_WAITING_MAX = 10_000  # blocks waiting to be replicated; journals wait to be packed above this
KEYS_KEPT_MAX = 10_000  # unwrapped subnet and class keys
RECIPIENTS_MAX = 1_000  # recipients of one shared envelope
BINDINGS_MAX = 20_000  # steps bound to their types
TOKENS_KNOWN_MAX = 10_000  # tokens whose answer is remembered
PLANS_MAX = 512  # compiled flow versions
SPILLED_BYTES_MAX = 64 * 1024 * 1024  # large outputs kept in memory beside their blocks
BREAKER_TARGETS_MAX = 10_000  # failing targets remembered
RATE_BUCKETS_MAX = 20_000  # callers whose rate is remembered
LIVE_BATCHES_MAX = 10_000  # batches of facts waiting to be sent to watchers
METRIC_SERIES_MAX = 200  # label combinations of one measure

# What records of usage give at once
USAGE_DAYS_MAX = 400

# What the audit gives at once
HOLDS_MAX = 100  # holds in force in a subnet: each is looked at before anything is deleted
HOLD_LOOK_AGAIN_US = 86_400_000_000  # when retention looks again at an execution that was held
REPORT_SCHEDULES_MAX = 50  # schedules of reports in a subnet
REPORT_SCHEDULE_US_MIN = 3_600_000_000  # no report is made more often than hourly
REPORT_RETRY_US = 600_000_000  # when another try makes a report that nobody finished
SUBJECT_FINDINGS_MAX = 1_000  # places in one execution at which a person is looked up
AUDIT_EXPORT_EVENTS_MAX = 100_000  # events of one export
AUDIT_RETENTION_DAYS_MIN = 90  # no policy makes a trail shorter, so nobody hides an act by a policy
AUDIT_FORGET_BATCH = 2_000  # events forgotten in one transaction
AUDIT_REPORT_EVENTS_MAX = 10_000  # events in each list of a report

# Servers that steps log in to, and commands they execute
CONNECT_SECONDS_MAX = 20.0  # making a connection
COMMAND_CHARACTERS_MAX = 1024 * 1024  # a command for a shell, or what a program reads
COMMAND_ARGUMENTS_MAX = 1_000
COMMAND_OUTPUT_BYTES_MAX = 32 * 1024 * 1024  # what a command writes
COMMAND_MEMORY_BYTES_MAX = 4 * 1024 * 1024 * 1024  # the address space of each of its processes
MAIL_BYTES_MAX = 32 * 1024 * 1024  # one mail that is read, and all files of one that is sent
MAIL_SESSION_BYTES_MAX = 256 * 1024 * 1024  # what a mailbox sends in one run
MAIL_TEXT_CHARACTERS_MAX = 4 * 1024 * 1024
MAIL_FILES_MAX = 100  # files of one mail
MAIL_RECIPIENTS_MAX = 500
MAILS_READ_MAX = 1_000  # mails of one run

# Files that steps read and make
IMAGE_PIXELS_MAX = 25_000_000  # width times height of one picture, before and after each change
IMAGE_SIDE_MAX = 20_000  # pixels of a side
IMAGE_CHANGES_MAX = 100  # changes of one image.edit
IMAGE_BLUR_MAX = 200  # pixels
IMAGE_TEXT_CHARACTERS_MAX = 10_000
IMAGE_FONT_MAX = 1_000  # pixels of a letter
CHART_SIDE_MAX = 4_000  # pixels of a side of a chart
FILE_READ_BYTES_MAX = 64 * 1024 * 1024  # a file that is read whole, such as text, a table or a PDF
FILES_FOUND_MAX = 10_000  # files that one pattern may match
FILES_SEEN_MAX = 200_000  # names looked at for one pattern
FILE_PATH_PARTS_MAX = 64
TABLE_ROWS_MAX = 1_000_000
TABLE_CELLS_MAX = 5_000_000
WORKBOOK_BYTES_MAX = 256 * 1024 * 1024  # a workbook's parts, unpacked
ARCHIVE_FILES_MAX = 10_000
ARCHIVE_BYTES_MAX = 1024 * 1024 * 1024  # all files of an archive, unpacked
PDF_PAGES_MAX = 5_000
ODS_REPEATS_MAX = 100_000  # times that one cell or row may stand in for itself
OLD_WORKBOOK_BYTES_MAX = 16 * 1024 * 1024  # an .xls file, which is read whole
CALENDAR_PEOPLE_MAX = 1_000  # attendees of one event
CALENDAR_EVENTS_MAX = 20_000  # events of one calendar
CALENDAR_BYTES_MAX = 16 * 1024 * 1024  # the text of one

# Credentials
CREDENTIALS_MAX = 5_000  # credentials of one subnet, placeholders too
CREDENTIAL_NAME_CHARACTERS_MAX = 128
CREDENTIAL_BYTES_MAX = 64 * 1024  # the values of one credential
VARIABLES_MAX = 200  # variables of one subnet
VARIABLE_NAME_CHARACTERS_MAX = 50
VARIABLE_CHARACTERS_MAX = 1_000  # of one variable's value
VAULT_SECONDS_MAX = 5  # one question to a Vault
CONSENT_SECONDS_MAX = 600  # between the question at a server of OAuth and its answer
CONSENT_ANSWER_SECONDS_MAX = 30  # until such a server gives a token
CREDENTIAL_CALL_SECONDS_MAX = 15  # for a credential that is tried at a service
CONSENT_ANSWER_CHARACTERS_MAX = 8_192  # of the code that a server gives
CREDENTIAL_HOSTS_MAX = 100  # hosts in one credential's scope
REDACTED_CHARACTERS_MIN = 4  # a shorter secret stands in innocent places, where taking it out gives it away

# Forms, and what flows remember
FORM_FIELDS_SHOWN_MAX = 200  # fields of one page
FORM_TEXT_CHARACTERS_MAX = 20_000  # a text that a form shows
SEEN_ITEMS_MAX = 200_000  # values that a step remembers from execution to execution
