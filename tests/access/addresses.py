"""Every address of the hotline, from the resolver, and what the walk knows of each.

An address without an entry in `WALK`, `OPEN` or `ADMINISTRATION` fails `test_addresses.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from hotline.enums import Role
from tests.access.oracle import (
    CASE_ROLES,
    EVERYONE,
    FLOOR,
    ends_absence,
    had_call,
    hangs_up,
    listens_to,
    may,
    plans_rota,
    reads_rota,
    sees,
)
from tests.access.world import SOUTH, Row


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each route with its pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def rule_of(pattern: URLPattern) -> object:
    """The rule that the view carries."""
    return getattr(pattern.callback, "access_rule", None)


ALL = list(patterns(get_resolver()))
STAFF_ONLY = [(route, pattern) for route, pattern in ALL if isinstance(rule_of(pattern), frozenset)]
CARRIER = [route for route, _pattern in ALL if route.startswith("twilio/")]

Oracle = Callable[[str, Row], bool]
PLANNERS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
ROTA = {*PLANNERS, Role.LAWYER}
AGENT, FLOOR_ONLY, SUPERVISOR = {Role.AGENT}, set(FLOOR), {Role.SUPERVISOR}
LEADS = {Role.LAWYER, Role.SUPERVISOR}


@dataclass(frozen=True)
class Walk:
    """One way to ask for one address of a row."""

    path: str
    """With the names of the row's ids."""
    roles: set[Role]
    method: str = "post"
    action: str = "look"
    """What one must be allowed to do, in the oracle's words."""
    data: dict[str, Any] = field(default_factory=dict)
    theirs: Oracle = sees
    """For whom the thing at this address exists."""

    def allowed(self, who: str, row: Row) -> bool:
        """Whether the person, for whom it exists, may do it."""
        action = STEPS[row.stage][0] if self.action == "{step}" else self.action
        return self.theirs is not sees or may(who, action, row)


def _get(path: str, roles: set[Role] = CASE_ROLES, **more: Any) -> Walk:
    return Walk(path, roles, "get", **more)


REASON = {"reason": "核实"}
WHO = {"person": "{other_lawyer}", **REASON}
STEPS = {
    "INTAKE": ("intake", "NUISANCE"),
    "LEGAL_REVIEW": ("review", "REFER"),
    "MEDIATION": ("mediate", "NOT_PURSUED"),
    "CLOSED": ("review", "ANSWERED"),
}
"""Each stage's step in the oracle's words, and a decision that needs nothing more."""
WAGES = {"monthly_wage": "100", "start": "2026-01-01", "end": "2026-01-31", "revision": "0"}
ROWS = {"rows-TOTAL_FORMS": "0", "rows-INITIAL_FORMS": "0"}
SECTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "INTAKE": ("facts", {"persons": "1", "summary": "改", "narrative": "改"}),
    "CALLER": ("facts", {"name": "改"}),
    "EMPLOYERS": ("facts", ROWS),
    "CLAIMS": ("facts", ROWS),
    "EVIDENCE": ("facts", ROWS),
    "REVIEW": ("review", {"opinion": "改"}),
    "MEDIATION": ("mediate", {"agreement": "改"}),
    "REFERRAL": ("refer", {"commission": "改"}),
}
MEDIATED = {"held": "session", "answer": "proposal", "agreement": "proposal", "off": "session"}
"""What is written into a mediation about one of its rows."""
PARTS = (
    "head",
    "facts",
    "timeline",
    "work",
    "mediation",
    "measures",
    "quality",
    "links",
    "collective",
    "emergency",
    "dialogs",
)


def _offered(who: str, row: Row) -> bool:
    return (row.offered_to or "agent") == who


def _goes_back(who: str, row: Row) -> bool:
    """A text that was moved here goes back only to a case that one sees, too."""
    return sees(who, row) and (not row.back_to or sees(who, Row(row.back_to, SOUTH, "INTAKE")))


