"""Settings of the site, all from the environment. docs/settings.md lists the variables."""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from contacts_site import environment, logs
from contacts_site.safety import AUTH_PASSWORD_VALIDATORS as AUTH_PASSWORD_VALIDATORS
from contacts_site.safety import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
# What the site keeps beside its code: the SQLite file, uploads. Never in git.
DATA_DIR = Path(environment.text("DATA_DIR") or BASE_DIR / "var")

# --- Safety ---------------------------------------------------------------------------------

DEBUG = environment.boolean("DEBUG", default=False)
SECRET_KEY = environment.text("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Give the site a long random secret in the environment "
            "variable SECRET_KEY, or start it with `make run`, which makes one."
        )
    SECRET_KEY = "only-for-development"  # noqa: S105
ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.items("CSRF_TRUSTED_ORIGINS", [])

# True where people reach the site by https, also when a proxy in front of it ends the encryption.
HTTPS = environment.boolean("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
# What asks these stands beside the site, and reaches it without the proxy in front.
SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics/$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# True where every request comes through a proxy of the site's own, whose headers are trusted.
BEHIND_PROXY = environment.boolean("BEHIND_PROXY", default=False)
# How many proxies of the site's own a request passes; each adds an address to X-Forwarded-For.
PROXY_COUNT = environment.whole_number("PROXY_COUNT", 1, minimum=1)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "contacts_site.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = True

# --- Parts ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_include_bootstrap",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "base",
    "accounts",
    "members",
    "contacts",
    "directory",
    "importexport",
    "mailing",
    "api",
    "contacts_site",
]
MIDDLEWARE = [
    "contacts_site.request_log.RequestLogMiddleware",
    "contacts_site.middleware.ClientAddressMiddleware",
    "contacts_site.middleware.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.private_pages.PrivatePagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "contacts_site.middleware.WholePageSignInMiddleware",
    "accounts.session_end.SessionEndMiddleware",
    "accounts.authors.AuthorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.second_factor.gate.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "contacts_site.middleware.NumberRangeMiddleware",
    "contacts_site.door.CharsetMiddleware",
]
ROOT_URLCONF = "contacts_site.urls"
WSGI_APPLICATION = "contacts_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "base.templatetags.french",
                "accounts.templatetags.form_person",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -----------------------------------------------------------------------------------

DATABASES = {"default": environment.database("DATABASE_URL", DATA_DIR / "site.sqlite3")}
# Seconds after which PostgreSQL ends a statement of a web request; 0: never.
STATEMENT_TIMEOUT_SECONDS = environment.whole_number("STATEMENT_TIMEOUT_SECONDS", 30)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGES = {
    # Uploads and attachments; machines that share the work share it. Never served by address.
    "default": environment.file_storage(DATA_DIR / "files"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "contacts_site.static_files.UsedFilesFinder",
]

# --- Contact files --------------------------------------------------------------------------

# The largest file taken in, in bytes; also what all its parts may come to when unpacked.
CONTACT_FILE_MAX_BYTES = (
    environment.whole_number("CONTACT_FILE_MAX_MIB", 64, minimum=1) * 1024 * 1024
)
CONTACT_FILE_MAX_UNPACKED_BYTES = (
    environment.whole_number("CONTACT_FILE_MAX_UNPACKED_MIB", 512, minimum=1) * 1024 * 1024
)
# The most rows with something in them that one file may hold.
CONTACT_FILE_MAX_ROWS = environment.whole_number("CONTACT_FILE_MAX_ROWS", 150_000, minimum=1)
# Beyond this share of the site's contacts, who synchronises types how many are removed.
IMPORT_CONFIRM_REMOVALS_PERCENT = environment.whole_number("IMPORT_CONFIRM_REMOVALS_PERCENT", 20)
# Days after which the files of an import are deleted, and after which it cannot be undone.
IMPORT_FILES_KEPT_DAYS = environment.whole_number("IMPORT_FILES_KEPT_DAYS", 90, minimum=1)
IMPORT_UNDO_KEPT_DAYS = environment.whole_number("IMPORT_UNDO_KEPT_DAYS", 90, minimum=1)
# Imports of one person that wait for somebody or a worker, beyond which no other file is taken.
IMPORT_MAX_OPEN = environment.whole_number("IMPORT_MAX_OPEN", 5, minimum=1)
# Seconds after which an import is taken up again whose worker does not answer for it any more.
IMPORT_LEASE_SECONDS = environment.whole_number("IMPORT_LEASE_SECONDS", 60, minimum=1)
# A member's order of contacts is sent as one field for each of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
# Uploads above this go to a temporary file instead of memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "importexport.runs.intake.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "base.uploads.NamelessFileUploadHandler",
]

# --- Accounts -------------------------------------------------------------------------------

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "directory:members"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AccountBackend",
]

# Minutes without anything done after which a person must sign in again.
SESSION_MINUTES = environment.whole_number("SESSION_MINUTES", 480, minimum=2)
SESSION_COOKIE_AGE = SESSION_MINUTES * 60

