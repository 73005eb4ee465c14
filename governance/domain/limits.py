"""Limits of governance, with their unit last in the name. They are fixed: a charter may only be stricter."""

from __future__ import annotations

MEMBERS_MAX = 20_000  # of one DAO
WEIGHT_MAX = 1_000_000_000  # of one member's vote
NAME_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 20_000  # of a charter, a proposal's text, a comment
REASON_CHARACTERS_MAX = 2_000
CONTENT_BYTES_MAX = 4 * 1024 * 1024  # of the object that is voted on
COMMENTS_MAX = 2_000  # of one proposal
REVISIONS_MAX = 100  # of one proposal
OPTIONS_MAX = 20  # to choose among
BALLOTS_PER_MEMBER_MAX = 50  # of one member on one proposal, changes of the vote included
BALLOT_LIFETIME_US_MAX = 90 * 24 * 3600 * 1_000_000  # between signing and expiry
NONCE_CHARACTERS_MIN, NONCE_CHARACTERS_MAX = 16, 64
CREDITS_MAX = 10_000  # of one member in one quadratic vote
STAGE_S_MAX = 90 * 24 * 3600  # of one stage of a proposal
STOP_S_MAX = 30 * 24 * 3600  # how long a guardian's stop may last without being ratified
VALIDATORS_MAX = 32
POLICY_S_MIN, POLICY_S_MAX = 3_600, 366 * 24 * 3600  # how long a signed policy may hold
DELEGATION_US_MAX = 366 * 24 * 3600 * 1_000_000
NOTIFICATIONS_AT_ONCE_MAX = 200  # that are listed or read
ADVISORIES_MAX = 1_000  # of one DAO
OPEN_PROPOSALS_MAX = 1_000  # of one DAO
ANSWER_BYTES_MAX = 128 * 1024 * 1024  # of what another node answers
FETCHED_TEMPLATE_BYTES_MAX = 2 * CONTENT_BYTES_MAX  # of a template as another node gives it out, as JSON
FETCHED_LOG_BYTES_MAX = 64 * 1024 * 1024  # of a DAO's log that comes with it, in base64
FOUND_DAOS_BYTES_MAX = 64 * 1024  # of the DAOs that a node names
TOKEN_CHARACTERS_MAX = 8_192
RECHECKS_AT_ONCE_MAX = 3  # proposals whose checks a node makes anew in one go
RECHECK_S_MAX = 60  # of the checks of one of them
RECHECK_EVERY_S = 60  # between two looks for such proposals
RECHECK_ATTEMPTS_MAX = 30  # to bring a report to the node that asked for it
SOURCES_BYTES_MAX = 1024 * 1024  # of the file that names other nodes
