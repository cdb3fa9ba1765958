"""What a job means by its environment. Fills the hooks of experiments."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.environments import names
from apps.environments.curated import MINIMAL
from apps.environments.errors import EnvironmentUnknown, NotAReference, VersionUnknown
from apps.environments.models import Environment, EnvironmentVersion
from apps.environments.recipes import Recipe
from apps.environments.services.curated import ensure_on_demand
from apps.environments.services.machines import known_pythons
from apps.environments.services.versions import create_anonymous
from apps.environments.sources import DEFINITION, Reading, read_mapping
from apps.environments.states import BuildState
from apps.environments.text import advice_of, contents_of, progress_of
from apps.experiments.hooks import EnvironmentChoice, ResolvedEnvironment
from apps.workspaces.models import Alias, Workspace
from apps.workspaces.models.alias import AliasKind

MOST_CHOICES = 200
SHOWN_NAMES = 20


@transaction.atomic
def resolve(workspace: Workspace, reference: Any, actor: User | None) -> ResolvedEnvironment:
    """Find the environment that a job names, or make the one that it holds. See ``experiments.hooks.resolve_environment``.

    Raises:
        UserError: there is none, or it cannot be read; the message says what there is.
    """
    if isinstance(reference, Mapping):
        return _resolve_mapping(workspace, reference, actor)
    if not isinstance(reference, str) or not reference.strip():
        raise NotAReference
    wanted, warnings = _through_alias(workspace, names.plain(reference))
    parsed = names.parse(wanted)
    if parsed is None:
        raise EnvironmentUnknown(wanted[:200], _names_of(workspace))
    version = None if parsed.is_foreign else _find(workspace, parsed)
    if version is None and not parsed.is_foreign:
        ensure_on_demand(workspace, parsed.name)
        version = _find(workspace, parsed)
    if version is not None:
        return _resolved(version, warnings)
    meaning = names.meaning_of(parsed)
    if meaning is None:
        raise EnvironmentUnknown(wanted[:200], _names_of(workspace))
    return _resolve_meaning(workspace, meaning, names.plain(reference), warnings, actor)


def find_version(workspace: Workspace, reference: str) -> EnvironmentVersion:
    """Return the version that ``name``, ``name:version`` or ``name@latest`` names, and nothing but a name of the workspace.

    Raises:
        EnvironmentUnknown, VersionUnknown: there is none.
    """
    parsed = names.parse(reference)
    version = _find(workspace, parsed) if parsed and not parsed.is_foreign else None
    if version is None:
        raise EnvironmentUnknown(reference[:200], _names_of(workspace))
    return version


def state_of(version_id: UUID) -> ResolvedEnvironment | None:
    """Return how far a version is now; None where it is gone."""
    version = _versions().filter(pk=version_id).first()
    return _resolved(version) if version else None


def choices(workspace: Workspace) -> list[EnvironmentChoice]:
    """Return the environments that a new run can choose, in their latest versions: what the studio brings, then the newest."""
    rows = Environment.objects.filter(workspace=workspace, is_anonymous=False, archived_at=None).exclude(latest=None)
    rows = rows.select_related("latest__build__run__order__target", "latest__build__run__order__workspace")
    found = sorted(rows.order_by("-is_curated", "-created_at")[:MOST_CHOICES], key=_place_among_choices)
    return [_choice(environment, environment.latest) for environment in found if environment.latest is not None]


def _place_among_choices(environment: Environment) -> int:
    """Most people want the packages; bare Python is for few."""
    return 2 if environment.name == MINIMAL and environment.is_curated else int(not environment.is_curated)


def _choice(environment: Environment, version: EnvironmentVersion) -> EnvironmentChoice:
    version.environment = environment
    build = version.build
    is_ready = build.state == BuildState.SUCCEEDED
    far = _("could not be built") if build.state == BuildState.FAILED else progress_of(build)
    return EnvironmentChoice(version.reference, version.reference, f"{contents_of(version)} · {far}", is_ready)


def _resolve_mapping(workspace: Workspace, given: Mapping[Any, Any], actor: User | None) -> ResolvedEnvironment:
    """Read an environment that stands in a job file itself."""
    reading = read_mapping({str(key): value for key, value in given.items()}, known_pythons(), field="environment")
    if reading.image and reading.kind == DEFINITION and not reading.variables:
        meaning = names.of_words(reading.image) or names.Meaning(curated=MINIMAL)
        return _resolve_meaning(workspace, meaning, reading.image, list(reading.warnings), actor)
    source = json.dumps(given, indent=2, default=str, ensure_ascii=False)
    version = create_anonymous(actor=actor, workspace=workspace, reading=reading, source=source)
    return _resolved(version, version.warnings)


def _resolve_meaning(
    workspace: Workspace, meaning: names.Meaning, said: str, warnings: list[str], actor: User | None
) -> ResolvedEnvironment:
    """Return what a name of the cloud stands for, with a warning that says so."""
    if meaning.curated:
        version = _find(workspace, names.Reference(meaning.curated))
        if version is None:
            raise EnvironmentUnknown(meaning.curated, _names_of(workspace))
        sentence = _("“%(said)s” is read as %(name)s, which comes with the studio.")
        return _resolved(version, [*warnings, sentence % {"said": said[:200], "name": version.reference}])
    recipe = Recipe(known_pythons().default, meaning.requirements)
    reading = Reading(DEFINITION, recipe)
    version = create_anonymous(actor=actor, workspace=workspace, reading=reading, source=recipe.text)
    sentence = _("“%(said)s” is read as %(name)s, with today's versions of: %(packages)s.")
    packages = ", ".join(meaning.requirements)
    warning = sentence % {"said": said[:200], "name": version.reference, "packages": packages}
    return _resolved(version, [*warnings, warning])


def _through_alias(workspace: Workspace, text: str) -> tuple[str, list[str]]:
    """Return what a name means by the aliases of the workspace, which know it with its version or without."""
    parsed = names.parse(text)
    known = [text.lower(), *([parsed.name.lower()] if parsed else [])]
    aliases = Alias.objects.filter(workspace=workspace, kind=AliasKind.ENVIRONMENT).alias(lower_name=Lower("name"))
    found = {alias.name.lower(): alias.target for alias in aliases.filter(lower_name__in=known)}
    target = next((found[name] for name in known if name in found), None)
    if target is None:
        return text, []
    sentence = _("“%(said)s” is read as %(name)s, by an alias of the workspace.")
    return names.plain(target), [sentence % {"said": text[:200], "name": target}]


def _find(workspace: Workspace, reference: names.Reference) -> EnvironmentVersion | None:
    """Return a version of an environment of the workspace; None where it has no environment of that name.

    Raises:
        VersionUnknown: it has no such version.
    """
    rows = Environment.objects.filter(workspace=workspace).exclude(latest=None).select_related("latest")
    environment = rows.alias(lower_name=Lower("name")).filter(lower_name=reference.name.lower()).first()
    if environment is None or environment.latest is None:
        return None
    if not reference.version:
        return _versions().get(pk=environment.latest.pk)
    number = int(reference.version) if reference.version.isdecimal() and len(reference.version) < 9 else 0
    version = _versions().filter(environment=environment, number=number).first()
    if version is None:
        raise VersionUnknown(environment.name, reference.version[:40], environment.latest.number)
    return version


def _versions() -> QuerySet[EnvironmentVersion]:
    return EnvironmentVersion.objects.select_related(
        "environment__workspace", "build__run__order__target", "build__run__order__workspace"
    )


def _names_of(workspace: Workspace) -> list[str]:
    rows = Environment.objects.filter(workspace=workspace, is_anonymous=False, archived_at=None)
    return list(rows.order_by("-is_curated", "-created_at").values_list("name", flat=True)[:SHOWN_NAMES])


def _resolved(version: EnvironmentVersion, warnings: list[str] | tuple[str, ...] = ()) -> ResolvedEnvironment:
    build = version.build
    is_ready, has_failed = build.state == BuildState.SUCCEEDED, build.state == BuildState.FAILED
    spec = {"name": version.reference, "digest": build.digest, "lock": build.lock, "python": version.recipe["python"]}
    return ResolvedEnvironment(
        id=version.pk,
        name=version.reference,
        variables=dict(version.variables),
        is_ready=is_ready,
        has_failed=has_failed,
        reason="" if is_ready else advice_of(build) if has_failed else progress_of(build),
        spec=spec if is_ready else {},
        warnings=tuple(warnings),
    )