WALK: dict[str, list[Walk]] = {
    "case": [_get("/cases/{case}/?all=1"), _get("/cases/{case}/?found=1&q=Zq")],
    "case-part": [_get(f"/cases/{{case}}/parts/{name}/?all=1") for name in PARTS],
    "flow-drawing": [_get("/cases/{case}/flow.svg")],
    "reveal": [
        Walk("/cases/{case}/reveal/", CASE_ROLES, data={"what": what, **REASON})
        for what in ("number", "identity")
    ],
    "case-arbitration": [
        _get("/cases/{case}/arbitration/"),
        Walk("/cases/{case}/arbitration/", CASE_ROLES, action="refer", data={"kind": "RECEIPT"}),
    ],
    "case-deadlines": [
        _get("/cases/{case}/deadlines/"),
        Walk("/cases/{case}/deadlines/", CASE_ROLES, data={"action": "enter"}),
    ],
    "section": [
        *(_get(f"/cases/{{case}}/sections/{name}/") for name in SECTIONS),
        *(
            Walk(f"/cases/{{case}}/sections/{name}/", CASE_ROLES, action=action, data=data)
            for name, (action, data) in SECTIONS.items()
        ),
    ],
    "calculators": [_get("/cases/{case}/calculators/")],
    "calculator": [
        _get("/cases/{case}/calculators/wages/"),
        Walk("/cases/{case}/calculators/wages/", CASE_ROLES, data=WAGES),
        Walk(
            "/cases/{case}/calculators/wages/", CASE_ROLES, action="facts", data=WAGES | {"action": "claim"}
        ),
    ],
    "draft": [
        Walk(f"/cases/{{case}}/draft/{name}/", CASE_ROLES, data={"text": "稿"}) for name in ("NOTE", "INTAKE")
    ],
    "draft-drop": [
        Walk(f"/cases/{{case}}/draft/{name}/drop/", CASE_ROLES) for name in ("NOTE", "INTAKE", "REPLY")
    ],
    "step": [
        Walk(
            "/cases/{case}/steps/{task}/",
            CASE_ROLES,
            action="{step}",
            data={"decision": "{decision}", "note": "改"},
        )
    ],
    "take-over": [
        Walk("/cases/{case}/take-over/", {Role.AGENT, Role.SUPERVISOR, Role.MEDIATOR}, action="{step}")
    ],
    "accept-review": [Walk("/cases/{case}/accept-review/", {Role.LAWYER}, action="review")],
    "decline-review": [Walk("/cases/{case}/decline-review/", {Role.LAWYER}, action="review", data=REASON)],
    "extend-award": [Walk("/cases/{case}/extend-award/", {Role.LAWYER}, action="refer")],
    "withdraw": [
        Walk("/cases/{case}/withdraw/", {*FLOOR, Role.LAWYER}, action="withdraw", data=data)
        for data in (REASON, {})
    ],
    "reopen": [Walk("/cases/{case}/reopen/", FLOOR_ONLY, action="reopen", data=REASON)],
    "reassign": [Walk("/cases/{case}/reassign/", {Role.SUPERVISOR}, action="reassign", data=WHO)],
    "emergency-raise": [Walk("/cases/{case}/emergency/", set(FLOOR), action="intake")],
    "emergency-take": [Walk("/cases/{case}/emergency/take/", {Role.SUPERVISOR}, action="check")],
    "emergency-report": [
        Walk(
            "/cases/{case}/emergency/report/",
            {Role.SUPERVISOR},
            action="check",
            data={"kind": "oral", "note": "报市总"},
        )
    ],
    "emergency-release": [
        Walk("/cases/{case}/emergency/release/", {Role.SUPERVISOR}, action="check", data=REASON)
    ],
    "drawn-check": [
        _get("/quality/{check}/", {Role.SUPERVISOR}),
        Walk("/quality/{check}/", {Role.SUPERVISOR}, action="check", data={"note": "合格"}),
    ],
    "dispatch-accept": [Walk("/cases/{case}/dispatch/accept/", FLOOR_ONLY, action="receive")],
    "dispatch-return": [Walk("/cases/{case}/dispatch/return/", FLOOR_ONLY, action="receive", data=REASON)],
    "dispatch-take-back": [
        Walk("/cases/{case}/dispatch/take-back/", FLOOR_ONLY, action="take back", data=REASON)
    ],
    "review": [_get("/reviews/{case}/", SUPERVISOR)],
    "review-assign": [Walk("/reviews/{case}/assign/", SUPERVISOR, action="reassign", data=WHO)],
    "review-reserve": [Walk("/reviews/{case}/reserve/", SUPERVISOR, action="reassign")],
    "review-release": [Walk("/reviews/{case}/release/", SUPERVISOR, action="reassign")],
    "absence-end": [Walk("/absences/{absence}/end/", {Role.LAWYER, Role.SUPERVISOR}, theirs=ends_absence)],
    "rota-shift": [_get("/rota/shifts/{shift}/", ROTA, theirs=reads_rota)],
    "rota-post": [
        _get("/rota/posts/{post}/", PLANNERS, theirs=plans_rota),
        Walk("/rota/posts/{post}/", PLANNERS, theirs=plans_rota),
    ],
    "rota-give": [Walk("/rota/shifts/{shift}/give/", PLANNERS, theirs=plans_rota)],
    "rota-call-off": [Walk("/rota/shifts/{shift}/call-off/", PLANNERS, theirs=plans_rota)],
    "rota-propose": [
        Walk("/rota/shifts/{shift}/propose/", {Role.LAWYER}, theirs=lambda who, row: who == row.on_duty)
    ],
    "rota-answer": [
        Walk(
            "/rota/swaps/{swap}/",
            ROTA,
            data={"said": "take-back"},
            theirs=lambda who, row: who == row.on_duty,
        )
    ],
    "conflict-allow": [
        Walk("/cases/{case}/conflicts/{conflict}/allow/", SUPERVISOR, action="reassign", data={"word": "无"})
    ],
    "case-merge": [
        Walk("/cases/{case}/merge/", FLOOR_ONLY, action="merge", data=data)
        for data in ({"other": "QD12351-19990101-000001", **REASON}, {})
    ],
    "case-unmerge": [Walk("/cases/{case}/merge/undo/", FLOOR_ONLY, action="merge", data=REASON)],
    "case-split": [
        Walk("/cases/{case}/split/", FLOOR_ONLY, action="merge", data={"interactions": "{message}", **REASON})
    ],
    "collective": [_get("/cases/{case}/collective/"), _get("/cases/{case}/collective/?q=Zq&sort=due")],
    "collective-confirm": [
        Walk("/cases/{case}/collective/confirm/", LEADS, action="collective", data={"claim": "改"})
    ],
    "collective-revoke": [Walk("/cases/{case}/collective/revoke/", LEADS, action="collective")],
    "collective-export": [Walk("/cases/{case}/collective/export/", LEADS, action="collective", data=REASON)],
    "collective-join": [
        Walk("/cases/{case}/collective/join/", FLOOR_ONLY, action="merge", data={"other": "QD12351-1"})
    ],
    "collective-speakers": [Walk("/cases/{case}/collective/speakers/", CASE_ROLES, action="facts")],
    "collective-terms": [Walk("/cases/{case}/collective/terms/", CASE_ROLES, data={"kind": "改"})],
    "collective-table": [
        Walk("/cases/{case}/collective/table/", CASE_ROLES, action="facts", data={"table": "{upload}"})
    ],
    "collective-blank": [_get("/cases/{case}/collective/blank.xlsx")],
    "member-new": [
        _get("/cases/{case}/collective/members/", action="facts"),
        Walk("/cases/{case}/collective/members/", CASE_ROLES, action="facts", data={"name": "改", **ROWS}),
    ],
    "member": [
        _get("/cases/{case}/collective/members/{member}/", action="facts"),
        Walk("/cases/{case}/collective/members/{member}/", CASE_ROLES, action="facts", data={"name": "改"}),
    ],
    "member-state": [
        Walk(
            "/cases/{case}/collective/members/{member}/state/",
            CASE_ROLES,
            action="facts",
            data={"state": "WITHDREW", **REASON},
        )
    ],
    "member-leave": [
        Walk("/cases/{case}/collective/members/{member}/leave/", FLOOR_ONLY, action="merge", data=REASON)
    ],
    "member-reveal": [
        Walk(
            "/cases/{case}/collective/members/{member}/reveal/",
            CASE_ROLES,
            data={"what": "identity", **REASON},
        )
    ],
    "measure-begin": [
        Walk("/cases/{case}/measures/", CASE_ROLES, action="begin", data=data)
        for data in ({"kind": "RELIEF", "purpose": "改"}, {})
    ],
    "measure-step": [
        Walk(
            "/cases/{case}/measures/{measure}/steps/{measure_task}/",
            CASE_ROLES,
            action="measure",
            data={"decision": "REQUESTED", "on": "2026-01-05", "note": "改"},
        )
    ],
    "measure-give": [
        Walk("/cases/{case}/measures/{measure}/give/", CASE_ROLES, action="hand over", data=WHO)
    ],
    "measure-stop": [
        Walk("/cases/{case}/measures/{measure}/stop/", CASE_ROLES, action="hand over", data=REASON)
    ],
    "mediation-session": [Walk("/cases/{case}/mediation/session/", CASE_ROLES, action="mediate")],
    "mediation-proposal": [Walk("/cases/{case}/mediation/proposal/", CASE_ROLES, action="mediate")],
    **{
        f"mediation-{name}": [
            Walk(f"/cases/{{case}}/mediation/{name}/{{{of}}}/", CASE_ROLES, action="mediate", data=REASON)
        ]
        for name, of in MEDIATED.items()
    },
    "mediation-payment": [
        Walk("/cases/{case}/mediation/payment/{instalment}/", CASE_ROLES, action="perform")
    ],
    "mediation-way": [
        Walk("/cases/{case}/mediation/way/", CASE_ROLES, action="perform", data={"way": "GIVE_UP", **REASON})
    ],
    "papers": [_get("/cases/{case}/papers/")],
    "paper-new": [
        _get("/cases/{case}/papers/RETURN_VISIT/", action="document"),
        Walk("/cases/{case}/papers/RETURN_VISIT/", CASE_ROLES, action="document", data={"action": "make"}),
    ],
    "paper": [_get("/papers/{paper}/")],
    "paper-docx": [_get("/papers/{paper}/docx/")],
    "paper-pdf": [_get("/papers/{paper}/pdf/")],
    "take-back": [
        Walk("/cases/{case}/take-back/", {Role.LAWYER, Role.SUPERVISOR}, action="take_back", data=REASON)
    ],
    "reply": [Walk("/cases/{case}/reply/", FLOOR_ONLY, action="message", data={"text": "您好"})],
    "note": [Walk("/cases/{case}/note/", CASE_ROLES, action="note", data={"text": "记"})],
    "call-worker": [Walk("/cases/{case}/call/", AGENT, action="message")],
    "upload": [Walk("/cases/{case}/files/", CASE_ROLES, action="attach", data={"file": "{upload}"})],
    "file": [_get("/files/{file}/")],
    "file-identity": [Walk("/files/{file}/identity/", CASE_ROLES, action="attach", data={"identity": "1"})],
    "package-make": [Walk("/cases/{case}/package/", CASE_ROLES, action="document")],
    "package": [_get("/cases/{case}/package.zip")],
    "listen": [Walk("/recordings/{recording}/listen/", CASE_ROLES, data=REASON, theirs=listens_to)],
    "recording": [_get("/recordings/{recording}/", theirs=listens_to)],
    "offer-accept": [Walk("/offers/{offer}/accept/", AGENT, theirs=_offered)],
    "offer-decline": [Walk("/offers/{offer}/decline/", AGENT, theirs=_offered)],
    "call-wrap-up": [Walk("/calls/{call}/wrap-up/", AGENT, data={"note": "毕"}, theirs=had_call)],
    "call-hang-up": [
        Walk(
            "/calls/{call}/hang-up/",
            FLOOR_ONLY,
            theirs=lambda who, row: had_call(who, row) or hangs_up(who, row),
        )
    ],
    "call-hold": [Walk("/calls/{call}/hold/", AGENT, theirs=had_call)],
    "call-unhold": [Walk("/calls/{call}/unhold/", AGENT, theirs=had_call)],
    "callback-start": [Walk("/callbacks/{callback}/start/", AGENT, action="message")],
    "callback-give-up": [Walk("/callbacks/{callback}/give-up/", FLOOR_ONLY, action="message", data=REASON)],
    "interaction-new-case": [
        Walk(f"/interactions/{{{what}}}/new-case/", FLOOR_ONLY, action="intake")
        for what in ("call", "message")
    ],
    "interaction-move-back": [
        Walk("/interactions/{call}/move-back/", FLOOR_ONLY, action="intake"),
        Walk("/interactions/{message}/move-back/", FLOOR_ONLY, action="intake", theirs=_goes_back),
    ],
}
"""Every address that names a row or a part of one."""

