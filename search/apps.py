"""Search over the case history as a Django app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
