"""A page as a person meets it: its forms with their fields and choices, what it listens for, what it says."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from deploy.tour.report import NotSeen

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
UNSEEN = frozenset({"script", "style", "template", "svg"})
"""What stands in these is neither read by people nor sent."""
BUTTONS = frozenset({"submit", "image", "button", "reset"})


@dataclass
class Form:
    """One form: where it goes, what it sends when nothing is changed, and what can be chosen."""

    action: str
    method: str
    autosave: str = ""
    """Where it is kept as it is typed."""
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    """For fields that offer a choice: each value and its words."""
    texts: set[str] = field(default_factory=set)
    """The fields into which anything can be typed."""

    def choice(self, name: str, words: str) -> str:
        """The value of the choice of `name` whose words contain `words`. Raises NotSeen."""
        for value, label in self.choices.get(name, {}).items():
            if value and words in label:
                return value
        raise NotSeen(f"{self.action} offers no {name} called {words}")

    def filled(self, **changes: str) -> list[tuple[str, str]]:
        """What is sent once `changes` were typed and chosen. Raises NotSeen for what is not in it."""
        values = dict(self.values)
        for name, value in changes.items():
            if name not in self.texts and value not in self.choices.get(name, {}):
                what = f"no choice {value!r} of" if name in self.choices else "no field"
                raise NotSeen(f"the form {self.action} has {what} {name}")
            values[name] = [value]
        return [(name, value) for name, each in values.items() for value in each]


@dataclass
class Page:
    """What a request for a page brought."""

    path: str
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    data: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Each element with data attributes: its tag and those."""
    links: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stages: list[tuple[str, str]] = field(default_factory=list)
    """The path of the case as drawn: each stage's state and name."""

    def form(self, begins: str, ends: str = "") -> Form:
        """The form whose address begins and ends so. Raises NotSeen: a page without its form is broken."""
        found = self.form_or_none(begins, ends)
        if found is None:
            there = ", ".join(sorted({form.action for form in self.forms})) or "none"
            raise NotSeen(f"{self.path} has no form {begins}…{ends}; it has {there}")
        return found

    def form_or_none(self, begins: str, ends: str = "") -> Form | None:
        """The same, or None."""
        forms = (f for f in self.forms if f.action.startswith(begins) and f.action.endswith(ends))
        return next(forms, None)

    def attribute(self, name: str) -> str:
        """The first element's data attribute `name`, empty where no element has it."""
        return next((data[name] for _tag, data in self.data if name in data), "")

    def values_of(self, name: str) -> list[str]:
        """The data attribute `name` of all elements that have it."""
        return [data[name] for _tag, data in self.data if name in data]

    @property
    def topics(self) -> dict[str, str | int]:
        """What the page wants to be rung for, as its script says it: topic and version shown."""
        found: dict[str, str | int] = {}
        for _tag, data in self.data:
            for topic in data.get("topic", "").split() if "version" in data else ():
                version = data["version"]
                shown: str | int = int(version) if version.isdigit() else version
                found[topic] = shown if found.get(topic, shown) == shown else ""
        return found

    @property
    def place(self) -> int:
        """Which stage of the drawn path is lit, from 0 on. Raises NotSeen."""
        for place, (state, _name) in enumerate(self.stages):
            if state == "now":
                return place
        raise NotSeen(f"{self.path} draws no path with a place lit")


def read(path: str, html: str) -> Page:
    """The page that `html` draws."""
    reader = _Reader(path)
    reader.feed(html)
    reader.close()
    page = reader.page
    page.text = " ".join("".join(reader.words).split())
    return page


