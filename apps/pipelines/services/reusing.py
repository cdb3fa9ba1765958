"""Which steps need not run, since an earlier run did the same; and of the others, why they must."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import naturalday
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.storage import digest_of
from apps.experiments.models import Run, RunFile, Snapshot
from apps.experiments.services import state_of_environment
from apps.experiments.states import RunStatus
from apps.pipelines.graph import reuse
from apps.pipelines.graph.builtins import parameter_titles
from apps.pipelines.models import StepResult
from apps.pipelines.services.plans import Plan
from apps.workspaces.models import Workspace

# Among so many of the newest results the one that differs least is what a step is compared with.
MOST_COMPARED: Final = 10
# So many files of code are told apart; of more it is only said that one of them changed.
MOST_FILES: Final = 300
_PINNED: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE
)

Outputs = dict[str, str]


@dataclass(frozen=True)
class Source:
    """What a step before another left: the run, and a digest of each output. No run: one that is still to be made."""

    run_id: UUID | None
    outputs: Outputs = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A step that is ready. ``sources``: what the steps gave that it reads from, by node."""

    plan: Plan
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Verdict:
    """Whether a step can be reused: then ``result`` is the earlier one. ``why`` it must run otherwise, and ``differences`` from
    what ran before, as ``Examiner.explained`` finds them out. ``parts`` and ``labels``: what its result would be stored with;
    ``key`` is empty where it cannot be."""

    result: StepResult | None = None
    why: str = ""
    differences: tuple[str, ...] = ()
    key: str = ""
    parts: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it for ``Step.reuse``."""
        return {"key": self.key, "why": self.why, "differences": list(self.differences)}


class Examiner:
    """Answers for many steps with a few queries. Remembers what it has read, so keep it no longer than a transaction.

    Args: day: says when a run was; by default so that it stays true for ever.
    """

    def __init__(self, workspace: Workspace, *, day: Callable[[Run], str] | None = None) -> None:
        self._workspace = workspace
        self._day = day or date_of
        self._environments: dict[str, dict[str, str] | None] = {}
        self._code: dict[str, dict[str, str]] = {}
        self._left: dict[UUID, Outputs] = {}

    def examine(self, questions: list[Question]) -> list[Verdict]:
        """Return for each step whether it can be reused."""
        self._read_code({question.plan["snapshot"] for question in questions if question.plan.get("snapshot")})
        found = [self._parts(question) for question in questions]
        wanted = {
            verdict.key for verdict, question in zip(found, questions, strict=True) if _may_reuse(verdict, question)
        }
        results = self._results(wanted)
        return [self._verdict(verdict, question, results) for verdict, question in zip(found, questions, strict=True)]

    def completed(self, plan: Plan, sources: Mapping[str, Source], run: Run) -> Verdict:
        """Return what the result of a completed step is stored with. Its environment is what its run was given."""
        given = (run.order.spec.get("environment") if run.order else None) or {}
        if plan["environment"]:
            self._environments[plan["environment"]["id"]] = packages_of(given) if "lock" in given else None
        self._read_code({plan["snapshot"]} if plan["snapshot"] else set())
        return self._parts(Question(plan, sources))

    def explained(self, verdict: Verdict, plan: Plan) -> Verdict:
        """Return a verdict with why the step must run, compared with what ran before. Takes a query where that is not known."""
        if verdict.why or verdict.result is not None:
            return verdict
        rows = StepResult.objects.filter(workspace=self._workspace, subject=plan["subject"], run__deleted_at=None)
        newest = list(rows.select_related("run").defer("run__config").order_by("-created_at", "id")[:MOST_COMPARED])
        if not newest:
            return _with(verdict, why=_("it has not run before"))
        titles = parameter_titles(plan["component"])
        compared = [(_compared_in_words(row, verdict, titles), row) for row in newest]
        differences, nearest = min(compared, key=lambda pair: len(pair[0]))
        day = {"run": nearest.run.name, "day": self._day(nearest.run)}
        if not differences:  # the same key, but what it left is no longer there
            return _with(verdict, why=_("what the run %(run)s of %(day)s left is no longer there as it was") % day)
        words = _("it differs from the run %(run)s of %(day)s")
        return _with(verdict, why=words % day, differences=tuple(differences))

    def outputs_of(self, run_ids: Collection[UUID]) -> dict[UUID, Outputs]:
        """Return what runs left, as the function of this name does; of runs that have ended, since it asks once for each."""
        if unknown := set(run_ids) - self._left.keys():
            found = outputs_of(unknown)
            self._left.update({run_id: found.get(run_id, {}) for run_id in unknown})
        return {run_id: self._left[run_id] for run_id in run_ids}

    # --- What a result depends on ---

    def _parts(self, question: Question) -> Verdict:
        plan = question.plan
        if plan["kind"] == "pipeline":
            return Verdict(why=_("its steps are looked at one by one"))
        parts = {**plan["parts"]}
        labels: dict[str, str] = {}
        inputs = dict(parts.get("inputs") or {})
        for name, given in plan["inputs"].items():
            if "value" in given:
                continue
            if "node" in given:
                inputs[name] = question.sources[given["node"]].outputs.get(given["output"], "")
                labels[name] = _("what %(node)s gave") % {"node": given["node"]}
            else:
                labels[name] = str(given.get("reference") or given["path"])
            if not inputs.get(name):
                words = _("nobody can tell whether its input “%(name)s” (%(data)s) has changed")
                return Verdict(why=words % {"name": name, "data": labels[name]}, labels=labels)
        if inputs:
            parts["inputs"] = inputs
        if plan["environment"]:
            packages = self._packages(plan["environment"]["id"])
            if packages is None:
                words = _("its environment %(name)s is still being built")
                return Verdict(why=words % {"name": plan["environment"]["name"]}, labels=labels)
            parts["environment"] = packages
        if plan["snapshot"]:
            parts["code"] = self._code.get(plan["snapshot"], {})
        if not plan["is_deterministic"]:
            return Verdict(
                why=_("its component says that it gives something else each time"), parts=parts, labels=labels
            )
        return Verdict(key=reuse.key_of(parts, str(self._workspace.pk)), parts=parts, labels=labels)

    def _packages(self, version_id: str) -> dict[str, str] | None:
        if version_id not in self._environments:
            state = state_of_environment(version_id)
            self._environments[version_id] = packages_of(state.spec) if state and state.is_ready else None
        return self._environments[version_id]

    def _read_code(self, wanted: Collection[str]) -> None:
        missing = [snapshot for snapshot in wanted if snapshot not in self._code]
        for row in Snapshot.objects.filter(pk__in=missing).only("sha256", "files") if missing else ():
            self._code[str(row.pk)] = _files_of(row)

    # --- What there is ---

    def _results(self, keys: Collection[str]) -> dict[str, StepResult]:
        """Return the newest results whose runs are there, with all that they left."""
        if not keys:
            return {}
        rows = StepResult.objects.filter(
            workspace=self._workspace, key__in=keys, run__status=RunStatus.COMPLETED, run__deleted_at=None
        )
        found: dict[str, list[StepResult]] = {}
        for row in rows.select_related("run").defer("parts", "run__config").order_by("-created_at", "-id"):
            found.setdefault(row.key, []).append(row)
        left = self.outputs_of({row.run_id for several in found.values() for row in several})
        whole = {
            key: [row for row in several if _has_all(left[row.run_id], row.outputs)] for key, several in found.items()
        }
        return {key: several[0] for key, several in whole.items() if several}

    def _verdict(self, verdict: Verdict, question: Question, results: Mapping[str, StepResult]) -> Verdict:
        plan = question.plan
        if verdict.why:
            return verdict
        if plan["force"]:
            return _with(verdict, why=_("it was asked to run in any case"))
        result = results.get(verdict.key)
        if result is not None:
            words = _("nothing that it depends on has changed since the run %(run)s of %(day)s")
            return _with(verdict, result=result, why=words % {"run": result.run.name, "day": self._day(result.run)})
        return verdict


def outputs_of(run_ids: Iterable[UUID]) -> dict[UUID, Outputs]:
    """Return a digest of each output of runs, over its paths and contents, as machines keep data by."""
    files: dict[UUID, dict[str, list[tuple[str, str]]]] = {}
    wanted = Q(run__in=set(run_ids), path__startswith="outputs/")
    for run_id, path, sha256 in RunFile.objects.filter(wanted).values_list("run_id", "path", "sha256"):
        name, slash, rest = path.removeprefix("outputs/").partition("/")
        files.setdefault(run_id, {}).setdefault(name, []).append((rest if slash else name, sha256))
    return {run_id: {name: digest_of(all_) for name, all_ in found.items()} for run_id, found in files.items()}


def packages_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the packages of an environment with their versions, and its Python. Args: spec: as a machine gets it."""
    pinned = {match["name"]: match["version"] for match in _PINNED.finditer(str(spec.get("lock") or ""))}
    return {"python": str(spec.get("python") or ""), **pinned}


