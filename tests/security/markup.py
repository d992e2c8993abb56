"""What of a page is there only because something typed was taken for markup."""

from html.parser import HTMLParser

ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "srcdoc"}


class Elements(HTMLParser):
    """Reads a page; `planted` are the elements that none of our own templates has."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.planted: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        scripts = [
            v for n, v in attrs if n in ADDRESSES and (v or "").strip().lower().startswith("javascript")
        ]
        if scripts or any(name.startswith("on") for name, _value in attrs) or ("src", "x") in attrs:
            self.planted.append(str(self.get_starttag_text()))
