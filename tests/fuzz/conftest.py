"""The hotline that forms are taken from."""

from tests.fuzz.world import world

__all__ = ["world"]
