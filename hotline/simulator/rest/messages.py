"""Messages and their media."""

from aiohttp import web

from hotline.simulator import messages
from hotline.simulator.carrier import Carrier
from hotline.simulator.params import API_VERSION
from hotline.simulator.rest.common import (
    CARRIER,
    E164,
    MAINLAND_LANDLINE,
    form_of,
    invalid,
    matches_moment,
    not_found,
    page,
    when,
)
from hotline.simulator.state import Json, Media, Message

MOST_MEDIA = 10


def shape(carrier: Carrier, message: Message) -> Json:
    path = f"{carrier.config.api_root}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": carrier.config.credentials.account_sid,
        "api_version": API_VERSION,
        "messaging_service_sid": None,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "direction": message.direction,
        "status": message.status,
        "num_segments": str(message.segments),
        "num_media": str(len(message.media)),
        "error_code": message.error_code,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "date_created": when(message.created),
        "date_updated": when(message.updated),
        "date_sent": when(message.sent),
        "uri": f"{path}.json",
        "subresource_uris": {"media": f"{path}/Media.json"},
    }


async def create(request: web.Request) -> web.Response:
    carrier, form = request.app[CARRIER], await form_of(request)
    to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if not to:
        raise invalid(21604, "A 'To' phone number is required.")
    plain = to.removeprefix("whatsapp:")
    if not E164.match(plain):
        raise invalid(21211, f"Invalid 'To' Phone Number: {to[:6]}XXXX")
    if not to.startswith("whatsapp:") and MAINLAND_LANDLINE.match(to):
        raise invalid(21614, f"'To' number is not a valid mobile number: {to[:6]}XXXX")
    if from_.removeprefix("whatsapp:") != carrier.config.number:
        raise invalid(21606, f"The 'From' phone number {from_} is not a valid message-capable number.")
    if not body:
        raise invalid(21602, "Message body is required.")
    if len(body) > messages.LONGEST_BODY:
        raise invalid(21617, "The concatenated message body exceeds the 1600 character limit.")
    try:
        message = messages.send(carrier, from_, to, body, form.get("StatusCallback", ""))
    except messages.Refused as error:
        raise invalid(error.code, str(error)) from None
    return web.json_response(shape(carrier, message), status=201)


async def index(request: web.Request) -> web.Response:
    carrier, query = request.app[CARRIER], request.query
    found = [
        each
        for each in reversed(carrier.state.messages.values())
        if query.get("To", each.to) == each.to
        and query.get("From", each.from_) == each.from_
        and matches_moment(query, "DateSent", each.sent)
    ]
    return page(request, "messages", found, lambda each: each.sid, lambda each: shape(carrier, each))


async def fetch(request: web.Request) -> web.Response:
    return web.json_response(shape(request.app[CARRIER], _message(request)))


async def delete(request: web.Request) -> web.Response:
    del request.app[CARRIER].state.messages[_message(request).sid]
    return web.Response(status=204)


def media_shape(carrier: Carrier, message: Message, media: Media) -> Json:
    return {
        "sid": media.sid,
        "account_sid": carrier.config.credentials.account_sid,
        "parent_sid": message.sid,
        "content_type": media.content_type,
        "date_created": when(media.created),
        "date_updated": when(media.created),
        "uri": f"{carrier.config.api_root}/Messages/{message.sid}/Media/{media.sid}.json",
    }


async def media_index(request: web.Request) -> web.Response:
    carrier, message = request.app[CARRIER], _message(request)
    return page(
        request,
        "media_list",
        message.media,
        lambda each: each.sid,
        lambda each: media_shape(carrier, message, each),
    )


async def media_fetch(request: web.Request) -> web.Response:
    """With `.json` what is known of it, without the bytes themselves."""
    carrier, message = request.app[CARRIER], _message(request)
    name = request.match_info["media"]
    media = _media(request, message, name.removesuffix(".json"))
    if name.endswith(".json"):
        return web.json_response(media_shape(carrier, message, media))
    headers = {"Content-Type": media.content_type, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=media.content, headers=headers)


async def media_delete(request: web.Request) -> web.Response:
    message = _message(request)
    message.media.remove(_media(request, message, request.match_info["media"].removesuffix(".json")))
    return web.Response(status=204)


def _message(request: web.Request) -> Message:
    message = request.app[CARRIER].state.messages.get(request.match_info["sid"])
    if message is None:
        raise not_found(request)
    return message


def _media(request: web.Request, message: Message, sid: str) -> Media:
    media = next((each for each in message.media if each.sid == sid), None)
    if media is None:
        raise not_found(request)
    return media
