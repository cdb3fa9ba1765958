"""The portal's lines of the system page."""

import importlib.metadata
import platform
import shutil
import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from apps.core.errors import StudioError
from apps.core.hooks import SystemCheck
from apps.core.storage import get_store
from studio.celery import app as celery_app

LOW_DISK_SHARE = 0.1
LOW_DISK_BYTES = 2 * 1024**3
ASK_WORKERS_S = 1.0


def database() -> list[SystemCheck]:
    """Does the database answer, and how fast?"""
    started = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return [SystemCheck(_("Database"), "error", _("It does not answer: %(reason)s") % {"reason": error})]
    took = (time.perf_counter() - started) * 1000
    message = _("%(kind)s answers in %(took).1f ms.") % {"kind": connection.display_name, "took": took}
    return [SystemCheck(_("Database"), "ok", message)]


def broker() -> list[SystemCheck]:
    """Does the broker answer?"""
    try:
        with redis.Redis.from_url(settings.STUDIO.broker_url, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError):
        message = _("It does not answer. Pages still work and look for news by themselves; background work waits.")
        return [SystemCheck(_("Broker"), "error", message)]
    return [SystemCheck(_("Broker"), "ok", _("It answers."))]


def workers() -> list[SystemCheck]:
    """Is there a worker for background work?"""
    try:
        answers = celery_app.control.ping(timeout=ASK_WORKERS_S)
    except Exception:  # the broker's client raises many kinds, and all mean the same here
        answers = []
    if not answers:
        return [SystemCheck(_("Workers"), "error", _("None answers. Start one: celery -A studio.celery worker"))]
    return [SystemCheck(_("Workers"), "ok", _("%(count)d answering.") % {"count": len(answers)})]


def file_store() -> list[SystemCheck]:
    """Can the file store be read?"""
    try:
        next(iter(get_store().list()), None)
    except StudioError as error:
        return [SystemCheck(_("File store"), "error", error.message)]
    return [SystemCheck(_("File store"), "ok", _("It answers."))]


def disk() -> list[SystemCheck]:
    """Is there room where the studio keeps its files?"""
    usage = shutil.disk_usage(settings.STUDIO.home)
    values = {"free": filesizeformat(usage.free), "total": filesizeformat(usage.total), "home": settings.STUDIO.home}
    message = _("%(free)s of %(total)s free at %(home)s.") % values
    is_low = usage.free < LOW_DISK_BYTES or usage.free < usage.total * LOW_DISK_SHARE
    return [SystemCheck(_("Disk"), "warning" if is_low else "ok", message)]


def content_host() -> list[SystemCheck]:
    """Is user content kept apart from the studio?"""
    if settings.STUDIO.isolates_content:
        message = _("Shown from %(host)s, apart from the studio.") % {"host": settings.STUDIO.content_hostname}
        return [SystemCheck(_("User content"), "ok", message)]
    message = _("There is no host name of its own for it, so it can only be downloaded. Set STUDIO_CONTENT_URL.")
    return [SystemCheck(_("User content"), "warning", message)]


def cookies() -> list[SystemCheck]:
    """Do cookies travel safely?"""
    if settings.STUDIO.secure_cookies:
        return [SystemCheck(_("Cookies"), "ok", _("Only sent over TLS or to this machine."))]
    message = _("The site has neither TLS nor a localhost name: others on the network can take over sessions.")
    return [SystemCheck(_("Cookies"), "warning", message)]


def versions() -> list[tuple[str, str]]:
    """Return what runs here: names and versions."""
    packages = ["Django", "djangorestframework", "channels", "celery", "uvicorn"]
    return [
        ("Open ML Studio", "0.1.0"),
        ("Python", platform.python_version()),
        *((name, importlib.metadata.version(name)) for name in packages),
        (connection.display_name, ".".join(map(str, _database_version()))),
    ]


def _database_version() -> tuple[int, ...]:
    version = connection.get_database_version()
    return tuple(version) if isinstance(version, tuple) else (version,)


ALL: tuple[Callable[[], list[SystemCheck]], ...] = (database, broker, workers, file_store, disk, content_host, cookies)
