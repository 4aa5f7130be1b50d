"""The forms in which allauth's own would count failures otherwise than we do."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from . import attempts, credentials, sessions
from .words import DIFFERENT, LOCKED, WRONG_CODE, WRONG_KEY, WRONG_OLD_PASSWORD, shown


def _checked_code(form: Any) -> str:
    """Return the code when one of the person's authenticators accepts it.

    allauth limits by account, whatever the source: somebody who knows the password could keep its
    owner out. Here failures count per account and address, like those of passwords.
    """
    user, now = form.user, timezone.now()
    actor = sessions.acting(context.request, None)
    if attempts.paused(name=user.username, user=user, address=actor.address, now=now):
        attempts.note_paused(name=user.username, user=user, actor=actor, now=now)
        raise ValidationError(shown(LOCKED), code=LOCKED.code)
    code = str(form.cleaned_data["code"]).replace(" ", "")
    found = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
    for authenticator in found:
        if authenticator.wrap().validate_code(code):
            authenticator.user = user
            form.authenticator = authenticator
            attempts.passed(user=user, address=actor.address)
            return code
    attempts.wrong_code(user=user, actor=actor, now=now)
    raise ValidationError(shown(WRONG_CODE), code=WRONG_CODE.code)


class CodeForm(AuthenticateForm):
    """A code at sign-in: of the app, or a recovery code."""

    def clean_code(self) -> str:
        """Check the code and count failures."""
        return _checked_code(self)


class CodeAgainForm(ReauthenticateForm):
    """A code asked for again."""

    def clean_code(self) -> str:
        """Check the code and count failures."""
        return _checked_code(self)


def _checked_key(form: Any, check: Callable[[], Authenticator]) -> Authenticator:
    """Return the key that signed; one that does not fit counts as a failure.

    A key that signs in alone names its account in what the browser sends: that is not believed,
    or anybody could lock anybody.
    """
    try:
        return check()
    except ValidationError as error:
        actor, now = sessions.acting(context.request, None), timezone.now()
        user = form.user
        name = user.username if user else ""
        attempts.failed(name=name, user=user, actor=actor, now=now, said=WRONG_KEY)
        raise ValidationError(shown(WRONG_KEY), code=WRONG_KEY.code) from error


class KeyForm(AuthenticateWebAuthnForm):
    """A security key after the password."""

    def clean_credential(self) -> Authenticator:
        """Check what the key signed."""
        return _checked_key(self, super().clean_credential)


class KeyAloneForm(LoginWebAuthnForm):
    """A security key instead of the password."""

    def clean_credential(self) -> Authenticator:
        """Check what the key signed."""
        return _checked_key(self, super().clean_credential)


class KeyAgainForm(ReauthenticateWebAuthnForm):
    """A security key asked for again."""

    def clean_credential(self) -> Authenticator:
        """Check what the key signed."""
        return _checked_key(self, super().clean_credential)


class NewPasswordForm(ChangePasswordForm):
    """Change the password."""

    @property
    def rules(self) -> str:
        """The rule for a new password, for the page."""
        return str(credentials.rules_said())

    def clean_oldpassword(self) -> str:
        """Check the present password like at sign-in: failures count."""
        given = str(self.cleaned_data.get("oldpassword", ""))
        if not get_adapter(context.request).reauthenticate(self.user, given):
            said = WRONG_OLD_PASSWORD
            raise ValidationError(shown(said), code=said.code)
        return given

    def clean(self) -> dict[str, Any]:
        """Say in our words that the two are different."""
        given: dict[str, Any] = forms.Form.clean(self) or {}
        one, two = given.get("password1"), given.get("password2")
        if one and two and one != two:
            self.add_error("password2", ValidationError(shown(DIFFERENT), code=DIFFERENT.code))
        return given
