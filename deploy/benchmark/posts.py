"""The carrier's signed posts, many at once over kept connections, and what came back."""

import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from http.client import HTTPConnection
from queue import Empty, SimpleQueue
from time import perf_counter
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

AT_ONCE = 16
Post = tuple[str, bytes, dict[str, str]]
"""Path, body, headers."""


def text(number: str, address: str, token: str, path: str = "/twilio/messages/") -> Post:
    """A worker's message from `number`, signed for the server at `address`."""
    return signed(
        {"MessageSid": f"SM{uuid.uuid4().hex}", "From": number, "To": "+8653212351", "NumMedia": "0",
         "Body": "老板拖欠三个月工资，一共三万一千元，工会能不能帮我要回来？"}, address, token, path,
    )  # fmt: skip


def signed(fields: dict[str, str], address: str, token: str, path: str) -> Post:
    """A post with the carrier's signature."""
    signature = RequestValidator(token).compute_signature(address + path, fields)
    kind = "application/x-www-form-urlencoded"
    return path, urlencode(fields).encode(), {"Content-Type": kind, "X-Twilio-Signature": signature}


def fire(address: str, posts: Sequence[Post], at_once: int = AT_ONCE) -> tuple[float, Counter[int]]:
    """Send all of `posts`; returns the seconds it took and how often each status came back."""
    waiting: SimpleQueue[Post] = SimpleQueue()
    for post in posts:
        waiting.put(post)
    answers: list[int] = []
    threads = [threading.Thread(target=_send, args=(address, waiting, answers)) for _n in range(at_once)]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return perf_counter() - started, Counter(answers)


def _send(address: str, waiting: "SimpleQueue[Post]", answers: list[int]) -> None:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    while True:
        try:
            path, body, headers = waiting.get_nowait()
        except Empty:
            connection.close()
            return
        answers.append(_status(connection, path, body, headers))


def _status(connection: HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        connection.close()
        return 0
    return answer.status
