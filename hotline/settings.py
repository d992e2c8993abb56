"""Django's settings: everything that differs between deployments comes from the environment."""

import secrets as random_secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF

from hotline import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
NODE_MODULES = BASE_DIR / "node_modules"

# --- What this deployment is -------------------------------------------------------------------
HOTLINE_DATA_DIR = Path(env.text("HOTLINE_DATA_DIR", str(BASE_DIR / "var")))
HOTLINE_DEMO = env.flag("HOTLINE_DEMO")
HOTLINE_PUBLIC_URL = env.url("HOTLINE_PUBLIC_URL", ("http", "https"), "http://127.0.0.1:8000")
PUBLIC = urlsplit(HOTLINE_PUBLIC_URL)
HTTPS = PUBLIC.scheme == "https"


def kept_secret(name: str, made: str) -> str:
    """The secret in `HOTLINE_DATA_DIR`/`name`; `made` is kept there once where there is none.

    A laptop starts without any set-up; `check --deploy` asks a real deployment to set its own.
    """
    path = HOTLINE_DATA_DIR / name
    try:
        HOTLINE_DATA_DIR.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(made)
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = env.secret("HOTLINE_SECRET_KEY")
HOTLINE_OWN_SECRETS = bool(SECRET_KEY)
SECRET_KEY = SECRET_KEY or kept_secret("secret_key", random_secrets.token_urlsafe(60))
HOTLINE_DATA_KEYS = env.secrets("HOTLINE_DATA_KEYS")
HOTLINE_OWN_SECRETS = HOTLINE_OWN_SECRETS and bool(HOTLINE_DATA_KEYS)
HOTLINE_DATA_KEYS = HOTLINE_DATA_KEYS or [kept_secret("data_key", Fernet.generate_key().decode())]
for _key in HOTLINE_DATA_KEYS:
    try:
        Fernet(_key)
    except ValueError:
        raise env.EnvError("HOTLINE_DATA_KEYS", "each key is 32 bytes in URL-safe base64") from None

DEBUG = False
ALLOWED_HOSTS = env.listing("HOTLINE_ALLOWED_HOSTS", [PUBLIC.hostname or "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [HOTLINE_PUBLIC_URL]

# --- The carrier -------------------------------------------------------------------------------
HOTLINE_TWILIO_ACCOUNT_SID = env.match(
    "HOTLINE_TWILIO_ACCOUNT_SID", "AC[0-9a-f]{32}", "an account sid: AC and 32 hexadecimal digits"
)
HOTLINE_TWILIO_AUTH_TOKENS = env.secrets("HOTLINE_TWILIO_AUTH_TOKEN")
if len(HOTLINE_TWILIO_AUTH_TOKENS) > 2:
    raise env.EnvError("HOTLINE_TWILIO_AUTH_TOKEN", "holds more than two tokens")
HOTLINE_TWILIO_API_KEY = env.match(
    "HOTLINE_TWILIO_API_KEY", "SK[0-9a-f]{32}", "an API key sid: SK and 32 hexadecimal digits"
)
HOTLINE_TWILIO_API_SECRET = env.secret("HOTLINE_TWILIO_API_SECRET")
HOTLINE_TWILIO_APP_SID = env.match(
    "HOTLINE_TWILIO_APP_SID", "AP[0-9a-f]{32}", "a TwiML App sid: AP and 32 hexadecimal digits"
)
HOTLINE_TWILIO_NUMBER = env.match(
    "HOTLINE_TWILIO_NUMBER", r"\+[1-9]\d{2,14}", "the line's number as +86...", "+8653212351"
)
# Where the carrier's REST calls go; empty is Twilio itself, the simulator's address on a laptop.
HOTLINE_CARRIER_URL = env.url("HOTLINE_CARRIER_URL", ("http", "https"))

# --- Storage -----------------------------------------------------------------------------------
DATABASE_URL = env.url(
    "DATABASE_URL", ("sqlite", "postgres", "postgresql"), f"sqlite:///{HOTLINE_DATA_DIR}/hotline.sqlite3"
)
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if ON_SQLITE:
    # Writers wait in line as equals, and none dies "locked". FULL: an answered call survives a power cut.
    # The carrier gives a call up that has no answer after 15 s: whoever waits for the lock says so before.
    DATABASES["default"]["ENGINE"] = "hotline.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA journal_size_limit=67108864;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        "pool": {
            "min_size": 2,
            "max_size": env.number("HOTLINE_DATABASE_POOL", 16, 2, 200),
            # Seconds. The carrier gives up after 15, and the pool's own pauses grow to minutes: who asks
            # after so long starts a new try, so that a server that is back is found at once.
            "timeout": 5,
            "reconnect_timeout": 5,
        },
        "options": "-c lock_timeout=10000",
        # What `models.prepared` sends is planned once for each connection, from the sixth time on.
        "prepare_threshold": 5,
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,  # milliseconds until a server that has fallen silent counts as gone
    }
    # A connection that died with the server is seen before it is used, not by the first people after.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "hotline.cache.SharedCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
