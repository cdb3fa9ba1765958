"""The page of an environment, tab by tab, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.environments import services
from apps.environments.events import ENVIRONMENTS_TOPIC
from apps.environments.lists import EnvironmentRunList
from apps.environments.models import Environment, EnvironmentVersion
from apps.environments.recipes import Recipe
from apps.environments.snippets import snippets_of
from apps.environments.text import kind_of, progress_of, status_of
from apps.experiments.models import Run
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_VERSIONS = 200


@workspace_page(get=Action.ENVIRONMENTS_READ)
def environment(request: WorkspaceRequest, environment_name: str) -> HttpResponse:
    """What a version holds; for htmx only the part that changes while it is built."""
    version = _find(request, environment_name)
    context = _context(request, version, "environment")
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    if htmx and not htmx.history_restore_request:
        return render(request, "environments/_details.html", {**context, "is_part": True})
    return render(request, "environments/environment.html", context)


@workspace_page(get=Action.ENVIRONMENTS_READ)
def build_log(request: WorkspaceRequest, environment_name: str) -> HttpResponse:
    """What the machine said while it built."""
    version = _find(request, environment_name)
    context = _context(request, version, "build-log")
    build = version.next_build or version.build
    base = f"workspaces/{request.workspace.name}/environment-builds/{build.pk}/logs/"
    context |= {"shown_build": build, "shown_progress": progress_of(build)}
    context["log_props"] = {
        "api": f"/api/v1/{base}",
        "socket": f"/ws/{base}",
        "path": "",
        "ended": build.is_over,
        "downloadUrl": f"/api/v1/{base}content/",
    }
    return render(request, "environments/build_log.html", context)


@workspace_page(get=Action.ENVIRONMENTS_READ)
def jobs(request: WorkspaceRequest, environment_name: str) -> HttpResponseBase:
    """The runs that used this version."""
    version = _find(request, environment_name)
    may_read_runs = may(request.membership, Action.RUNS_READ)
    runs = Run.objects.filter(workspace=request.workspace, environment_version=version.pk)
    list_ = EnvironmentRunList(
        request,
        runs if may_read_runs else runs.none(),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No run has used it yet"),
            _("Runs that use this version of the environment appear here."),
            icon="jobs",
        ),
    )
    return list_.respond("environments/jobs.html", _context(request, version, "environment-jobs"))


@workspace_page(get=Action.ENVIRONMENTS_READ)
def lock(request: WorkspaceRequest, environment_name: str) -> HttpResponse:
    """Every package with its version and hashes, as a file for pip and uv."""
    version = _find(request, environment_name)
    if not version.build.digest:
        raise Http404
    name = f"{version.environment.name}-{version.number}.requirements.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(version.build.lock, content_type="text/plain; charset=utf-8", headers=headers)


@workspace_page(post=Action.ENVIRONMENTS_WRITE)
def rebuild(request: WorkspaceRequest, environment_name: str) -> HttpResponse:
    """Have a version's packages resolved and installed anew."""
    version = _find(request, environment_name)
    services.rebuild(actor=request.user, version=version)
    messages.success(request, _("%(version)s is built anew.") % {"version": version.reference})
    return redirect(version)


@workspace_page(post=Action.ENVIRONMENTS_WRITE)
def archive(request: WorkspaceRequest, environment_name: str, archived: bool) -> HttpResponse:
    """Put an environment away, or bring it back."""
    found = _find(request, environment_name).environment
    services.set_archived(actor=request.user, environment=found, archived=archived)
    if archived:
        back = reverse("environments:restore-environment", args=[request.workspace.name, found.name])
        text = _("%(name)s is archived. Runs that name it go on working.")
        messages.success(request, text % {"name": found.name}, extra_tags=f"undo:{back}")
    else:
        messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return redirect(found)


def _find(request: WorkspaceRequest, name: str) -> EnvironmentVersion:
    """Return the version that the address names: the latest, or that of ``?version=``.

    Raises:
        Http404: there is no such environment or version in the workspace.
    """
    if "\x00" in name:  # PostgreSQL refuses it
        raise Http404
    rows = Environment.objects.filter(workspace=request.workspace).exclude(latest=None)
    found = get_object_or_404(rows, name=name)
    found.workspace = request.workspace
    wanted = request.GET.get("version", "")
    if wanted and not (wanted.isdecimal() and wanted.isascii() and len(wanted) < 9):
        raise Http404
    related = ("created_by", "build__run__order__target__workspace", "next_build__run__order__target__workspace")
    versions = EnvironmentVersion.objects.select_related(*related).filter(environment=found)
    chosen = {"number": int(wanted)} if wanted else {"pk": found.latest_id}
    version = get_object_or_404(versions, **chosen)
    version.environment = found
    return version


def _context(request: WorkspaceRequest, version: EnvironmentVersion, tab: str) -> dict[str, Any]:
    cursor = events.last_seq(ENVIRONMENTS_TOPIC)
    found, address = version.environment, [request.workspace.name, version.environment.name]
    chosen = f"?version={version.number}" if request.GET.get("version") else ""
    tabs = [
        {"label": label, "url": f"{reverse(f'environments:{name}', args=address)}{chosen}", "is_current": name == tab}
        for name, label in (
            ("environment", _("Details")),
            ("build-log", _("Build log")),
            ("environment-jobs", _("Jobs")),
        )
    ]
    may_write = may(request.membership, Action.ENVIRONMENTS_WRITE)
    anew = version.next_build
    return {
        "workspace": request.workspace,
        "cursor": cursor,
        "environment": found,
        "version": version,
        "versions": found.versions.order_by("-number")[:MOST_VERSIONS],
        "build": version.build,
        "anew": anew,
        "anew_status": status_of(anew) if anew else None,
        "anew_progress": progress_of(anew) if anew else "",
        "status": status_of(version.build),
        "progress": progress_of(version.build),
        "kind": kind_of(found),
        "description": render_markdown(found.description),
        "snippets": snippets_of(version),
        "source": "" if version.source == Recipe.from_json(version.recipe).text else version.source,
        "tabs": tabs,
        "may_write": may_write,
        "may_rebuild": may_write and version.build.is_over and (anew is None or anew.is_over),
        "may_archive": may_write and not found.is_curated,
    }
