"""Addresses of signing in. Of allauth's pages those that we have: no sign-up, no e-mail."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path

from . import login_pages as pages

urlpatterns = [
    path("dang-nhap", account.login, name="account_login"),
    path("dang-nhap/ma", mfa.authenticate, name="mfa_authenticate"),
    path("dang-nhap/khoa", keys.login_webauthn, name="mfa_login_webauthn"),
    path("dang-nhap/thoi", account.logout, name="account_logout"),
    path("dang-nhap/bi-khoa", account.account_inactive, name="account_inactive"),
    path("dang-nhap/chua-co", pages.stranger, name="login-stranger"),
    path("dang-nhap/thoi-cua-tinh", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("dang-nhap/loi-cua-tinh", social.login_error, name="socialaccount_login_error"),
    path("dang-nhap/<str:provider_id>/", oidc.login, name="openid_connect_login"),
    path("dang-nhap/<str:provider_id>/ve/", oidc.callback, name="openid_connect_callback"),
    path("dat-mat-khau/<str:secret>", pages.invitation, name="login-invitation"),
    path("mo-khoa", pages.locked, name="login-locked"),
    path("mo-khoa/mat-khau", account.reauthenticate, name="account_reauthenticate"),
    path("mo-khoa/ma", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("mo-khoa/khoa", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("phien/con", pages.idle, name="login-idle"),
    path("phien/truc-tiep", pages.live_sign, name="login-live"),
    path("o-may-khac", pages.elsewhere, name="login-elsewhere"),
    path("cam-ket", pages.acknowledge, name="login-acknowledge"),
    path("tai-khoan", pages.account, name="mfa_index"),
    path("tai-khoan/cac-khoa", pages.account, name="mfa_list_webauthn"),
    path("tai-khoan/chua-co-mat-khau", pages.account, name="account_set_password"),
    path("tai-khoan/thiet-lap", pages.set_up, name="login-set-up"),
    path("tai-khoan/mat-khau", account.password_change, name="account_change_password"),
    path("tai-khoan/ung-dung", totp.activate_totp, name="mfa_activate_totp"),
    path("tai-khoan/ung-dung/bo", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("tai-khoan/khoa", keys.add_webauthn, name="mfa_add_webauthn"),
    path("tai-khoan/khoa/<int:pk>/bo", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("tai-khoan/ma-du-phong", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "tai-khoan/ma-du-phong/moi",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("quan-tri/dang-nhap", pages.administration, name="login-administration"),
]
