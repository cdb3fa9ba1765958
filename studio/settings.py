"""Django's settings, made from the typed environment. Nothing in ``apps/`` asks which mode it runs in; only this file does."""

import os
import sys
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url

from studio import keys
from studio.environment import PROJECT_DIR, ConfigurationError, Environment, ensure_private_dir

try:
    STUDIO = Environment.read(os.environ)
    ensure_private_dir(STUDIO.home)
    ensure_private_dir(STUDIO.runtime_dir)
    SECRET_KEY = keys.secret_key(STUDIO)
    ENCRYPTION_KEYS = keys.encryption_keys(STUDIO)
except ConfigurationError as _error:
    sys.exit(str(_error))  # the sentence is all that whoever started this needs to see
DEBUG = False
ALLOWED_HOSTS = list({STUDIO.hostname, "127.0.0.1", "localhost", "[::1]"})
if STUDIO.host not in {"0.0.0.0", "::"}:  # noqa: S104 - one address: the agent of this machine speaks to it
    ALLOWED_HOSTS.append(f"[{STUDIO.host}]" if ":" in STUDIO.host else STUDIO.host)
BASE_DIR = PROJECT_DIR

INSTALLED_APPS = [
    "apps.portal",
    "apps.designer",
    "apps.labeling",
    "apps.endpoints",
    "apps.tracking",
    "apps.pipelines",
    "apps.registry",
    "apps.data",
    "apps.environments",
    "apps.experiments",
    "apps.compute",
    "apps.schedules",
    "apps.activity",
    "apps.workspaces",
    "apps.accounts",
    "apps.core",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_filters",
    "django_htmx",
    "django_vite",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # First what every answer carries, refusals of those below it included.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.core.middleware.CanonicalHostMiddleware",
    "apps.core.static_files.StaticFilesMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.PreferencesMiddleware",
    "apps.activity.client.ClientAddressMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.middleware.SessionSeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.middleware.ProblemMiddleware",
]

ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.web.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.portal.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "apps.core.templatetags.studio"],
        },
    }
]

_database: dict[str, Any] = dict(dj_database_url.parse(STUDIO.database_url, conn_max_age=60, conn_health_checks=True))
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        # A transaction that reads and then writes must take the write lock at once, or it fails where it should wait.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;PRAGMA cache_size=-16000;"
        ),
    }
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Used by allauth to refuse an answer of the identity provider that was used before, so it must hold for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "studio_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [STUDIO.channel_url], "prefix": "studio"},
    }
}

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.accounts.backends.NameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_ADAPTER = "apps.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "apps.accounts.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if STUDIO.oidc_issuer:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": STUDIO.oidc_name,
                "client_id": STUDIO.oidc_client_id,
                "secret": STUDIO.oidc_client_secret,
                "settings": {"server_url": STUDIO.oidc_issuer},
            }
        ],
    }

# --- Security ---------------------------------------------------------------------------------------------------------
_prefix = "__Host-" if STUDIO.secure_cookies else ""
SESSION_COOKIE_NAME = f"{_prefix}studio-session"
CSRF_COOKIE_NAME = f"{_prefix}studio-csrf"
LANGUAGE_COOKIE_NAME = "studio-language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = STUDIO.secure_cookies
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
DEBUG_PROPAGATE_EXCEPTIONS = False
CSRF_TRUSTED_ORIGINS = [STUDIO.url]
CSRF_FAILURE_VIEW = "apps.portal.views.errors.csrf_failed"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if STUDIO.trusted_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if urlsplit(STUDIO.url).scheme == "https":
    SECURE_HSTS_SECONDS = 31_536_000
_socket_origin = STUDIO.url.replace("http", "ws", 1)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", _socket_origin],
        # A frame with user content begins at an address of the studio, which leads on to the content host.
        "frame-src": ["'self'", STUDIO.content_url] if STUDIO.isolates_content else ["'none'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Languages --------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = STUDIO.default_language
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [PROJECT_DIR / "studio" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = None  # nothing is collected: files are served from where they lie
STATICFILES_DIRS = [PROJECT_DIR / "static" / "dist"]
# Vite already puts a hash of the content into each name.
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # never used: files go through apps.core.storage
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"  # Vite's names: new content, new name
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": PROJECT_DIR / "static" / "dist" / "manifest.json"}}

# --- Mail -------------------------------------------------------------------------------------------------------------
if STUDIO.email_url:
    _mail = urlsplit(STUDIO.email_url)
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = STUDIO.email_from
EMAIL_TIMEOUT = 15

# --- REST API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "apps.accounts.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.core.api.permissions.FollowsAccess"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsers.OrjsonParser"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.CursorPages",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would look objects up to describe them; the schema says it all
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "apps.core.api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Open ML Studio",
    "VERSION": "v1",
    "DESCRIPTION": "Everything the studio's pages can do. Sign in with a personal access token: `Authorization: Bearer …`.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["apps.core.api.permissions.FollowsAccess"],  # else anybody: the library's own default
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": STUDIO.url}],
    # Where several apps call a field alike, the generated name would change with whoever comes next.
    "ENUM_NAME_OVERRIDES": {
        "AgentStateEnum": "apps.compute.states.AgentState",
        "AliasKindEnum": "apps.workspaces.models.alias.AliasKind",
        "ComputeTargetKindEnum": "apps.compute.models.targets.TargetKind",
        "ColumnTypeEnum": "apps.data.tabular.settings.ColumnType",
        "DatasetKindEnum": "apps.data.states.DatasetKind",
        "DatastoreKindEnum": "apps.data.states.DatastoreKind",
        "InvitationStateEnum": "apps.accounts.models.invitation.Invitation.State",
        "EnabledEnum": "apps.pipelines.api.serializers.STATUSES",
        "ModelTypeEnum": "apps.registry.states.ModelType",
        "ModelVersionStateEnum": "apps.registry.states.VersionState",
        "OutputTypeEnum": "apps.experiments.api.serializers.OUTPUT_TYPES",
        "RunKindEnum": "apps.experiments.models.run.RunKind",
        "RunStatusEnum": "apps.experiments.states.RunStatus",
        "RunnerOutcomeEnum": "apps.compute.states.RUNNER_OUTCOMES",
        "TickStateEnum": "apps.schedules.states.TickState",
        "WorkKindEnum": "apps.compute.models.orders.WorkKind",
        "WorkOutcomeEnum": "apps.compute.states.Outcome",
        "WorkStateEnum": "apps.compute.states.WorkState",
    },
}

# --- Background work --------------------------------------------------------------------------------------------------
_broker = STUDIO.broker_url
CELERY_BROKER_URL = _broker.replace("unix://", "redis+socket://", 1) if _broker.startswith("unix://") else _broker
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A worker killed in mid-task gives the task back soon, not after kombu's hour.
    "visibility_timeout": 60,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Whoever enqueues does not wait for a broker that is away: the outbox has the task, and beat sends it.
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(STUDIO.home / "beat")
CELERY_TIMEZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "azure": {"level": "WARNING"},
        "channels_redis": {
            "level": "CRITICAL"
        },  # a traceback a second while the server is away; feeds say it in a line
        "httpx": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
