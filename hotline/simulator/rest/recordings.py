"""Recordings: list, fetch, the sound, delete."""

from aiohttp import web

from hotline.simulator import recordings
from hotline.simulator.carrier import Carrier
from hotline.simulator.params import API_VERSION
from hotline.simulator.rest.common import CARRIER, matches_moment, not_found, page, when
from hotline.simulator.state import Json, Recording


def shape(carrier: Carrier, recording: Recording) -> Json:
    url = recordings.url(carrier, recording)
    return {
        "sid": recording.sid,
        "account_sid": carrier.config.credentials.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid or None,
        "conference_sid": recording.conference_sid or None,
        "status": recording.status,
        "source": recording.source,
        "channels": 1,
        "duration": None if recording.seconds is None else str(recording.seconds),
        "start_time": when(recording.created),
        "date_created": when(recording.created),
        "date_updated": when(recording.created),
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "encryption_details": None,
        "media_url": url,
        "uri": f"{carrier.config.api_root}/Recordings/{recording.sid}.json",
        "subresource_uris": {},
    }


async def index(request: web.Request) -> web.Response:
    carrier, query = request.app[CARRIER], request.query
    call_sid = request.match_info.get("sid") or query.get("CallSid")
    conference_sid = request.match_info.get("conference") or query.get("ConferenceSid")
    found = [
        each
        for each in reversed(carrier.state.recordings.values())
        if (not call_sid or each.call_sid == call_sid)
        and (not conference_sid or each.conference_sid == conference_sid)
        and matches_moment(query, "DateCreated", each.created)
    ]
    return page(request, "recordings", found, lambda each: each.sid, lambda each: shape(carrier, each))


async def fetch(request: web.Request) -> web.Response:
    """`.json` is what is known of it; `.wav`, `.mp3` or no ending is the sound (WAV in each case)."""
    carrier, recording = request.app[CARRIER], _recording(request)
    if request.match_info["name"].endswith(".json"):
        return web.json_response(shape(carrier, recording))
    if recording.status != "completed":
        raise not_found(request)
    sound = recordings.wav(recording.seconds or 1)
    return web.Response(body=sound, headers={"Content-Type": "audio/x-wav"})


async def delete(request: web.Request) -> web.Response:
    del request.app[CARRIER].state.recordings[_recording(request).sid]
    return web.Response(status=204)


def _recording(request: web.Request) -> Recording:
    sid = request.match_info["name"].rpartition(".")[0] or request.match_info["name"]
    recording = request.app[CARRIER].state.recordings.get(sid)
    if recording is None:
        raise not_found(request)
    return recording
