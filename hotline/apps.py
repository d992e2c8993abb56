"""The contact centre as a Django app."""

from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "hotline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hotline import checks  # noqa: F401 - registers the checks
