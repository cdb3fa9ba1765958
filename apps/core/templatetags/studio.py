"""What every page uses: icons, statuses, times, the interface strings of the scripts. Loaded into all templates."""

import re
from datetime import datetime
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.utils import formats, timezone, translation
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django_vite.core.asset_loader import DjangoViteAssetLoader

from apps.core import interface_strings, times

register = template.Library()

# One table for the whole studio, so that a word has the same look on every page.
TONES = {
    "ok": {"completed", "succeeded", "healthy", "active", "ready", "online", "accepted", "available", "approved"},
    "busy": {
        *("running", "starting", "preparing", "provisioning", "finalizing", "cancelrequested", "stopping"),
        *("building", "creating", "updating", "deleting", "resizing", "restarting", "processing"),
    },
    "warn": {"warning", "degraded", "expiring", "draining", "disabled", "unusable"},
    "bad": {"failed", "error", "unhealthy", "notresponding", "offline", "lost", "rejected"},
}


def tone_of(status: str) -> str:
    """Say how a status word is coloured: ``ok``, ``busy``, ``warn``, ``bad``, or ``idle`` for all others."""
    word = re.sub(r"[^a-z]", "", status.lower())
    return next((tone for tone, words in TONES.items() if word in words), "idle")


@register.simple_tag
def icon(name: str, css_class: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; with a ``label`` it speaks for itself, without one it is decoration.

    Args:
        name: a file of ``static/src/icons`` without ``.svg``.
        css_class: further classes, such as ``icon-sm``.
        label: what a screen reader says, for an icon without words beside it.
    """
    address = DjangoViteAssetLoader.instance().generate_vite_asset_url("icons.svg", "default")
    meaning = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"/></svg>', f" {css_class}" if css_class else "", meaning, address, name
    )


@register.simple_tag
def status_badge(status: str, label: str = "", tone: str = "", pill: bool = False) -> SafeString:
    """Show a status as a dot and a word.

    Args:
        status: the stored value, such as ``CancelRequested``; its tone follows from it.
        label: the word to show, translated; the status itself if left out.
        tone: ``ok``, ``busy``, ``warn``, ``bad`` or ``idle``, where the page knows better than the table of words.
        pill: with a ground of its own, for headings.
    """
    css_class = f"status status-{tone or tone_of(status)}{' status-pill' if pill else ''}"
    return format_html('<span class="{}">{}</span>', css_class, label or status)


@register.simple_tag
def when(moment: datetime | None, absent: str = "–") -> SafeString:
    """Show a moment relative to now, its full date and time as the title; the page keeps it fresh."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', absent)
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        moment.isoformat(),
        formats.date_format(local, "DATETIME_FORMAT"),
        times.relative(moment),
    )


@register.simple_tag
def lasting(started: datetime | None, ended: datetime | None = None, absent: str = "–") -> SafeString:
    """Show how long something took; while it goes on, the page counts."""
    if started is None:
        return format_html('<span class="muted">{}</span>', absent)
    text = times.duration(((ended or timezone.now()) - started).total_seconds())
    if ended is not None:
        return format_html('<span class="nowrap">{}</span>', text)
    return format_html('<span class="nowrap" data-since="{}">{}</span>', started.isoformat(), text)


@register.simple_tag
def interface_texts() -> SafeString:
    """Give the scripts their words in the reader's language. English is what they speak by themselves."""
    if (translation.get_language() or "en").startswith("en"):
        return SafeString("")
    return json_script(
        {text: translation.gettext(text) for text in interface_strings.INTERFACE_STRINGS}, "interface-texts"
    )


@register.filter
def undo_url(message: Message) -> str:
    """Give the address that undoes what a message tells of, from its extra tag ``undo:<address>``; else nothing."""
    tags: Any = message.extra_tags or ""
    return next((tag.removeprefix("undo:") for tag in str(tags).split() if tag.startswith("undo:")), "")
