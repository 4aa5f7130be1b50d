"""Django settings. All that differs between installations comes from Installation."""

from diemcau.config import logs
from diemcau.config.database import database
from diemcau.guard.outbound import Host
from diemcau.installation import ROOT, Installation, bracketed

INSTALLATION = Installation.from_environ()
BASE_DIR = ROOT

SECRET_KEY = INSTALLATION.secrets.django_key
DEBUG = False
PROVINCE = INSTALLATION.province

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if INSTALLATION.web_host not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(bracketed(INSTALLATION.web_host))
if INSTALLATION.public_host:
    ALLOWED_HOSTS.append(bracketed(INSTALLATION.public_host))
CSRF_TRUSTED_ORIGINS = [INSTALLATION.origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "diemcau.audit.apps.AuditConfig",
    "diemcau.directory.apps.DirectoryConfig",
    "diemcau.accounts.apps.AccountsConfig",
    "diemcau.conference.apps.ConferenceConfig",
    "diemcau.accounts.login.apps.LoginConfig",
    "diemcau.web.apps.WebConfig",
    # After web, whose templates stand in for allauth's.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "diemcau.config.request_id.RequestIdMiddleware",
    "diemcau.web.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "diemcau.web.limits.RateLimitMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "diemcau.web.login_gate.LoginGate",
]

ROOT_URLCONF = "diemcau.config.urls"
ASGI_APPLICATION = "diemcau.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "diemcau.web.context.installation",
            ],
        },
    }
]

DATABASES = {"default": database(INSTALLATION)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "account_login"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "diemcau.web.pages.csrf_failed"
X_FRAME_OPTIONS = "DENY"

# ---- security of cookies and transport (docs/security/asvs.md, V3.3 and V3.4)
HTTPS = INSTALLATION.public_host is not None
# Behind https a cookie belongs to this host alone: no subdomain and no plain http can set it.
_HOST_ONLY = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}sessionid"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_HOST_ONLY}django_language"
DEVICE_COOKIE_NAME = f"{_HOST_ONLY}dc_device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False  # the client sends it back in a header
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# The edge writes this header and discards what a client sent; without an edge nobody is believed.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Counters of web/limits.py; Memcached or Redis here counts for several web processes at once.
    "limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# Hosts that guard/outbound.py may call; none until a feature needs one.
OUTBOUND_HOSTS: tuple[Host, ...] = ()
# Where guard/uploads.py keeps what people send: outside everything that is served.
UPLOADS_DIR = INSTALLATION.data_dir / "uploads"
# ---- end of security

# ---- Signing in: allauth does the ceremonies, accounts/login holds the rules. ----
SIGN_IN = INSTALLATION.sign_in
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "diemcau.accounts.login.credentials.PolicyValidator"}]
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "diemcau.accounts.login.adapters.AccountAdapter"
ACCOUNT_FORMS = {"change_password": "diemcau.accounts.login.forms.NewPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# Nobody signs up; without password1 the sign-in form would have no password.
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False  # there may be no mail server
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # of the one who changes it; all others end
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}  # counted in our own table
MFA_ADAPTER = "diemcau.accounts.login.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "diemcau.accounts.login.forms.CodeForm",
    "reauthenticate": "diemcau.accounts.login.forms.CodeAgainForm",
    "authenticate_webauthn": "diemcau.accounts.login.forms.KeyForm",
    "login_webauthn": "diemcau.accounts.login.forms.KeyAloneForm",
    "reauthenticate_webauthn": "diemcau.accounts.login.forms.KeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers take http://localhost for a secure origin, the library does not.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSTALLATION.public_host is None
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "diemcau.accounts.login.adapters.SocialAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # the security policy lets no form lead to another origin
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "tinh",
                "name": SIGN_IN.oidc_name,
                "client_id": SIGN_IN.oidc_client_id,
                "secret": SIGN_IN.oidc_secret(),
                "settings": {"server_url": SIGN_IN.oidc_issuer},
            }
        ]
        if SIGN_IN.oidc_issuer
        else [],
    }
}
# ---- End of signing in. ----

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
SERVESTATIC_USE_FINDERS = True
# Vite puts a hash of the content into each name: such a file never changes.
SERVESTATIC_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Za-z_-]{8,}\.(js|css|woff2?)$"

# The seam to the engine and the worker.
ENGINE_URL = INSTALLATION.engine_url
SIGNAL_URL = INSTALLATION.signal_url
LOCAL_SIGNAL_URL = INSTALLATION.local_signal_url
ENGINE_KEY = INSTALLATION.secrets.engine_key
ENGINE_SECRET = INSTALLATION.secrets.engine_secret
WORKER_HOST, WORKER_PORT = INSTALLATION.worker_host, INSTALLATION.worker_port

LOGGING = logs.settings(INSTALLATION)
