"""What a person has typed and not yet sent: kept as it is typed, put back into the form on the next load."""

from django.http import QueryDict

from hotline import crypto
from hotline.enums import Section
from hotline.models import Case, Draft, Staff
from hotline.readings import once

NOTE, REPLY, STEP, WRAP_UP, MEASURE = "NOTE", "REPLY", "STEP", "WRAP_UP", "MEASURE"
ENTRY = "ENTRY"
"""One thing that happened before the commission; what kind of thing is a field of it."""
PLACES = frozenset({*Section.values, NOTE, REPLY, STEP, WRAP_UP, MEASURE, ENTRY})
"""Everything that can be half typed on a case, but for the steps of its measures (`measure_place`)."""
SENSITIVE = frozenset({"identity_number"})
LARGEST = 300_000
"""Characters of one draft; more than the longest form holds."""
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "revision", "next", "on_desk"})


def measure_place(measure_pk: int) -> str:
    """The place of what is typed at the present step of a measure."""
    return f"{MEASURE}-{measure_pk}"


DEEDS = frozenset({"session", "held", "proposal", "answer", "agreement", "payment"})
"""What is written into a mediation by a form of its own."""


def deed(name: str, about: int = 0) -> str:
    """The place of what is typed into a form of the mediation, about the row `about` if there are several."""
    return f"{name.upper()}-{about}"


def is_place(case: Case, name: str) -> bool:
    """Whether something can be half typed under `name` on `case`."""
    prefix, _dash, pk = name.partition("-")
    if prefix == MEASURE and pk.isdecimal() and len(pk) < 10:
        return case.measures.filter(pk=pk).exists()
    if prefix.lower() in DEEDS and prefix.isupper() and pk.isdecimal() and len(pk) < 10:
        return case.mediations.exists()
    return name in PLACES


def to_data(post: QueryDict) -> dict[str, list[str]]:
    """The fields of a form as they are kept; sensitive ones under the data key."""
    kept = {name: post.getlist(name) for name in post if name not in NOT_KEPT}
    for name in SENSITIVE & kept.keys():
        kept[name] = [crypto.encrypt(value) for value in kept[name]]
    return kept


def to_post(data: dict[str, list[str]]) -> QueryDict:
    """What `to_data` kept, as the browser had sent it."""
    post = QueryDict(mutable=True)
    for name, values in data.items():
        post.setlist(name, [crypto.decrypt(v) for v in values] if name in SENSITIVE else list(values))
    return post


def of(case: Case, staff: Staff) -> dict[str, Draft]:
    """The person's drafts on `case` by what they are for."""
    rows = Draft.objects.filter(case=case, staff=staff)
    return once(("drafts", case.pk, staff.pk), lambda: {draft.section: draft for draft in rows})


def state(case: Case, staff: Staff) -> list[tuple[str, str]]:
    """Which drafts the person has on `case`, and when each was last typed at."""
    rows = Draft.objects.filter(case=case, staff=staff).order_by("section")
    return [(section, at.isoformat()) for section, at in rows.values_list("section", "updated_at")]


def text_of(draft: Draft | None, name: str = "text") -> str:
    """One field of a draft, empty without one."""
    return str(to_post(draft.data).get(name, "")) if draft else ""
