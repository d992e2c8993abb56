"""The world, built once for the package, and who walks through it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.access.walk import Walker
from tests.access.world import World


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Everybody and everything, gone after the package; what a test does in it is undone with the test.

    Its carrier cannot be reached: what would ring a telephone answers 503.
    """
    unreachable = override_settings(HOTLINE_CARRIER_URL="http://127.0.0.1:9")
    with django_db_blocker.unblock(), unreachable, transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def signed_in(world: World) -> Walker:
    """Everybody at their browser."""
    return Walker(world)


@pytest.fixture
def walker(signed_in: Walker) -> Walker:
    """Asks for pages as each person and judges the answers; everybody has the cookie of their sign-in."""
    signed_in.begin()
    return signed_in
