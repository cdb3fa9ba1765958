"""Create an environment, or the next version of one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.environments import services
from apps.environments.errors import EnvironmentUnknown, VersionUnknown
from apps.environments.forms import CONDA_EXAMPLE, EXAMPLE, EnvironmentForm
from apps.environments.sources import read
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.ENVIRONMENTS_WRITE, post=Action.ENVIRONMENTS_WRITE)
def new_environment(request: WorkspaceRequest) -> HttpResponse:
    """Ask for packages, and have them built. ``?from=name:version`` begins with what that one says."""
    pythons = services.known_pythons()
    if request.method == "GET":
        return _page(request, _opened(request))
    form = EnvironmentForm(pythons, request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            reading = read(given["source"], pythons, python=given["python"])
            version, is_new = services.create_version(
                actor=request.user,
                workspace=request.workspace,
                name=given["name"],
                reading=reading,
                source=given["source"],
                description=given["description"],
                variables=given["variables"],
            )
        except UserError as error:
            form.refuse(error)
        else:
            said = (
                _("%(version)s is created.")
                if is_new
                else _("%(version)s says the same already, so it stays the latest.")
            )
            messages.success(request, said % {"version": version.reference})
            return redirect(version)
    return _page(request, form, status=422)


def _opened(request: WorkspaceRequest) -> EnvironmentForm:
    pythons = services.known_pythons()
    reference = request.GET.get("from", "")
    if reference:
        try:
            return EnvironmentForm.showing(pythons, services.find_version(request.workspace, reference))
        except (EnvironmentUnknown, VersionUnknown) as error:
            messages.warning(request, str(error.message))
    return EnvironmentForm(pythons, initial={"name": request.GET.get("name", "")})


def _page(request: WorkspaceRequest, form: EnvironmentForm, status: int = 200) -> HttpResponse:
    context = {"workspace": request.workspace, "form": form, "example": EXAMPLE, "conda_example": CONDA_EXAMPLE}
    return render(request, "environments/new.html", context, status=status)
