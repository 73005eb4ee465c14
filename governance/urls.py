"""The paths of governance's pages."""

from __future__ import annotations

from django.urls import path

from governance import (
    ballot_pages,
    catalogue_pages,
    change_pages,
    choice_pages,
    notification_pages,
    pages,
    policy_pages,
    proposal_pages,
    sharing_pages,
)

app_name = "governance"

urlpatterns = [
    path("", pages.home, name="home"),
    path("found", pages.found, name="found"),
    path("members", pages.members, name="members"),
    path("invite", pages.invite, name="invite"),
    path("join", pages.join, name="join"),
    path("leave", pages.leave, name="leave"),
    path("delegate", pages.delegate, name="delegate"),
    path("policy", policy_pages.policy, name="policy"),
    path("policy/waiting", policy_pages.waiting, name="policy-waiting"),
    path("policy/sign", policy_pages.sign, name="sign-policy"),
    path("log.cbor", policy_pages.log, name="log"),
    path("bell", notification_pages.bell, name="bell"),
    path("notifications", notification_pages.overview, name="notifications"),
    path("notifications/choose", notification_pages.choose, name="choose"),
    path("notifications/mail", notification_pages.mail, name="mail"),
    path("notifications/hook", notification_pages.hook, name="hook"),
    path("notifications/read", notification_pages.read_all, name="read-all"),
    path("notifications/<int:notification>", notification_pages.read, name="read"),
    path("approval", proposal_pages.approval, name="approval"),
    path("proposals", proposal_pages.proposals, name="proposals"),
    path("proposals/new", proposal_pages.new, name="new"),
    path("proposals/new/members", change_pages.members, name="change-members"),
    path("proposals/new/policy", change_pages.policy, name="change-policy"),
    path("proposals/new/limits", change_pages.limits, name="change-limits"),
    path("proposals/new/budget", change_pages.budget, name="change-budget"),
    path("proposals/choose", choice_pages.choose, name="choose-code"),
    path("proposals/<str:proposal>", proposal_pages.one, name="proposal"),
    path("proposals/<str:proposal>/part", proposal_pages.part, name="proposal-part"),
    path("proposals/<str:proposal>/proof", policy_pages.proof, name="proof"),
    path("proposals/<str:proposal>/ballot/prepare", ballot_pages.prepare, name="prepare-ballot"),
    path("proposals/<str:proposal>/ballot", ballot_pages.cast, name="cast"),
    path("proposals/<str:proposal>/ballot/held", ballot_pages.vote_held, name="vote-held"),
    path("proposals/<str:proposal>/ballot/open", ballot_pages.open_sealed, name="open-ballot"),
    path("proposals/<str:proposal>/act/<str:verb>", proposal_pages.act, name="act"),
    path("templates", catalogue_pages.templates, name="templates"),
    path("templates/import", sharing_pages.take_in, name="import"),
    path("templates/fetch", sharing_pages.fetch, name="fetch"),
    path("advisories", sharing_pages.advisories, name="advisories"),
    path("notices", sharing_pages.notices, name="notices"),
    path("templates/<str:cid>", catalogue_pages.template, name="template"),
    path("templates/<str:cid>/use", catalogue_pages.use, name="use"),
    path("templates/<str:cid>/stop", catalogue_pages.stop, name="stop"),
    path("templates/<str:cid>/advise", sharing_pages.advise, name="advise"),
    path("templates/<str:cid>/export.json", sharing_pages.export, name="export"),
]
