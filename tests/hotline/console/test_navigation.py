"""The main navigation: it has room for all that a role has, in the bar and at the foot of a telephone."""

from django.test import RequestFactory

from hotline.console.context import BAR_ROOM, FOOT_ROOM, NAVIGATION, console
from hotline.enums import Role
from hotline.models import Staff


def test_what_finds_no_room_is_in_the_menu() -> None:
    for role in Role:
        request = RequestFactory().get("/")
        request.user = Staff(role=role)
        found = console(request)
        wanted = [name for name, _words, _icon, roles in NAVIGATION if role in roles]
        for bar, room in ((found["bar"], BAR_ROOM), (found["footbar"], FOOT_ROOM)):
            assert len(bar["shown"]) + bool(bar["more"]) <= room
            assert [item["name"] for item in bar["shown"] + bar["more"]] == wanted
            assert len(bar["more"]) != 1