else:
    # Without Redis there is one web process: lock-out counts in its memory are the whole count.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
_elasticsearch = [urlsplit(one) for one in env.urls("ELASTICSEARCH_URL", ("http", "https"))]
ELASTICSEARCH_URL = ",".join(one.geturl() for one in _elasticsearch)
_loopback = {"127.0.0.1", "::1", "localhost"}
if any(one.scheme == "http" and one.hostname not in _loopback for one in _elasticsearch):
    raise env.EnvError("ELASTICSEARCH_URL", "must begin with https:// unless the server is on this machine")
if any("@" in one.netloc for one in _elasticsearch):
    raise env.EnvError("ELASTICSEARCH_URL", "holds a name or password: they have settings of their own")
HOTLINE_ELASTICSEARCH_INDEX = env.match(
    "HOTLINE_ELASTICSEARCH_INDEX", "[a-z][a-z0-9_]{0,60}", "lower-case letters, digits and _", "hotline"
)
HOTLINE_ELASTICSEARCH_SHARDS = env.number("HOTLINE_ELASTICSEARCH_SHARDS", 1, 1, 1024)
HOTLINE_ELASTICSEARCH_REPLICAS = env.match(
    "HOTLINE_ELASTICSEARCH_REPLICAS", "auto|[0-9]", "auto or a number from 0 to 9", "auto"
)
HOTLINE_ELASTICSEARCH_USER = env.text("HOTLINE_ELASTICSEARCH_USER")
HOTLINE_ELASTICSEARCH_PASSWORD = env.secret("HOTLINE_ELASTICSEARCH_PASSWORD")
if bool(HOTLINE_ELASTICSEARCH_USER) != bool(HOTLINE_ELASTICSEARCH_PASSWORD):
    raise env.EnvError("HOTLINE_ELASTICSEARCH_USER", "needs HOTLINE_ELASTICSEARCH_PASSWORD, and it the user")
HOTLINE_ELASTICSEARCH_API_KEY = env.secret("HOTLINE_ELASTICSEARCH_API_KEY")
if HOTLINE_ELASTICSEARCH_API_KEY and HOTLINE_ELASTICSEARCH_USER:
    raise env.EnvError("HOTLINE_ELASTICSEARCH_API_KEY", "is given beside a user: give one of the two")
HOTLINE_ELASTICSEARCH_CA_FILE = env.text("HOTLINE_ELASTICSEARCH_CA_FILE")
if HOTLINE_ELASTICSEARCH_CA_FILE and not Path(HOTLINE_ELASTICSEARCH_CA_FILE).is_file():
    raise env.EnvError("HOTLINE_ELASTICSEARCH_CA_FILE", "names no file")
if HOTLINE_ELASTICSEARCH_CA_FILE and not any(one.scheme == "https" for one in _elasticsearch):
    raise env.EnvError("HOTLINE_ELASTICSEARCH_CA_FILE", "needs an ELASTICSEARCH_URL with https://")