@dataclass
class _Capture:
    """An element whose text is collected until it ends."""

    tag: str
    kind: str
    more: str = ""
    depth: int = 1
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page(path)
        self.words: list[str] = []
        self._form: Form | None = None
        self._unseen = 0
        self._select: tuple[Form, str] | None = None
        self._option: tuple[str, bool] | None = None
        self._label = ""
        self._captures: list[_Capture] = []

    # --- Elements --------------------------------------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        if self._unseen:
            return
        has = {name: value or "" for name, value in attrs}
        data = {name.removeprefix("data-"): value for name, value in has.items() if name.startswith("data-")}
        if data:
            self.page.data.append((tag, data))
        if tag == "a" and "href" in has:
            self.page.links.append(has["href"])
        for capture in self._captures:
            capture.depth += capture.tag == tag and tag not in VOID
        self._begin_capture(tag, has, data)
        opens = getattr(self, f"_open_{tag}", None)
        if opens is not None:
            opens(has, data)

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen -= 1
            return
        if self._unseen:
            return
        self.words.append(" ")
        for capture in list(self._captures):
            capture.depth -= capture.tag == tag
            if not capture.depth:
                self._captures.remove(capture)
                self._end_capture(capture)
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._end_option()
            self._select = None
        elif tag == "option":
            self._end_option()

    def handle_data(self, text: str) -> None:
        if self._unseen:
            return
        self.words.append(text)
        self._label += text
        for capture in self._captures:
            capture.words.append(text)

    # --- Forms -----------------------------------------------------------------------------------
    def _open_form(self, has: dict[str, str], data: dict[str, str]) -> None:
        self._form = Form(
            has.get("action", self.page.path), has.get("method", "get").lower(), data.get("autosave", "")
        )
        self.page.forms.append(self._form)

    def _open_input(self, has: dict[str, str], data: dict[str, str]) -> None:
        name, kind, form = has.get("name", ""), has.get("type", "text").lower(), self._form
        if not name or form is None or "disabled" in has:
            return
        if kind in {"radio", "checkbox"}:
            value = has.get("value", "on")
            form.choices.setdefault(name, {})[value] = value
            if "checked" in has:
                form.values.setdefault(name, []).append(value)
        elif kind in BUTTONS:
            form.choices.setdefault(name, {})[has.get("value", "")] = ""
        elif kind != "file":
            form.texts.add(name)
            form.values.setdefault(name, []).append(has.get("value", ""))

    def _open_button(self, has: dict[str, str], data: dict[str, str]) -> None:
        if self._form is not None and has.get("name") and "disabled" not in has:
            self._form.choices.setdefault(has["name"], {})[has.get("value", "")] = ""

    def _open_textarea(self, has: dict[str, str], data: dict[str, str]) -> None:
        if self._form is not None and has.get("name"):
            self._captures.append(_Capture("textarea", "textarea", has["name"]))

    def _open_select(self, has: dict[str, str], data: dict[str, str]) -> None:
        if self._form is not None and has.get("name"):
            self._select = self._form, has["name"]
            self._form.choices.setdefault(has["name"], {})

    def _open_option(self, has: dict[str, str], data: dict[str, str]) -> None:
        self._end_option()
        self._option, self._label = (has.get("value", ""), "selected" in has), ""

    def _end_option(self) -> None:
        if self._select is None or self._option is None:
            return
        (form, name), (value, chosen) = self._select, self._option
        first = not form.choices[name]
        form.choices[name][value] = self._label.strip()
        if chosen or first:
            # A list with nothing chosen sends its first line.
            form.values[name] = [value]
        self._option = None

    # --- Texts that mean something ---------------------------------------------------------------
    def _begin_capture(self, tag: str, has: dict[str, str], data: dict[str, str]) -> None:
        classes = has.get("class", "").split()
        if tag in VOID:
            return
        if "field-error" in classes or "error-summary" in classes:
            self._captures.append(_Capture(tag, "error"))
        elif tag == "li" and data.get("state") in {"now", "ahead", "done", "passed"}:
            self._captures.append(_Capture(tag, "stage", data["state"]))

    def _end_capture(self, capture: _Capture) -> None:
        text = "".join(capture.words)
        if capture.kind == "error":
            self.page.errors.append(" ".join(text.split()))
        elif capture.kind == "stage":
            self.page.stages.append((capture.more, " ".join(text.split())))
        elif self._form is not None:
            self._form.texts.add(capture.more)
            self._form.values.setdefault(capture.more, []).append(text.removeprefix("\n"))