ADMIN = {Role.ADMINISTRATOR}
LISTS: dict[str, list[Walk]] = {
    "home": [_get("/", EVERYONE)],
    "desk": [_get("/desk/", AGENT)],
    "desk-part": [
        _get(f"/desk/parts/{name}/", AGENT) for name in ("queue", "bar", "call", "wrap", "form", "caller")
    ],
    "seat": [Walk("/desk/seat/", AGENT, data={"state": "AWAY"})],
    "cases": [
        _get(f"/cases/?{query}")
        for query in ("", "closed=1", "whose=mine", "whose=unit", "whose=all", "whose=nobody", "stage=INTAKE")
    ],
    "case-rows": [_get(f"/cases/rows/?{query}") for query in ("", "sort=due", "sort=urgent", "waiting=1")],
    "absences": [
        _get("/absences/", {Role.LAWYER, Role.SUPERVISOR}),
        Walk("/absences/", {Role.LAWYER, Role.SUPERVISOR}),
    ],
    "rota": [_get("/rota/", ROTA), _get("/rota/?month=2026-11&post=1", ROTA)],
    "rota-plan": [Walk("/rota/plan/", PLANNERS, data={"weeks": "1"})],
    "rota-posts": [_get("/rota/posts/", PLANNERS), Walk("/rota/posts/", PLANNERS)],
    "reviews": [_get("/reviews/", SUPERVISOR)],
    "floor": [_get("/floor/", {Role.SUPERVISOR})],
    "floor-live": [_get("/floor/live/", {Role.SUPERVISOR})],
    "alarm": [_get("/alarm/", {Role.SUPERVISOR})],
    "duty": [Walk("/duty/", {Role.SUPERVISOR}, data={"on": "1"})],
    "quality": [_get("/quality/", set(FLOOR))],
    "quality-rows": [_get("/quality/rows/", set(FLOOR))],
    "access-log": [_get("/access-log/", {Role.SUPERVISOR, Role.ADMINISTRATOR})],
    "search": [_get("/search/", CASE_ROLES), _get("/search/?q=Zq", CASE_ROLES)],
    "search-export": [
        _get("/search/export/", {Role.SUPERVISOR}),
        Walk("/search/export/", {Role.SUPERVISOR}, data=REASON),
    ],
    "saved-searches": [_get("/search/saved/")],
    "saved-search-new": [_get("/search/saved/new/"), Walk("/search/saved/new/", CASE_ROLES)],
    "search-notices": [_get("/search/notices/")],
    "search-notices-seen": [Walk("/search/notices/seen/", CASE_ROLES, data={"up_to": "1"})],
    "recent-searches-erase": [Walk("/search/recent/erase/", CASE_ROLES)],
    "segments": [Walk("/segments/", FLOOR_ONLY, data={"text": "您好"})],
    "softphone-token": [_get("/softphone/token/", AGENT)],
    "staff": [_get("/staff/", ADMIN), _get("/staff/?q=Zs", ADMIN)],
    "staff-new": [_get("/staff/new/", ADMIN), Walk("/staff/new/", ADMIN)],
    "staff-edit": [_get("/staff/{person}/", ADMIN), Walk("/staff/{person}/", ADMIN)],
    "staff-password": [Walk("/staff/{person}/password/", ADMIN, data={"password": "dong-nan-xi-bei"})],
    "staff-deactivate": [Walk("/staff/{person}/deactivate/", ADMIN)],
    "staff-reactivate": [Walk("/staff/{person}/reactivate/", ADMIN)],
    "lawyers-import": [_get("/staff/lawyers/", ADMIN), Walk("/staff/lawyers/", ADMIN)],
    "lawyer": [_get("/staff/{person}/lawyer/", ADMIN), Walk("/staff/{person}/lawyer/", ADMIN)],
    "client-new": [Walk("/staff/{person}/clients/", ADMIN, data={"name": "甲公司"})],
    "client": [
        _get("/staff/{person}/clients/8500/", ADMIN),
        Walk("/staff/{person}/clients/8500/", ADMIN, data={"name": "甲公司"}),
    ],
    "calendar": [_get(f"/calendar/?{query}") for query in ("", "view=list", "whose=unit")],
    "digest": [_get("/calendar/today/"), Walk("/calendar/today/", CASE_ROLES, data={"action": "link"})],
    "deadline-rules": [_get("/deadlines/rules/", ADMIN)],
    "deadline-rule": [
        _get("/deadlines/rules/service.return/", ADMIN),
        Walk("/deadlines/rules/service.return/", ADMIN, data={"action": "preview"}),
    ],
    "figures": [_get("/figures/", ADMIN)],
    "figure": [
        _get("/figures/minimum_wage.monthly/", ADMIN),
        Walk("/figures/minimum_wage.monthly/", ADMIN, data={"action": "save", "value": "2300"}),
    ],
    "workdays": [
        _get("/deadlines/workdays/", ADMIN),
        Walk("/deadlines/workdays/", ADMIN, data={"day": "2026-11-24", "action": "preview"}),
    ],
    "hours": [_get("/hours/", ADMIN), Walk("/hours/", ADMIN, data={"day0": "8:30-17:30"})],
    "document-templates": [_get("/templates/", ADMIN)],
    "document-template": [
        _get("/templates/OPINION/", ADMIN),
        Walk("/templates/OPINION/", ADMIN, data={"action": "use", "version": "0"}),
    ],
    "document-template-file": [_get("/templates/OPINION/0/", ADMIN)],
    "prompts": [_get("/prompts/", ADMIN)],
    "search-index": [_get("/search-index/", ADMIN)],
    "prompt-save": [Walk("/prompts/greeting/", ADMIN, data={"text": "您好"})],
}
"""Every address that names no row: lists, figures, the administrator's pages."""
NOT_THERE = {"gallery", "deadline-change", "saved-search"}
"""Pages of the demo alone, and of changes and saved searches that nobody has made here."""
OPEN = {
    "calendar-feed",
    "health_live",
    "health_ready",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reauthenticate",
}
"""What is open without being signed in, or before the first password is changed."""
