"""Conferences and their participants."""

from xml.sax.saxutils import escape, quoteattr

from aiohttp import web
from multidict import MultiMapping

from hotline.simulator import calls, conferences
from hotline.simulator.carrier import Carrier
from hotline.simulator.conferences import Wishes
from hotline.simulator.params import API_VERSION
from hotline.simulator.rest import calls as rest_calls
from hotline.simulator.rest.common import (
    CARRIER,
    flag,
    form_of,
    invalid,
    matches_moment,
    not_found,
    page,
    when,
)
from hotline.simulator.state import Call, Callback, Conference, Json, Participant, Source

# Form field of a new participant -> attribute of <Conference> that says the same.
ATTRIBUTES = {
    "Label": "participantLabel",
    "Muted": "muted",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "CallSidToCoach": "coach",
    "Beep": "beep",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
}


def shape(carrier: Carrier, conference: Conference) -> Json:
    path = f"{carrier.config.api_root}/Conferences/{conference.sid}"
    return {
        "sid": conference.sid,
        "account_sid": carrier.config.credentials.account_sid,
        "api_version": API_VERSION,
        "friendly_name": conference.name,
        "status": conference.status,
        "region": "us1",
        "reason_conference_ended": conference.end_reason or None,
        "call_sid_ending_conference": conference.ended_by or None,
        "date_created": when(conference.created),
        "date_updated": when(conference.updated),
        "uri": f"{path}.json",
        "subresource_uris": {
            "participants": f"{path}/Participants.json",
            "recordings": f"{path}/Recordings.json",
        },
    }


async def index(request: web.Request) -> web.Response:
    carrier, query = request.app[CARRIER], request.query
    found = [
        each
        for each in reversed(carrier.state.conferences.values())
        if query.get("FriendlyName", each.name) == each.name
        and query.get("Status", each.status) == each.status
        and matches_moment(query, "DateCreated", each.created)
        and matches_moment(query, "DateUpdated", each.updated)
    ]
    return page(request, "conferences", found, lambda each: each.sid, lambda each: shape(carrier, each))


async def fetch(request: web.Request) -> web.Response:
    return web.json_response(shape(request.app[CARRIER], _conference(request)))


async def update(request: web.Request) -> web.Response:
    carrier, conference, form = request.app[CARRIER], _conference(request), await form_of(request)
    if form.get("Status") == "completed":
        conferences.end(carrier, conference, "conference-ended-via-api")
    return web.json_response(shape(carrier, conference))


def participant_shape(carrier: Carrier, participant: Participant) -> Json:
    return _participant_json(
        carrier,
        participant.conference,
        participant.call,
        label=participant.label or None,
        muted=participant.muted,
        hold=participant.hold,
        coaching=bool(participant.coached),
        call_sid_to_coach=participant.coached or None,
        start_conference_on_enter=participant.start_on_enter,
        end_conference_on_exit=participant.end_on_exit,
        status="connected",
        date_created=when(participant.joined),
        date_updated=when(participant.updated),
    )


def _participant_json(carrier: Carrier, conference: Conference, call: Call, **what: object) -> Json:
    return {
        "account_sid": carrier.config.credentials.account_sid,
        "call_sid": call.sid,
        "conference_sid": conference.sid,
        "queue_time": None,
        "uri": f"{carrier.config.api_root}/Conferences/{conference.sid}/Participants/{call.sid}.json",
        **what,
    }


async def participant_index(request: web.Request) -> web.Response:
    carrier, conference, query = request.app[CARRIER], _conference(request), request.query
    found = [
        each
        for each in reversed(conference.participants)
        if flag(query, "Muted", each.muted) == each.muted and flag(query, "Hold", each.hold) == each.hold
    ]
    return page(
        request,
        "participants",
        found,
        lambda each: each.call.sid,
        lambda each: participant_shape(carrier, each),
    )


