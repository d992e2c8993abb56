"""Every address of the hotline."""

from allauth.account import views as account
from django.urls import include, path

ACCOUNTS = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
]
"""Signing in and out; nobody registers themselves, and an administrator gives new passwords."""

handler500 = "hotline.console.trouble.server_error"

urlpatterns: list[object] = [
    path("", include("hotline.console.urls")),
    path("accounts/", include(ACCOUNTS)),
    path("health/", include("hotline.health")),
    path("twilio/", include("hotline.telephony.urls")),
    path("", include("hotline.telephony.desk_urls")),
]
