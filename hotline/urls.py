"""Every address of the hotline."""

from django.urls import path

urlpatterns: list[object] = []
