"""Errors that explain themselves to the person who meets them: what is wrong, and the way out."""

from collections.abc import Mapping


class HotlineError(Exception):
    """A refusal with a reason for people (`message`, translated) and the HTTP status it becomes."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(HotlineError):
    """The person may see the thing but not do this to it."""

    status = 403
    noted = False


class NotVisible(HotlineError):
    """The thing is not theirs to see; answered like a thing that does not exist.

    `noted`: the access log has it already.
    """

    status = 404

    def __init__(self, message: str, *, noted: bool = False) -> None:
        super().__init__(message)
        self.noted = noted


class Conflict(HotlineError):
    """Someone else was first, or the thing is in another state now."""

    status = 409


class StaleSection(Conflict):
    """A section was saved by someone else after this person had opened it."""


class Invalid(HotlineError):
    """What was typed cannot be stored; `fields` maps a field's name to what is wrong with it."""

    status = 400

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(str(text) for text in fields.values()))
        self.fields = {name: str(text) for name, text in fields.items()}


class CarrierRefused(HotlineError):
    """The carrier has said no for good; trying again would not help. `code` is the carrier's own."""

    status = 502

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class CarrierBusy(HotlineError):
    """The carrier has certainly not done it (429 or no connection): try again later."""

    status = 503


class CarrierUncertain(HotlineError):
    """The carrier may have done it or not (5xx, time-out): look before doing it again."""

    status = 503
