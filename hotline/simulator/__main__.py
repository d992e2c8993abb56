"""`python -m hotline.simulator`: runs the simulator until it is interrupted."""

import argparse
import logging
from collections.abc import Sequence

from aiohttp import web

from hotline.simulator.app import make_app
from hotline.simulator.config import (
    ALL_CALL_EVENTS,
    Config,
    ConfigError,
    base_url,
    browser_origins,
    read_credentials,
)


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m hotline.simulator", description=__doc__)
    options.add_argument("--host", default="127.0.0.1", help="address to listen on")
    options.add_argument("--port", type=int, default=8100)
    options.add_argument("--hotline", default="http://127.0.0.1:8000", help="the hotline's public address")
    options.add_argument(
        "--public", default="", help="this simulator's own address, for media and recordings"
    )
    options.add_argument("--number", default="+8653212351", help="the hotline's number")
    options.add_argument("--origin", action="append", default=[], help="another origin for the softphone")
    options.add_argument("--pace", type=float, default=1.0, help="below 1 hurries speech, pauses and ringing")
    options.add_argument("--retries", type=int, default=1, help="further attempts of a failed webhook")
    options.add_argument(
        "--inbound-events",
        nargs="*",
        default=list(ALL_CALL_EVENTS),
        choices=ALL_CALL_EVENTS,
        help="progress events of inbound calls",
    )
    for name in ("voice", "status", "fallback", "agent", "messages"):
        default = Config.__dataclass_fields__[f"{name}_path"].default
        options.add_argument(f"--{name}-path", default=default)
    return options


def read_config(arguments: Sequence[str] | None = None) -> tuple[Config, str, int]:
    """The configuration, and the address and port to listen on."""
    options = parser().parse_args(arguments)
    try:
        hotline = base_url(options.hotline)
        public = base_url(options.public or f"http://{options.host}:{options.port}")
        origins = browser_origins(hotline, options.origin)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    config = Config(
        credentials=read_credentials(),
        hotline=hotline,
        public=public,
        number=options.number,
        voice_path=options.voice_path,
        status_path=options.status_path,
        fallback_path=options.fallback_path,
        agent_path=options.agent_path,
        messages_path=options.messages_path,
        inbound_events=tuple(options.inbound_events),
        origins=origins,
        pace=max(0.001, options.pace),
        retries=max(0, options.retries),
    )
    return config, options.host, options.port


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    config, host, port = read_config()
    web.run_app(
        make_app(config),
        host=host,
        port=port,
        access_log=None,
        shutdown_timeout=2,
        print=lambda _text: print(f"The workers' telephone: {config.public}/", flush=True),
    )


if __name__ == "__main__":
    main()
