"""Calls that wait and agents who sit, as in the tests of the actions."""

from tests.hotline.actions.conftest import now, ring, sit

__all__ = ["now", "ring", "sit"]
