"""The REST addresses."""

from aiohttp import web

from hotline.simulator.rest import calls, conferences, messages, recordings
from hotline.simulator.rest.common import PREFIX

ACCOUNT = f"{PREFIX}/Accounts/{{account}}"
CONFERENCE = f"{ACCOUNT}/Conferences/{{conference}}"
PARTICIPANT = f"{CONFERENCE}/Participants/{{participant}}.json"


def routes() -> list[web.RouteDef]:
    return [
        web.post(f"{ACCOUNT}/Messages.json", messages.create),
        web.get(f"{ACCOUNT}/Messages.json", messages.index),
        web.get(f"{ACCOUNT}/Messages/{{sid}}.json", messages.fetch),
        web.delete(f"{ACCOUNT}/Messages/{{sid}}.json", messages.delete),
        web.get(f"{ACCOUNT}/Messages/{{sid}}/Media.json", messages.media_index),
        web.get(f"{ACCOUNT}/Messages/{{sid}}/Media/{{media}}", messages.media_fetch),
        web.delete(f"{ACCOUNT}/Messages/{{sid}}/Media/{{media}}", messages.media_delete),
        web.post(f"{ACCOUNT}/Calls.json", calls.create),
        web.get(f"{ACCOUNT}/Calls.json", calls.index),
        web.get(f"{ACCOUNT}/Calls/{{sid}}.json", calls.fetch),
        web.post(f"{ACCOUNT}/Calls/{{sid}}.json", calls.update),
        web.get(f"{ACCOUNT}/Calls/{{sid}}/Recordings.json", recordings.index),
        web.get(f"{ACCOUNT}/Conferences.json", conferences.index),
        web.get(f"{CONFERENCE}.json", conferences.fetch),
        web.post(f"{CONFERENCE}.json", conferences.update),
        web.get(f"{CONFERENCE}/Recordings.json", recordings.index),
        web.get(f"{CONFERENCE}/Participants.json", conferences.participant_index),
        web.post(f"{CONFERENCE}/Participants.json", conferences.participant_create),
        web.get(PARTICIPANT, conferences.participant_fetch),
        web.post(PARTICIPANT, conferences.participant_update),
        web.delete(PARTICIPANT, conferences.participant_delete),
        web.get(f"{ACCOUNT}/Recordings.json", recordings.index),
        web.get(f"{ACCOUNT}/Recordings/{{name}}", recordings.fetch),
        web.delete(f"{ACCOUNT}/Recordings/{{name}}", recordings.delete),
    ]
