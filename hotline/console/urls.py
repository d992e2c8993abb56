"""The console's addresses, a list for each part of it."""

from django.urls import path

from hotline.console import (
    absences,
    access_log,
    administration,
    arbitration,
    calculators,
    calendar_page,
    calls,
    cases,
    collectives,
    deadline_rules,
    deadlines,
    desk,
    dispatch,
    document_templates,
    documents,
    emergencies,
    figures,
    files,
    floor,
    gallery,
    lawyers,
    links,
    measures,
    mediation,
    messages,
    quality,
    reviews,
    rota,
    saved_searches,
    search_export,
    search_index,
    search_page,
    sections,
    steps,
)

DESK = [
    path("", desk.home, name="home"),
    path("desk/", desk.desk, name="desk"),
    path("desk/parts/<str:name>/", desk.part, name="desk-part"),
    path("desk/seat/", calls.seat, name="seat"),
    path("offers/<int:pk>/accept/", calls.accept, name="offer-accept"),
    path("offers/<int:pk>/decline/", calls.decline, name="offer-decline"),
    path("calls/<int:pk>/wrap-up/", calls.wrap_up, name="call-wrap-up"),
    path("callbacks/<int:pk>/start/", calls.call_back, name="callback-start"),
    path("callbacks/<int:pk>/give-up/", calls.give_up, name="callback-give-up"),
    path("interactions/<int:pk>/new-case/", calls.to_new_case, name="interaction-new-case"),
    path("interactions/<int:pk>/move-back/", calls.to_old_case, name="interaction-move-back"),
]
CASES = [
    path("cases/", cases.cases, name="cases"),
    path("cases/rows/", cases.cases, name="case-rows"),
    path("cases/<int:pk>/", cases.case_page, name="case"),
    path("cases/<int:pk>/parts/<str:name>/", cases.part, name="case-part"),
    path("cases/<int:pk>/flow.svg", cases.flow_drawing, name="flow-drawing"),
    path("cases/<int:pk>/reveal/", cases.reveal, name="reveal"),
    path("cases/<int:pk>/sections/<str:name>/", sections.section, name="section"),
    path("cases/<int:pk>/draft/<str:name>/", sections.draft, name="draft"),
    path("cases/<int:pk>/draft/<str:name>/drop/", sections.drop_draft, name="draft-drop"),
]
CALCULATORS = [
    path("cases/<int:pk>/calculators/", calculators.calculators, name="calculators"),
    path("cases/<int:pk>/calculators/<slug:kind>/", calculators.calculator, name="calculator"),
]
STEPS = [
    path("cases/<int:pk>/steps/<int:task>/", steps.complete, name="step"),
    path("cases/<int:pk>/take-over/", steps.take_over, name="take-over"),
    path("cases/<int:pk>/accept-review/", steps.accept_review, name="accept-review"),
    path("cases/<int:pk>/decline-review/", steps.decline_review, name="decline-review"),
    path("cases/<int:pk>/extend-award/", steps.extend_award, name="extend-award"),
    path("cases/<int:pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("cases/<int:pk>/reopen/", steps.reopen, name="reopen"),
    path("cases/<int:pk>/reassign/", steps.reassign, name="reassign"),
]
DISPATCH = [
    path("cases/<int:pk>/dispatch/accept/", dispatch.accept, name="dispatch-accept"),
    path("cases/<int:pk>/dispatch/return/", dispatch.give_back, name="dispatch-return"),
    path("cases/<int:pk>/dispatch/take-back/", dispatch.take_back, name="dispatch-take-back"),
]
LINKS = [
    path("cases/<int:pk>/merge/", links.merge, name="case-merge"),
    path("cases/<int:pk>/merge/undo/", links.undo_merge, name="case-unmerge"),
    path("cases/<int:pk>/split/", links.split, name="case-split"),
]
COLLECTIVES = [
    path("cases/<int:pk>/collective/", collectives.page, name="collective"),
    path("cases/<int:pk>/collective/confirm/", collectives.confirm, name="collective-confirm"),
    path("cases/<int:pk>/collective/revoke/", collectives.revoke, name="collective-revoke"),
    path("cases/<int:pk>/collective/join/", collectives.join, name="collective-join"),
    path("cases/<int:pk>/collective/speakers/", collectives.representatives, name="collective-speakers"),
    path("cases/<int:pk>/collective/terms/", collectives.terms, name="collective-terms"),
    path("cases/<int:pk>/collective/table/", collectives.bring, name="collective-table"),
    path("cases/<int:pk>/collective/blank.xlsx", collectives.blank, name="collective-blank"),
    path("cases/<int:pk>/collective/export/", collectives.take_out, name="collective-export"),
    path("cases/<int:pk>/collective/members/", collectives.member_new, name="member-new"),
    path("cases/<int:pk>/collective/members/<int:member>/", collectives.member, name="member"),
    path(
        "cases/<int:pk>/collective/members/<int:member>/state/", collectives.member_state, name="member-state"
    ),
    path("cases/<int:pk>/collective/members/<int:member>/leave/", collectives.leave, name="member-leave"),
    path("cases/<int:pk>/collective/members/<int:member>/reveal/", collectives.reveal, name="member-reveal"),
]
MEASURES = [
    path("cases/<int:pk>/measures/", measures.begin, name="measure-begin"),
    path("cases/<int:pk>/measures/<int:measure>/steps/<int:task>/", measures.complete, name="measure-step"),
    path("cases/<int:pk>/measures/<int:measure>/give/", measures.give, name="measure-give"),
    path("cases/<int:pk>/measures/<int:measure>/stop/", measures.stop, name="measure-stop"),
    path("cases/<int:pk>/take-back/", measures.take_back, name="take-back"),
]
EMERGENCIES = [
    path("alarm/", emergencies.alarm, name="alarm"),
    path("duty/", emergencies.duty, name="duty"),
    path("cases/<int:pk>/emergency/", emergencies.raise_alarm, name="emergency-raise"),
    path("cases/<int:pk>/emergency/take/", emergencies.take_over, name="emergency-take"),
    path("cases/<int:pk>/emergency/report/", emergencies.report, name="emergency-report"),
    path("cases/<int:pk>/emergency/release/", emergencies.release, name="emergency-release"),
]
QUALITY = [
    path("quality/", quality.page, name="quality"),
    path("quality/rows/", quality.rows, name="quality-rows"),
    path("quality/<int:pk>/", quality.drawn, name="drawn-check"),
]
MEDIATION = [
    *(
        path(f"cases/<int:pk>/mediation/{name}/", mediation.deed, {"name": name}, name=f"mediation-{name}")
        for name in ("session", "proposal")
    ),
    *(
        path(
            f"cases/<int:pk>/mediation/{name}/<int:about>/",
            mediation.deed,
            {"name": name},
            name=f"mediation-{name}",
        )
        for name in ("held", "answer", "agreement", "payment")
    ),
    path("cases/<int:pk>/mediation/off/<int:about>/", mediation.call_off, name="mediation-off"),
    path("cases/<int:pk>/mediation/way/", mediation.way, name="mediation-way"),
]
TALK = [
    path("cases/<int:pk>/reply/", messages.reply, name="reply"),
    path("cases/<int:pk>/note/", messages.note, name="note"),
    path("cases/<int:pk>/call/", calls.call_worker, name="call-worker"),
    path("segments/", messages.count_segments, name="segments"),
    path("cases/<int:pk>/files/", files.upload, name="upload"),
    path("files/<int:pk>/", files.download, name="file"),
    path("files/<int:pk>/identity/", files.identity, name="file-identity"),
    path("recordings/<int:pk>/listen/", files.listen, name="listen"),
    path("recordings/<int:pk>/", files.recording, name="recording"),
]
FLOOR = [
    path("floor/", floor.page, name="floor"),
    path("floor/live/", floor.live, name="floor-live"),
    path("access-log/", access_log.page, name="access-log"),
    path("gallery/", gallery.gallery, name="gallery"),
]
SEARCH = [
    path("search/", search_page.page, name="search"),
    path("search/export/", search_export.export, name="search-export"),
    path("search/saved/", saved_searches.saved, name="saved-searches"),
    path("search/saved/new/", saved_searches.new, name="saved-search-new"),
    path("search/saved/<int:pk>/", saved_searches.change, name="saved-search"),
    path("search/notices/", saved_searches.count, name="search-notices"),
    path("search/notices/seen/", saved_searches.seen, name="search-notices-seen"),
    path("search/recent/erase/", saved_searches.forget, name="recent-searches-erase"),
]
ADMINISTRATION = [
    path("staff/", administration.staff, name="staff"),
    path("staff/new/", administration.staff_new, name="staff-new"),
    path("staff/<int:pk>/", administration.staff_edit, name="staff-edit"),
    path("staff/<int:pk>/password/", administration.staff_password, name="staff-password"),
    path("staff/<int:pk>/deactivate/", administration.staff_deactivate, name="staff-deactivate"),
    path("staff/<int:pk>/reactivate/", administration.staff_reactivate, name="staff-reactivate"),
    path("staff/lawyers/", lawyers.take, name="lawyers-import"),
    path("staff/<int:pk>/lawyer/", lawyers.profile, name="lawyer"),
    path("staff/<int:pk>/clients/", lawyers.client_new, name="client-new"),
    path("staff/<int:pk>/clients/<int:client>/", lawyers.client, name="client"),
    path("hours/", administration.hours, name="hours"),
    path("prompts/", administration.prompts, name="prompts"),
    path("prompts/<str:key>/", administration.prompt_save, name="prompt-save"),
    path("search-index/", search_index.page, name="search-index"),
]

REVIEWS = [
    path("reviews/", reviews.queue, name="reviews"),
    path("reviews/<int:pk>/", reviews.review, name="review"),
    path("reviews/<int:pk>/assign/", reviews.assign, name="review-assign"),
    path("reviews/<int:pk>/reserve/", reviews.reserve, name="review-reserve"),
    path("reviews/<int:pk>/release/", reviews.release, name="review-release"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:pk>/end/", absences.end, name="absence-end"),
    path("cases/<int:pk>/conflicts/<int:check>/allow/", reviews.allow, name="conflict-allow"),
]
ROTA = [
    path("rota/", rota.page, name="rota"),
    path("rota/plan/", rota.plan, name="rota-plan"),
    path("rota/posts/", rota.posts, name="rota-posts"),
    path("rota/posts/<int:pk>/", rota.post, name="rota-post"),
    path("rota/shifts/<int:pk>/", rota.shift, name="rota-shift"),
    path("rota/shifts/<int:pk>/give/", rota.give, name="rota-give"),
    path("rota/shifts/<int:pk>/call-off/", rota.call_off, name="rota-call-off"),
    path("rota/shifts/<int:pk>/propose/", rota.propose, name="rota-propose"),
    path("rota/swaps/<int:pk>/", rota.answer, name="rota-answer"),
]
DOCUMENTS = [
    path("cases/<int:pk>/papers/", documents.papers, name="papers"),
    path("cases/<int:pk>/papers/<str:kind>/", documents.paper_new, name="paper-new"),
    path("cases/<int:pk>/package/", documents.package_make, name="package-make"),
    path("cases/<int:pk>/package.zip", documents.package_file, name="package"),
    path("papers/<int:pk>/", documents.paper, name="paper"),
    path("papers/<int:pk>/docx/", documents.paper_file, name="paper-docx"),
    path("papers/<int:pk>/pdf/", documents.paper_pdf, name="paper-pdf"),
    path("templates/", document_templates.templates, name="document-templates"),
    path("templates/<str:kind>/", document_templates.template, name="document-template"),
    path(
        "templates/<str:kind>/<int:version>/", document_templates.template_file, name="document-template-file"
    ),
]
DEADLINES = [
    path("cases/<int:pk>/arbitration/", arbitration.case_arbitration, name="case-arbitration"),
    path("cases/<int:pk>/deadlines/", deadlines.case_deadlines, name="case-deadlines"),
    path("calendar/", calendar_page.calendar, name="calendar"),
    path("calendar/today/", calendar_page.digest, name="digest"),
    path("calendar/feed/<str:token>.ics", calendar_page.feed, name="calendar-feed"),
    path("deadlines/rules/", deadline_rules.rules, name="deadline-rules"),
    path("deadlines/rules/<str:code>/", deadline_rules.rule, name="deadline-rule"),
    path("deadlines/changes/<int:pk>/", deadline_rules.change, name="deadline-change"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<str:code>/", figures.figure, name="figure"),
    path("deadlines/workdays/", deadline_rules.workdays, name="workdays"),
]

urlpatterns = [
    *DOCUMENTS,
    *DEADLINES,
    *DESK,
    *CASES,
    *CALCULATORS,
    *STEPS,
    *DISPATCH,
    *REVIEWS,
    *ROTA,
    *LINKS,
    *COLLECTIVES,
    *MEASURES,
    *EMERGENCIES,
    *QUALITY,
    *MEDIATION,
    *TALK,
    *FLOOR,
    *SEARCH,
    *ADMINISTRATION,
]