MEDIA_ROOT = HOTLINE_DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "hotline.files.WholeFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
HOTLINE_ATTACHMENT_MIB = env.number("HOTLINE_ATTACHMENT_MIB", 20, 1, 500)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = [
    "hotline.console.uploads.PathsRefused",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- How the floor works -----------------------------------------------------------------------
HOTLINE_OFFER_SECONDS = env.number("HOTLINE_OFFER_SECONDS", 15, 3, 120)
HOTLINE_SAMPLE_PERCENT = env.number("HOTLINE_SAMPLE_PERCENT", 10, 0, 100)
HOTLINE_VISIT_TRIES = env.number("HOTLINE_VISIT_TRIES", 3, 1, 20)
HOTLINE_WAIT_SECONDS = env.number("HOTLINE_WAIT_SECONDS", 180, 10, 3600)
HOTLINE_DUPLICATE_DAYS = env.number("HOTLINE_DUPLICATE_DAYS", 90, 1, 3650)
HOTLINE_SURGE_DAYS = env.number("HOTLINE_SURGE_DAYS", 7, 1, 90)
HOTLINE_RECORDING = env.flag("HOTLINE_RECORDING", True)

# --- Django ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "channels",
    "viewflow.workflow",
    "hotline",
    "workflows",
    "search",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hotline.console.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hotline.console.middleware.RuleMiddleware",
]
ROOT_URLCONF = "hotline.urls"
ASGI_APPLICATION = "hotline.asgi.application"
WSGI_APPLICATION = "hotline.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "hotline" / "console" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hotline.console.context.console",
            ],
            "libraries": {
                "console": "hotline.console.templatetags.console",
                "desk": "hotline.console.templatetags.desk",
                "alarm": "hotline.console.templatetags.alarm",
                "searches": "hotline.console.templatetags.searches",
                "terms": "hotline.console.templatetags.terms",
            },
        },
    }
]
APPEND_SLASH = False

# --- Who may enter -----------------------------------------------------------------------------
AUTH_USER_MODEL = "hotline.Staff"
AUTHENTICATION_BACKENDS = ["hotline.signin.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "hotline.signin.NoSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key"}
# The proxy that brings HTTPS names the browser's address; without it lock-out would count all as one.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # monitors ask inside the proxy, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The softphone talks to the simulator where one stands for the carrier, else to Twilio, whose hosts are named
# after the place nearest to the agent (voice-js.ashburn, eventgw.us1), as the first of them says.
_CARRIER = [HOTLINE_CARRIER_URL] if HOTLINE_CARRIER_URL else ["https://*.twilio.com", "wss://*.twilio.com"]
_SOUNDS = [] if HOTLINE_CARRIER_URL else ["https://sdk.twilio.com"]
_SOCKETS = f"{'wss' if HTTPS else 'ws'}://{PUBLIC.netloc}"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, _SOCKETS, *_CARRIER],
        "media-src": [SELF, "mediastream:", *_SOUNDS],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Language, time, files ---------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "hotline" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("HOTLINE_TIME_ZONE", "Asia/Shanghai")
STATIC_URL = "static/"
STATIC_ROOT = HOTLINE_DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one; it may stay empty
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "hotline" / "console" / "static"]
STATICFILES_DIRS += [
    (name, path)
    for name, path in [
        ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
        ("vendor/idiomorph", NODE_MODULES / "idiomorph" / "dist"),
        ("vendor/twilio", NODE_MODULES / "@twilio" / "voice-sdk" / "dist"),
    ]
    if path.is_dir()
]
WHITENOISE_USE_FINDERS = True
HOTLINE_ICONS_DIR = NODE_MODULES / "lucide-static" / "icons"

# Our checks stand in the place of these: see hotline/checks.py.
SILENCED_SYSTEM_CHECKS: list[str] = []

HOTLINE_LOG_LEVEL = env.match(
    "HOTLINE_LOG_LEVEL", "DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR", "INFO"
)
LOGGING = logs.configuration(HOTLINE_LOG_LEVEL)
