"""Give workspaces the environments that come with the studio."""

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Lower
from django.utils import translation

from apps.environments.curated import CURATED, Curated
from apps.environments.events import environments_changed
from apps.environments.models import Environment, EnvironmentVersion
from apps.environments.recipes import Recipe
from apps.environments.services.builds import build_for
from apps.environments.services.machines import known_pythons
from apps.workspaces.models import Workspace


@transaction.atomic
def ensure_curated(workspace: Workspace) -> None:
    """Give a workspace the curated environments; where a recipe has changed, its next version. Harmless when repeated.

    Those that are made on demand it only gets again.
    """
    python = known_pythons().default
    has = set(Environment.objects.filter(workspace=workspace, is_curated=True).values_list("name", flat=True))
    for curated in CURATED:
        if curated.name in has or not curated.on_demand:
            _ensure(workspace, curated, Recipe(python, curated.requirements))


@transaction.atomic
def ensure_on_demand(workspace: Workspace, name: str) -> None:
    """Give a workspace a curated environment that is made on demand, if that is what the name means. Harmless when repeated."""
    curated = next((each for each in CURATED if each.on_demand and each.name == name.lower()), None)
    if curated is not None:
        _ensure(workspace, curated, Recipe(known_pythons().default, curated.requirements))


def ensure_curated_everywhere() -> int:
    """Bring the curated environments of all workspaces up to date. Returns of how many workspaces something changed."""
    python = known_pythons().default
    behind: set[Workspace] = set()
    for curated in CURATED:
        digest = Recipe(python, curated.requirements).digest
        named = Environment.objects.filter(is_curated=True, name=curated.name)
        current = named.filter(latest__build__recipe_digest=digest)
        concerned = Workspace.objects.live().exclude(pk__in=current.values("workspace"))
        behind.update(concerned.filter(pk__in=named.values("workspace")) if curated.on_demand else concerned)
    for workspace in sorted(behind, key=lambda workspace: workspace.pk):
        ensure_curated(workspace)
    return len(behind)


def _ensure(workspace: Workspace, curated: Curated, recipe: Recipe) -> None:
    with translation.override("en"):  # stored once, for readers of all languages
        description = str(curated.description)
    named = Environment.objects.filter(workspace=workspace).alias(lower_name=Lower("name"))
    if named.filter(lower_name=curated.name, is_curated=False).exists():
        return  # somebody had the name first, and what they made stays theirs
    environment, _made = Environment.objects.get_or_create(
        workspace=workspace, name=curated.name, is_curated=True, defaults={"description": description}
    )
    environment = Environment.objects.select_for_update(of=("self",)).select_related("latest").get(pk=environment.pk)
    if environment.latest is not None and environment.latest.recipe == recipe.as_json():
        return
    highest = environment.versions.aggregate(highest=Max("number"))["highest"] or 0
    environment.latest = EnvironmentVersion.objects.create(
        environment=environment,
        number=highest + 1,
        recipe=recipe.as_json(),
        source=recipe.text,
        source_kind="requirements",
        build=build_for(recipe),
    )
    environment.description = description
    environment.save(update_fields=["latest", "description", "updated_at"])
    environments_changed()
