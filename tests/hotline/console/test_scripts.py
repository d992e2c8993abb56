"""What the scripts of every page promise, in Chromium: live changes, saving, keys, connection, sound.

The pages are rendered by Django and handed to the browser by a route, so that no server is needed; the
socket is the test's own end of a real WebSocket.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.utils import translation
from playwright.sync_api import Browser, Page, Request, Route, WebSocketRoute, expect

pytestmark = pytest.mark.browser
HOST = "http://console.test"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PAGE = """{% load i18n console %}<!doctype html><html lang="en"><head>
{% include "console/partials/head.html" %}
<title>Page</title></head>
<body hx-ext="morph" data-user="7" data-live="/live/" data-sign-in="/accounts/login/"
 data-zone="Asia/Shanghai" data-rings>
<div class="banner" id="connection" hidden><p></p></div><div id="sound-off" hidden></div>
<input id="finder" data-key="/"><a href="/floor/" data-key="g f">Floor</a>
<button id="accept" data-key="a" hx-post="/refused/" hx-target="#part">Accept</button>
<button id="danger" hx-post="/done/" hx-confirm="Close QD12351-1?" hx-target="#part">Close</button>
<div data-presence="case:1" hidden></div>
{{ part|safe }}
<form data-send method="post" action="/sent/" id="reply"><textarea id="text" name="text"></textarea></form>
{% include "console/partials/notices.html" %}{% include "console/partials/dialogs.html" %}</body></html>"""
PART = """{% load console %}<section id="part" {% live "case:1" version "/part/" %}>
<p id="shown">{{ version }}</p>
<form data-autosave="/draft/" method="post"><input id="name" name="name" value="{{ kept }}">
<span data-save-state></span></form>
{% if offer %}<div data-offer="1"></div>{% endif %}</section>"""
PROBLEM = '{% include "console/partials/problem.html" %}'


class Stand:
    """What stands behind the page: a part with a version, a draft, and the socket's other end."""

    def __init__(self) -> None:
        self.version = 1
        self.offer = False
        self.drafts: list[str] = []
        self.draft_fails = False
        self.asked: list[int] = []
        self.heard: list[dict[str, Any]] = []
        self.sockets: list[WebSocketRoute] = []

    def part(self) -> str:
        kept = self.drafts[-1] if self.drafts else ""
        return render(PART, version=self.version, kept=kept, offer=self.offer)

    def answer(self, route: Route, request: Request) -> None:
        path = urlsplit(request.url).path
        if path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/"))
            assert isinstance(file, str), path
            route.fulfill(path=file, content_type=TYPES[file.rpartition(".")[2]])
        elif path == "/part/":
            self.answer_part(route, request)
        elif path == "/draft/":
            if not self.draft_fails:
                self.drafts.append(parse_qs(request.post_data or "", keep_blank_values=True)["name"][0])
            route.fulfill(status=500 if self.draft_fails else 200, body="{}")
        elif path == "/refused/":
            route.fulfill(
                status=409, body=render('{% include "console/partials/problem.html" %}', message="Taken.")
            )
        elif path == "/done/":
            self.version += 1
            route.fulfill(body=self.part(), content_type="text/html")
        else:
            route.fulfill(body=render(PAGE, part=self.part()), content_type="text/html; charset=utf-8")

    def answer_part(self, route: Route, request: Request) -> None:
        tag = f'"{self.version}-{len(self.drafts)}"'
        same = request.headers.get("if-none-match") == tag
        self.asked.append(304 if same else 200)
        headers = {"ETag": tag, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=304 if same else 200, headers=headers, body="" if same else self.part())

    def socket(self, ws: WebSocketRoute) -> None:
        self.sockets.append(ws)
        ws.on_message(lambda text: self.heard.append(json.loads(text)))

    def say(self, message: dict[str, Any]) -> None:
        self.sockets[-1].send(json.dumps(message))

    def ring(self, version: int, topic: str = "case:1", kind: str = "changed") -> None:
        self.version = max(self.version, version)
        self.say({"topic": topic, "kind": kind, "version": version})


def render(source: str, **context: Any) -> str:
    with translation.override("en"):
        return engines["django"].from_string(source).render(context)


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture
def page(chromium: Browser, stand: Stand) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route(f"{HOST}/**", stand.answer)
    page.route_web_socket("**/live/", stand.socket)
    page.goto(f"{HOST}/page/")
    wait_for(page, lambda: bool(stand.heard))
    yield page
    context.close()
    assert not errors


def wait_for(page: Page, ready: Any, seconds: float = 5) -> None:
    for _ in range(int(seconds * 20)):
        if ready():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come")