async def participant_create(request: web.Request) -> web.Response:
    """Calls someone into a conference, which may be named by its sid or its friendly name."""
    carrier, form = request.app[CARRIER], await form_of(request)
    given = request.match_info["conference"]
    known = carrier.state.conferences.get(given)
    if known is not None and known.status == "completed":
        raise invalid(21220, "The conference is over.")
    call = rest_calls.outgoing(carrier, form)
    wishes = _conference_wishes(form)
    conference = known or conferences.open_or_join(carrier, given, wishes)
    calls.dial_out(carrier, call, _into(conference, form), rest_calls.ring_seconds(form))
    body = _participant_json(
        carrier,
        conference,
        call,
        label=form.get("Label"),
        muted=flag(form, "Muted", default=False),
        hold=False,
        coaching=flag(form, "Coaching", default=False),
        call_sid_to_coach=form.get("CallSidToCoach"),
        start_conference_on_enter=flag(form, "StartConferenceOnEnter", default=True),
        end_conference_on_exit=flag(form, "EndConferenceOnExit", default=False),
        status="queued",
        date_created=when(call.created),
        date_updated=when(call.created),
    )
    return web.json_response(body, status=201)


async def participant_fetch(request: web.Request) -> web.Response:
    return web.json_response(participant_shape(request.app[CARRIER], _participant(request)))


async def participant_update(request: web.Request) -> web.Response:
    """Hold, mute, coach, or what happens on leaving."""
    carrier, participant, form = request.app[CARRIER], _participant(request), await form_of(request)
    conferences.mute(carrier, participant, flag(form, "Muted", participant.muted))
    music = None
    if form.get("HoldUrl"):
        music = Source(form["HoldUrl"], form.get("HoldMethod", "GET").upper())
    conferences.hold(carrier, participant, flag(form, "Hold", participant.hold), music)
    coached = form.get("CallSidToCoach", participant.coached)
    if not flag(form, "Coaching", default=True):
        coached = ""
    end_on_exit = flag(form, "EndConferenceOnExit", participant.end_on_exit)
    conferences.modify(carrier, participant, end_on_exit=end_on_exit, coached=coached)
    return web.json_response(participant_shape(carrier, participant))


async def participant_delete(request: web.Request) -> web.Response:
    """Removes a leg from the conference; its call goes on with what comes after `<Dial>`."""
    conferences.leave(request.app[CARRIER], _participant(request), conferences.KICKED)
    return web.Response(status=204)


def _conference_wishes(form: MultiMapping[str]) -> Wishes:
    """What a new participant asks of a conference that does not exist yet."""
    events = " ".join(form.getall("ConferenceStatusCallbackEvent", [])).split()
    recorded = " ".join(form.getall("ConferenceRecordingStatusCallbackEvent", ["completed"])).split()
    return Wishes(
        callback=Callback(form.get("ConferenceStatusCallback", ""), frozenset(events)),
        record=form.get("ConferenceRecord", "") in ("true", "record-from-start"),
        recording_callback=Callback(form.get("ConferenceRecordingStatusCallback", ""), frozenset(recorded)),
    )


def _into(conference: Conference, form: MultiMapping[str]) -> Source:
    attributes = "".join(
        f" {ours}={quoteattr(form[theirs])}" for theirs, ours in ATTRIBUTES.items() if theirs in form
    )
    dial = f"<Dial><Conference{attributes}>{escape(conference.name)}</Conference></Dial>"
    return Source(twiml=f"<Response>{dial}</Response>")


def _conference(request: web.Request) -> Conference:
    conference = request.app[CARRIER].state.conferences.get(request.match_info["conference"])
    if conference is None:
        raise not_found(request)
    return conference


def _participant(request: web.Request) -> Participant:
    """By the sid of the call or by label; only those who are in."""
    name = request.match_info["participant"]
    for participant in _conference(request).participants:
        if name in (participant.call.sid, participant.label):
            return participant
    raise not_found(request)
