"""Make versions of environments, and put environments away."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks
from apps.core.errors import InvalidInput
from apps.environments import names
from apps.environments.curated import CURATED, MINIMAL
from apps.environments.errors import CuratedReadOnly, NameReserved
from apps.environments.events import environments_changed
from apps.environments.models import Environment, EnvironmentVersion
from apps.environments.recipes import Recipe
from apps.environments.services.builds import build_for, retry
from apps.environments.sources import Reading
from apps.environments.states import BuildState
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock

ANONYMOUS_PREFIX = "job-"
DIGITS_OF_NAME = 12


@transaction.atomic
def create_version(
    *,
    actor: User,
    workspace: Workspace,
    name: str,
    reading: Reading,
    source: str,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> tuple[EnvironmentVersion, bool]:
    """Make an environment, or the next version of one, and have it built unless the same packages have been already.

    Args: source: what ``reading`` was read from, kept as it was given. description, tags: leave those of the reading where
        empty. variables: beside those of the reading.

    Returns: the version, and whether it is new: the latest one is returned where it says the same.

    Raises:
        NameReserved, CuratedReadOnly, InvalidInput: the name cannot be had.
    """
    workspace = lock(workspace)
    acting(actor, workspace, Action.ENVIRONMENTS_WRITE)
    if names.is_reserved(name):
        raise NameReserved(name)
    environment = _find(workspace, name) or Environment(workspace=workspace, name=name, created_by=actor)
    is_kept = environment.latest is None and any(each.on_demand and each.name == name.lower() for each in CURATED)
    if environment.is_curated or environment.is_anonymous or is_kept:
        raise (
            CuratedReadOnly(environment.name)
            if environment.is_curated or is_kept
            else InvalidInput(
                {"name": [_("“%(name)s” was made for a job. Choose another name.") % {"name": environment.name}]}
            )
        )
    environment.description = description or reading.description or environment.description
    environment.tags = dict(tags or reading.tags or environment.tags)
    check_fields(environment, "name", "description")
    recipe, warnings = recipe_of(reading)
    wanted = {**reading.variables, **(variables or {})}
    latest = environment.latest
    is_new = latest is None or latest.recipe != recipe.as_json() or latest.variables != wanted
    was_archived, environment.archived_at = environment.archived_at, None
    environment.save()
    if latest is not None and not is_new:
        if latest.build.state == BuildState.FAILED:
            retry(latest)
        if was_archived:
            environments_changed()
        return latest, False
    version = _add_version(
        environment, recipe, reading, source=source, warnings=warnings, variables=wanted, actor=actor
    )
    hooks.audit(actor, "environment.version_created", environment, workspace_id=workspace.pk, summary=str(version))
    return version, True


def create_anonymous(*, actor: User | None, workspace: Workspace, reading: Reading, source: str) -> EnvironmentVersion:
    """Return the environment for a job whose file holds its packages: the one that an earlier job made, else a new one.

    A build that failed is made anew, for the job's user knows nothing of a page on which to ask for that.
    """
    recipe, warnings = recipe_of(reading)
    name = f"{ANONYMOUS_PREFIX}{_digest_with(recipe, reading.variables)[:DIGITS_OF_NAME]}"
    environment, _made = Environment.objects.get_or_create(
        workspace=workspace, name=name, is_anonymous=True, defaults={"created_by": actor}
    )
    environment = Environment.objects.select_for_update(of=("self",)).get(pk=environment.pk)
    if environment.latest is not None:
        if environment.latest.build.state == BuildState.FAILED:
            retry(environment.latest)
        return environment.latest
    return _add_version(
        environment, recipe, reading, source=source, warnings=warnings, variables=reading.variables, actor=actor
    )


@transaction.atomic
def set_archived(*, actor: User, environment: Environment, archived: bool) -> None:
    """Take an environment out of lists and choices, or put it back. What names it goes on working. Harmless when repeated."""
    acting(actor, environment.workspace, Action.ENVIRONMENTS_WRITE)
    if environment.is_curated:
        raise CuratedReadOnly(environment.name)
    moment = timezone.now() if archived else None
    if not Environment.objects.filter(pk=environment.pk, archived_at__isnull=archived).update(archived_at=moment):
        return
    environment.refresh_from_db()
    verb = "environment.archived" if archived else "environment.unarchived"
    hooks.audit(actor, verb, environment, workspace_id=environment.workspace_id, summary=environment.name)
    environments_changed()


def recipe_of(reading: Reading) -> tuple[Recipe, list[str]]:
    """Return what is installed for a reading, with the warnings that go with it: a base image counts by its name."""
    warnings = [*reading.warnings]
    if not reading.image:
        return reading.recipe, warnings
    meaning = names.of_words(reading.image)
    curated = (meaning.curated if meaning else "") or MINIMAL
    requirements = meaning.requirements if meaning and meaning.requirements else ()
    if not requirements:
        requirements = next(item.requirements for item in CURATED if item.name == curated)
    listed = ", ".join(requirements) or _("no packages")
    sentence = _("The base image “%(image)s” is not used here. By its name it is read as: %(packages)s.")
    warnings.append(sentence % {"image": reading.image[:200], "packages": listed})
    return Recipe(reading.recipe.python, requirements), warnings


def _find(workspace: Workspace, name: str) -> Environment | None:
    rows = Environment.objects.select_for_update(of=("self",)).filter(workspace=workspace)
    return rows.alias(lower_name=Lower("name")).filter(lower_name=name.lower()).first()


def _add_version(
    environment: Environment,
    recipe: Recipe,
    reading: Reading,
    *,
    source: str,
    warnings: list[str],
    variables: Mapping[str, str],
    actor: User | None,
) -> EnvironmentVersion:
    """Write the next version of an environment whose row is locked."""
    highest = environment.versions.aggregate(highest=Max("number"))["highest"] or 0
    version = EnvironmentVersion.objects.create(
        environment=environment,
        number=highest + 1,
        recipe=recipe.as_json(),
        variables=dict(variables),
        source=source,
        source_kind=reading.kind,
        warnings=warnings,
        build=build_for(recipe),
        created_by=actor,
    )
    environment.latest = version
    environment.save(update_fields=["latest", "updated_at"])
    environments_changed()
    return version


def _digest_with(recipe: Recipe, variables: Mapping[str, str]) -> str:
    """Return what an anonymous environment is called by: its packages, and what it sets."""
    if not variables:
        return recipe.digest
    lines = tuple(sorted(f"{name}={value}" for name, value in variables.items()))
    return Recipe(recipe.digest, lines).digest
