"""What allauth asks an installation: here it hears our rules."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from diemcau.accounts.models import User
from diemcau.audit.services import transaction

from . import attempts, credentials, devices, sessions
from .oidc import matching
from .words import (
    DISABLED,
    LOCKED,
    OIDC_FAILED,
    STRANGER,
    WRONG,
    WRONG_CODE,
    WRONG_OLD_PASSWORD,
    shown,
)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by password: no sign-up, failures counted in our table."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": shown(WRONG),
        "email_password_mismatch": shown(WRONG),
        "incorrect_password": shown(WRONG_OLD_PASSWORD),
        "enter_current_password": shown(WRONG_OLD_PASSWORD),
        "too_many_login_attempts": shown(LOCKED),
        "rate_limited": shown(LOCKED),
        "account_inactive": shown(DISABLED),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are invited."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what the edge said, never what the client wrote."""
        return devices.address(request)

    def pre_authenticate(self, request: HttpRequest, **given: Any) -> None:
        """Try nothing while the account is locked for this address, or the address as a whole."""
        now = timezone.now()
        name = str(given.get("username") or given.get("email") or "")
        actor = sessions.acting(request)
        user = attempts.whose(name)
        if attempts.paused(name=name, user=user, address=actor.address, now=now):
            attempts.note_paused(name=name, user=user, actor=actor, now=now)
            raise ValidationError(shown(LOCKED), code=LOCKED.code)

    def authentication_failed(self, request: HttpRequest, **given: Any) -> None:
        """Count the failure; an account that does not exist is counted the same."""
        name = str(given.get("username") or given.get("email") or "")
        attempts.failed(
            name=name,
            user=attempts.whose(name),
            actor=sessions.acting(request),
            now=timezone.now(),
        )

    def authenticate(self, request: HttpRequest, **given: Any) -> AbstractBaseUser | None:
        """Check the password; the right one forgets this address's failures."""
        user: AbstractBaseUser | None = super().authenticate(request, **given)
        if isinstance(user, User):
            attempts.passed(user=user, address=devices.address(request))
        return user

    def _rollback_login_failed_rl_usage(self) -> None:
        """Nothing was consumed: allauth's own counter is not used."""

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Say that the account is disabled, and record who came."""
        actor = sessions.acting(request)
        about = user.get_username()
        refusal = DISABLED.refusal()
        sessions.refused(actor, "login.refused", refusal, now=timezone.now(), object=about)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a password that the policy accepted."""
        assert isinstance(user, User)
        request = context.request
        credentials.set_password(
            user=user,
            password=password,
            actor=sessions.acting(request),
            verb="password.changed",
            keep_session=request.session.get(sessions.KEY, ""),
            now=timezone.now(),
        )


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets encrypted at rest."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": shown(WRONG_CODE)}

    def get_totp_issuer(self) -> str:
        """Return what the app shows beside the code."""
        return "diemcau"

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with a key of this installation."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt it."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        """Name a key after the device on which it is made."""
        return devices.label(context.request.headers.get("User-Agent", ""))


def _box() -> Fernet:
    key = hashlib.sha256(b"diemcau second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class SocialAdapter(DefaultSocialAccountAdapter):
    """Provincial sign-on: it leads to invited accounts, and makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Accounts are invited."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link the identity to the account that its claim names, or turn it away."""
        if sociallogin.is_existing:
            return
        now = timezone.now()
        actor = sessions.acting(request, None)
        data = sociallogin.account.extra_data
        user = matching(data, claim=settings.SIGN_IN.oidc_claim)
        taken = user and SocialAccount.objects.filter(user=user).exists()
        if user is None or taken or request.user.is_authenticated:
            refusal = STRANGER.refusal()
            sessions.refused(actor, "oidc.refused", refusal, now=now)
            raise ImmediateHttpResponse(redirect("login-stranger"))
        with transaction(actor, "oidc.linked", now=now, object=user.username) as entry:
            sociallogin.connect(request, user)
            entry.about(after={"claim": settings.SIGN_IN.oidc_claim})

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        """Record that the provincial sign-on did not work; no detail, it may hold a code."""
        actor, refusal = sessions.acting(request), OIDC_FAILED.refusal()
        sessions.refused(actor, "oidc.refused", refusal, now=timezone.now())
