"""Reading the JSON that the doors take, and refusing what is none."""

from collections.abc import Mapping

from aiohttp import web

from hotline.simulator.state import Json


def refusal(status: int, problem: str) -> web.HTTPException:
    """An answer `{"error": ...}` with that status, to be raised."""
    kinds: Mapping[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        404: web.HTTPNotFound,
        409: web.HTTPConflict,
        415: web.HTTPUnsupportedMediaType,
    }
    body = web.json_response({"error": problem}).text
    return kinds[status](text=body, content_type="application/json")


async def body_of(request: web.Request) -> Json:
    """The JSON object of a request. Raises 415 for another type (so that no plain form of a foreign page
    gets in) and 400 for what is no object."""
    if request.content_type != "application/json":
        raise refusal(415, "send application/json")
    try:
        data = await request.json()
    except ValueError:
        raise refusal(400, "this is not JSON") from None
    if not isinstance(data, dict):
        raise refusal(400, "an object is expected")
    return data


def text_of(data: Json, name: str, default: str | None = None) -> str:
    """A field that must be text. Raises 400."""
    value = data.get(name, default)
    if not isinstance(value, str):
        raise refusal(400, f"{name} must be text")
    return value


def texts_of(data: Json, name: str) -> dict[str, str]:
    """A field that holds names and texts; left out, it is empty. Numbers are taken as text. Raises 400."""
    value = data.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(each, str | int) for each in value.values()):
        raise refusal(400, f"{name} must be an object of texts")
    return {str(key): str(each) for key, each in value.items()}