def test_the_page_says_what_it_shows(page: Page, stand: Stand) -> None:
    assert stand.heard[0] == {"hello": {"topics": {"case:1": 1}, "page": "/page/"}}


def test_a_part_with_a_version_of_its_own_is_not_asked_for_again(page: Page, stand: Stand) -> None:
    add = """version => {
        const part = document.createElement("div");
        Object.assign(part.dataset, { topic: "case:1", version });
        document.body.append(part);
        document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: { elt: part } }));
    }"""
    page.evaluate(add, "a3f9")
    page.wait_for_timeout(200)
    assert len(stand.heard) == 1
    page.evaluate(add, "2")
    wait_for(page, lambda: len(stand.heard) > 1)
    assert [one["hello"]["topics"]["case:1"] for one in stand.heard] == [1, ""]


def test_a_ping_is_answered(page: Page, stand: Stand) -> None:
    stand.say({"ping": 5})
    wait_for(page, lambda: {"pong": 5} in stand.heard)


def test_a_ring_brings_the_new_state_once(page: Page, stand: Stand) -> None:
    for _ in range(3):
        stand.ring(2)
    expect(page.locator("#shown")).to_have_text("2")
    stand.ring(2)
    page.wait_for_timeout(400)
    assert stand.asked == [200]


def test_a_missed_ring_costs_a_304(page: Page, stand: Stand) -> None:
    stand.ring(2)
    expect(page.locator("#shown")).to_have_text("2")
    stand.say({"topic": "*", "kind": "refresh"})
    wait_for(page, lambda: stand.asked == [200, 304])
    expect(page.locator("#shown")).to_have_text("2")


def test_a_field_in_use_is_left_alone_until_asked(page: Page, stand: Stand) -> None:
    page.focus("#name")
    page.keyboard.type("half a wo")
    stand.ring(2)
    stand.ring(3)
    mark = page.locator(".live-mark")
    expect(mark).to_have_text("2 new changes · show")
    page.locator("#text").focus()
    page.wait_for_timeout(500)
    assert page.input_value("#name") == "half a wo"
    expect(page.locator("#shown")).to_have_text("1")
    mark.click()
    expect(page.locator("#shown")).to_have_text("3")
    assert page.input_value("#name") == "half a wo"
    assert stand.drafts == ["half a wo"]


def test_selected_text_is_not_pulled_away(page: Page, stand: Stand) -> None:
    page.evaluate("getSelection().selectAllChildren(document.getElementById('shown'))")
    stand.ring(2)
    expect(page.locator(".live-mark")).to_have_text("1 new change · show")


def test_saved_is_said_after_the_server_only(page: Page, stand: Stand) -> None:
    state = page.locator("[data-save-state]")
    stand.draft_fails = True
    page.fill("#name", "王芳")
    expect(state).to_have_text("Not saved yet")
    expect(state).to_contain_text("Could not be saved")
    assert page.input_value("#name") == "王芳"
    stand.draft_fails = False
    page.click("[data-save-again]")
    expect(state).to_contain_text("Saved ")
    assert stand.drafts == ["王芳"]


def test_leaving_saves_what_is_typed(page: Page, stand: Stand) -> None:
    page.fill("#name", "too quick")
    # The event alone: a request that outlives its page is out of the route's reach.
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    wait_for(page, lambda: stand.drafts == ["too quick"], seconds=0.5)


LEFT = "JSON.stringify(Object.entries(sessionStorage).filter(([key]) => key.startsWith('leftover:')))"


def test_a_reload_brings_back_what_the_server_had_not_got(page: Page, stand: Stand) -> None:
    page.fill("#name", "the last words")
    page.reload()  # it asks for its page first, and what it saves on its way out is out of the route's reach
    expect(page.locator("#name")).to_have_value("the last words")
    wait_for(page, lambda: stand.drafts == ["the last words"])
    expect(page.locator("[data-save-state]")).to_contain_text("Saved ")
    assert page.evaluate(LEFT) == "[]"


def test_a_page_without_a_server_keeps_what_is_typed(page: Page, stand: Stand) -> None:
    stand.draft_fails = True
    page.fill("#name", "said while it was away")
    expect(page.locator("[data-save-state]")).to_contain_text("Could not be saved")
    page.reload()
    expect(page.locator("#name")).to_have_value("said while it was away")


def test_what_was_written_since_then_is_not_undone(page: Page, stand: Stand) -> None:
    stand.draft_fails = True
    page.fill("#name", "older")
    expect(page.locator("[data-save-state]")).to_contain_text("Could not be saved")
    stand.drafts.append("newer, from another window")
    page.reload()
    expect(page.locator("#name")).to_have_value("newer, from another window")
    assert page.evaluate(LEFT) == "[]"


