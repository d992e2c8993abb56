"""Who can sign in: active staff; demo accounts in the demo alone; nobody registers themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from hotline.actions import seats
from hotline.enums import Role
from hotline.models import Staff


class StaffBackend(AuthenticationBackend):
    """Checks at sign-in and again at every request, so that a deactivated person's sessions end at once."""

    def user_can_authenticate(self, user: AbstractBaseUser) -> bool:
        """Active, and no demo account outside the demo."""
        assert isinstance(user, Staff)
        return user.is_active and (settings.HOTLINE_DEMO or not user.is_demo)


class NoSignUpAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators."""

    def set_password(self, user: Staff, password: str) -> None:
        """The person's own choice takes the place of the first password."""
        user.must_change_password = False
        super().set_password(user, password)

    def logout(self, request: HttpRequest) -> None:
        """Who signs out leaves the floor, so that no call is offered to an empty chair."""
        if isinstance(request.user, Staff) and request.user.role == Role.AGENT:
            seats.set_offline(request.user)
        super().logout(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
