"""Puts the simulator together as one aiohttp application."""

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from hotline.simulator import doors, softphone
from hotline.simulator.carrier import Carrier
from hotline.simulator.config import Config
from hotline.simulator.rest.common import CARRIER, Handler, rest_api
from hotline.simulator.rest.routes import routes as rest_routes

STATIC = Path(__file__).parent / "static"
LARGEST_BODY = 40 * 1024 * 1024

PAGE_POLICY = "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; frame-ancestors 'none'"


async def phone_page(_request: web.Request) -> web.FileResponse:
    """The worker's telephone."""
    return web.FileResponse(STATIC / "phone.html", headers={"Content-Security-Policy": PAGE_POLICY})


@web.middleware
async def plain_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing is kept by caches: pages and code change with the process."""
    response = await handler(request)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def make_app(config: Config) -> web.Application:
    """The whole simulator for one account and one hotline."""
    app = web.Application(middlewares=[plain_headers, softphone.cors, rest_api], client_max_size=LARGEST_BODY)
    app[CARRIER] = Carrier(config)
    app.router.add_get("/", phone_page)
    app.router.add_static("/static/", STATIC)
    app.router.add_routes([*doors.routes(), *softphone.routes(), *rest_routes()])
    app.cleanup_ctx.append(_close_carrier)
    return app


async def _close_carrier(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[CARRIER].close()