def test_a_form_that_is_sent_leaves_nothing(page: Page, stand: Stand) -> None:
    page.fill("#name", "sent at once")
    with page.expect_navigation():
        page.evaluate("document.querySelector('form[data-autosave]').requestSubmit()")
    assert page.evaluate(LEFT) == "[]"
    page.wait_for_timeout(800)
    assert stand.drafts == []
    assert page.input_value("#name") == ""


def test_what_is_left_is_its_writers_and_never_a_secret(page: Page, stand: Stand) -> None:
    stand.draft_fails = True
    secret = "<input name=id data-secret>"
    page.evaluate("html => document.getElementById('name').insertAdjacentHTML('afterend', html)", secret)
    page.fill("[name=id]", "370202199001011234")
    page.fill("#name", "hers")
    expect(page.locator("[data-save-state]")).to_contain_text("Could not be saved")
    left = page.evaluate(LEFT)
    assert "hers" in left and "370202" not in left
    page.evaluate("document.body.dataset.user = 8")  # as when another person signs in here
    page.evaluate("import('/static/console/js/leftover.js').then((leftover) => leftover.forgetOthers())")
    assert page.evaluate(LEFT) == "[]"


def test_keys_act_outside_fields_alone(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("ga?")
    assert page.input_value("#finder") == "ga?"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.wait_for_url("**/floor/")


def test_no_key_acts_while_composing(page: Page) -> None:
    pressed = """key => document.body.dispatchEvent(new KeyboardEvent("keydown",
        {key, bubbles: true, isComposing: true, cancelable: true}))"""
    page.evaluate(pressed, "/")
    assert page.evaluate("document.activeElement.id") != "finder"
    page.focus("#text")
    sent = page.evaluate(
        """() => { let sent = false;
        document.addEventListener("submit", (e) => { e.preventDefault(); sent = true; });
        for (const more of [{isComposing: true}, {keyCode: 229}])
          document.getElementById("text").dispatchEvent(new KeyboardEvent("keydown",
            {key: "Enter", ctrlKey: true, bubbles: true, ...more}));
        return sent; }"""
    )
    assert sent is False


def test_ctrl_enter_sends(page: Page) -> None:
    page.fill("#text", "done")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/sent/")


def test_question_mark_lists_the_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys-here")).to_contain_text("Floor")
    page.keyboard.press("a")
    expect(page.locator("#toasts")).to_be_empty()


def test_a_refusal_is_said_and_changes_nothing(page: Page) -> None:
    page.fill("#name", "kept")
    page.click("#accept")
    expect(page.locator("#toasts")).to_contain_text("Taken.")
    assert page.input_value("#name") == "kept"


def test_a_dangerous_thing_asks_first(page: Page, stand: Stand) -> None:
    page.click("#danger")
    expect(page.locator("#confirm")).to_contain_text("Close QD12351-1?")
    page.click("#confirm [value=no]")
    page.wait_for_timeout(200)
    assert stand.version == 1
    page.click("#danger")
    page.click("#confirm [value=yes]")
    expect(page.locator("#shown")).to_have_text("2")


def test_a_lost_connection_is_said_and_made_good(page: Page, stand: Stand) -> None:
    stand.sockets[-1].close(code=1012)
    wait_for(page, lambda: len(stand.sockets) == 2)
    wait_for(page, lambda: len(stand.heard) == 2)
    assert stand.heard[1] == stand.heard[0]


def test_signed_out_elsewhere_goes_to_the_sign_in(page: Page, stand: Stand) -> None:
    stand.sockets[-1].close(code=4401)
    page.wait_for_url("**/accounts/login/?next=%2Fpage%2F")


def test_others_on_the_case_are_shown(page: Page, stand: Stand) -> None:
    people = [{"id": 7, "name": "王晓梅"}, {"id": 8, "name": "周律师"}]
    stand.say({"topic": "case:1", "kind": "presence", "people": people})
    expect(page.locator("[data-presence]")).to_contain_text("周律师 also here")
    expect(page.locator("[data-presence] .face")).to_have_count(1)


def test_an_offer_blinks_in_the_title(page: Page, stand: Stand) -> None:
    stand.offer = True
    stand.ring(2)
    wait_for(page, lambda: "Incoming call" in page.title())


def test_the_scheme_is_there_before_the_page(chromium: Browser, stand: Stand) -> None:
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.route(f"{HOST}/**", stand.answer)
    page.route_web_socket("**/live/", stand.socket)
    page.goto(f"{HOST}/page/")
    assert page.get_attribute("html", "data-scheme") == "dark"
    page.evaluate("localStorage.setItem('scheme', 'light')")
    page.reload()
    assert page.get_attribute("html", "data-scheme") == "light"
    context.close()