def date_of(run: Run) -> str:
    """Return the day on which a run ended."""
    return date_format(timezone.localtime(run.ended_at or run.created_at), "DATE_FORMAT")


def day_of(run: Run) -> str:
    """Return the day on which a run ended, as people say it now: yesterday."""
    return str(naturalday(timezone.localtime(run.ended_at or run.created_at)))


def _files_of(snapshot: Snapshot) -> dict[str, str]:
    hashes = {str(file["path"]): str(file.get("sha256") or "") for file in snapshot.files}
    if len(hashes) <= MOST_FILES and all(hashes.values()):
        return hashes
    return {f"any of its {len(hashes)} files": snapshot.sha256}  # part of the key, so in no one's language


def _has_all(left: Outputs, stored: Outputs) -> bool:
    return all(left.get(name) == digest for name, digest in stored.items())


def _may_reuse(verdict: Verdict, question: Question) -> bool:
    return bool(verdict.key) and not question.plan["force"]


def _compared_in_words(row: StepResult, verdict: Verdict, titles: Mapping[str, str]) -> list[str]:
    """Return the differences, data called as people call it; what has one name and other contents says so."""
    before, after = dict(row.parts.get("inputs") or {}), dict(verdict.parts.get("inputs") or {})
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        if old == new:
            continue
        labels = row.labels.get(name, ""), verdict.labels.get(name, "")
        before[name], after[name] = labels
        if labels[0] == labels[1]:
            before[name], after[name] = f"{labels[0]} ({old[:8]})", f"{labels[1]} ({new[:8]})"
    return reuse.difference({**row.parts, "inputs": before}, {**verdict.parts, "inputs": after}, titles)


def _with(verdict: Verdict, **changes: Any) -> Verdict:
    return Verdict(**{**verdict.__dict__, **changes})
