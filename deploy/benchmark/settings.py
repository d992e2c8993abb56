"""The hotline's settings with the yardstick's own flow as one more app."""

from hotline.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "deploy.benchmark"]  # noqa: F405