# Wrong passwords after which no other is tried for a while: for an account from one network, for an
# account from all networks together, and from one network for all accounts together. The counts
# stand in the database: all machines of a site share them.
AXES_FAILURE_LIMIT = environment.whole_number("SIGN_IN_MAX_FAILURES", 5, minimum=1)
SIGN_IN_MAX_FAILURES_ACCOUNT = environment.whole_number(
    "SIGN_IN_MAX_FAILURES_ACCOUNT", 20, minimum=1
)
SIGN_IN_MAX_FAILURES_NETWORK = environment.whole_number(
    "SIGN_IN_MAX_FAILURES_NETWORK", 20, minimum=1
)
AXES_COOLOFF_TIME = timedelta(
    minutes=environment.whole_number("SIGN_IN_LOCK_MINUTES", 15, minimum=1)
)
AXES_HANDLER = "accounts.lockout.SignInCounts"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.network"
AXES_USERNAME_CALLABLE = "accounts.lockout.counted_name"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
# The time that the page names to try again must hold.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Of whom the site asks a code of their telephone beside the password; others may choose it.
REQUIRE_SECOND_FACTOR = environment.choice(
    "REQUIRE_SECOND_FACTOR", "nobody", ("nobody", "administrators", "everyone")
)
OTP_TOTP_ISSUER = "Gestion des contacts"

# --- Mail -----------------------------------------------------------------------------------

vars().update(environment.email("EMAIL_URL", "consolemail://"))
DEFAULT_FROM_EMAIL = environment.sender("DEFAULT_FROM_EMAIL", "contacts@localhost")
# Where answers go; empty: to the sender.
REPLY_TO_EMAIL = environment.sender("REPLY_TO_EMAIL", "")
# Seconds that the mail server may take for each of its answers.
EMAIL_TIMEOUT = environment.whole_number("EMAIL_TIMEOUT", 30, minimum=1)
# Seconds after which a mail is taken up again whose worker does not answer for it any more.
MAIL_LEASE_SECONDS = environment.whole_number("MAIL_LEASE_SECONDS", 600, minimum=1)
# Minutes before each further attempt, the last of them again and again. MAIL_GIVE_UP_HOURS after
# the first attempt the mail is given up: a mail server may be away for a long weekend.
MAIL_RETRY_MINUTES = [1, 5, 15, 60, 240]
MAIL_GIVE_UP_HOURS = environment.whole_number("MAIL_GIVE_UP_HOURS", 96, minimum=6)
MAIL_MAX_ATTACHMENTS = environment.whole_number("MAIL_MAX_ATTACHMENTS", 10)
MAIL_MAX_ATTACHMENT_BYTES = environment.whole_number("MAIL_MAX_ATTACHMENTS_MIB", 10) * 1024 * 1024

# --- Other software -------------------------------------------------------------------------

# How often each token of the API may be used within a minute.
API_REQUESTS_PER_MINUTE = environment.whole_number("API_REQUESTS_PER_MINUTE", 120, minimum=1)

# --- Modules and long work ------------------------------------------------------------------

# Modules of other software that a site may not have; without, their topics reach nobody.
MODULE_AFTER_SALES = environment.boolean("MODULE_AFTER_SALES", default=True)
MODULE_DELIVERY_TRACKING = environment.boolean("MODULE_DELIVERY_TRACKING", default=True)

TASKS = {
    "default": {"BACKEND": environment.text("TASKS_BACKEND", "django_tasks_db.DatabaseBackend")}
}

# --- Operations -----------------------------------------------------------------------------

# The site says that it fails with less free room than that on the disk of DATA_DIR.
HEALTH_MIN_FREE_MIB = environment.whole_number("HEALTH_MIN_FREE_MIB", 100)
# Mail or other work that waits longer is late.
HEALTH_MAX_QUEUE_MINUTES = environment.whole_number("HEALTH_MAX_QUEUE_MINUTES", 60, minimum=1)
# Prometheus shows it; without one there are no figures.
METRICS_TOKEN = environment.text("METRICS_TOKEN")
# Days for which `manage.py purge` keeps finished things; 0: for ever.
RETENTION_MAIL_TEXTS_DAYS = environment.whole_number("RETENTION_MAIL_TEXTS_DAYS", 90)
RETENTION_MESSAGES_DAYS = environment.whole_number("RETENTION_MESSAGES_DAYS", 1095)
RETENTION_NOTIFICATIONS_DAYS = environment.whole_number("RETENTION_NOTIFICATIONS_DAYS", 1095)
# What an import quotes goes with what undoes it (IMPORT_UNDO_KEPT_DAYS); its numbers, after these.
RETENTION_IMPORTS_DAYS = environment.whole_number("RETENTION_IMPORTS_DAYS", 1095)
RETENTION_EXPORTS_DAYS = environment.whole_number("RETENTION_EXPORTS_DAYS", 1095)
# Without them, an import does not see what changed on the site since a file was exported.
RETENTION_FORMER_CONTACTS_DAYS = environment.whole_number("RETENTION_FORMER_CONTACTS_DAYS", 90)
RETENTION_TASKS_DAYS = environment.whole_number("RETENTION_TASKS_DAYS", 30)
RETENTION_SESSIONS_DAYS = environment.whole_number("RETENTION_SESSIONS_DAYS", 1)
RETENTION_SIGN_IN_FAILURES_DAYS = environment.whole_number("RETENTION_SIGN_IN_FAILURES_DAYS", 30)
RETENTION_ADMIN_LOG_DAYS = environment.whole_number("RETENTION_ADMIN_LOG_DAYS", 1095)

# --- Language -------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Logs -----------------------------------------------------------------------------------

LOGGING = logs.settings(environment.choice("LOG_FORMAT", "line", ("line", "json")))
