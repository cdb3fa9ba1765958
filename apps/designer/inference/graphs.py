"""From a pipeline that was trained to the one that scores: what stays, what becomes what training left, and why.

A pipeline is a document of the designer, its nodes as JSON. Knows nothing of Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.designer.inference import labels, rules
from apps.designer.inference.backward import Backward
from apps.designer.inference.making import Binding, CannotTurn, Document, Note, Trained, from_output
from apps.designer.inference.rules import builtin_of, is_data, title_of

__all__ = [
    "BATCH",
    "REALTIME",
    "CannotTurn",
    "Document",
    "Inference",
    "Note",
    "Scorer",
    "Trained",
    "inference_of",
    "scorers_of",
]

REALTIME, BATCH = "realtime", "batch"
WEB_INPUT, WEB_OUTPUT = "WebServiceInput0", "WebServiceOutput0"
BATCH_INPUT, BATCH_OUTPUT = "dataset", "scored"


@dataclass(frozen=True)
class Scorer:
    """A node that scores, by which a pipeline can be turned."""

    key: str
    title: str


@dataclass(frozen=True)
class Inference:
    """A pipeline that scores. ``labels``: columns of its input that need not be given. ``notes``: in the order of the graph."""

    document: dict[str, Any]
    notes: list[Note]
    labels: list[str] = field(default_factory=list)


def scorers_of(document: Document) -> list[Scorer]:
    """Return the nodes that score, in the order in which they were drawn."""
    found = []
    for key, node in document.get("nodes", {}).items():
        component = builtin_of(node)
        if component is not None and component.name in rules.SCORERS:
            model = _source(document, node, "model")
            of = f" ({title_of(document['nodes'][model])})" if model in document["nodes"] else ""
            found.append(Scorer(key, title_of(node) + of))
    return found


def inference_of(document: Document, trained: Trained, kind: str, scorer: str = "") -> Inference:
    """Turn a training pipeline into one that scores.

    Args: document: of the training, as it was run. kind: ``realtime`` or ``batch``. scorer: the node whose scores are wanted; may
        be left out where there is one.

    Raises:
        CannotTurn: it cannot be, or it is not said which of several scores is meant.
    """
    known = scorers_of(document)
    if not known:
        raise CannotTurn(
            "Nothing in this pipeline scores new data. Connect the trained model to Score Model (Assign Data to Clusters for "
            "clusters, Score SVD Recommender for recommendations), submit it, and try again."
        )
    if not scorer and len(known) > 1:
        titles = ", ".join(f"“{one.title}”" for one in known)
        raise CannotTurn(f"This pipeline scores in several places: {titles}. Choose the one that shall answer.")
    if scorer and scorer not in {one.key for one in known}:
        raise CannotTurn(f"The node “{scorer}” does not score.", scorer)
    return _Turn(document, trained, kind == REALTIME).turned(scorer or known[0].key)


def _source(document: Document, node: Mapping[str, Any], port: str) -> str:
    return str((node.get("inputs") or {}).get(port, {}).get("node", ""))


class _Turn(Backward):
    """One turn."""

    def turned(self, scorer: str) -> Inference:
        """Return the pipeline that gives what a node scores."""
        component = builtin_of(self.old[scorer])
        assert component is not None
        last = (scorer, component.outputs[0].name)
        self.make_all(last)
        path = set(self.fresh)
        hidden = labels.labels_of(self.old, scorer)
        self._prune(hidden)
        end = self._follow(last, path)
        self._prune(hidden)  # also what is done with the scores
        answer = self.made.get(end, from_output(*end))
        end = (answer["node"], answer["output"])
        entry = self._entry(scorer)
        inputs = {name: port for name, port in self.document.get("inputs", {}).items() if self._is_used(name)}
        outputs: dict[str, Any] = {}
        if self.is_realtime:
            self._add_web_service(entry, end)
        else:
            inputs |= self._add_parameter(entry, inputs)
            outputs[BATCH_OUTPUT] = {"node": end[0], "output": end[1]}
        self._note_removed()
        settings = dict(self.document.get("settings", {}))
        found = {"nodes": self.fresh, "inputs": inputs, "outputs": outputs, "frames": {}, "settings": settings}
        return Inference(found, list(self.notes.values()), hidden)

    # --- After the scores, and before the data ---

    def _follow(self, last: tuple[str, str], path: set[str]) -> tuple[str, str]:
        """Keep what is done with the scores as long as one thing is; return the output that answers."""
        end = last
        while True:
            readers = [key for key, node in self.old.items() if key not in path and _reads(node, end)]
            kept = [key for key in readers if self._goes_on(key, path)]
            for key in readers if not self.is_realtime else []:
                component = builtin_of(self.old[key])
                if component and component.name in rules.SINKS:
                    self.fresh[key] = dict(self.old[key])
            if len(kept) != 1:
                return end
            component = builtin_of(self.old[kept[0]])
            assert component is not None
            end = (kept[0], rules.tables_out(component)[0])
            self.make_all(end)
            path |= set(self.fresh)

    def _goes_on(self, key: str, path: set[str]) -> bool:
        component = builtin_of(self.old[key])
        if component is None or component.name in rules.ENDS or rules.refusal(self.old[key], self.is_realtime):
            return False
        sources = {one["node"] for one in (self.old[key].get("inputs") or {}).values() if "node" in one}
        return (
            bool(rules.tables_out(component))
            and sources <= path
            and not rules.is_saved(component, rules.tables_out(component)[0])
        )

    def _entry(self, scorer: str) -> Binding:
        """Return what gives the rows that are scored."""
        key = scorer
        while True:
            node = self.fresh[key]
            component, inputs = builtin_of(node), node.get("inputs") or {}
            names = rules.tables_in(component) if component else [name for name, one in inputs.items() if "node" in one]
            binding = next((inputs[name] for name in names if name in inputs), None)
            if binding is None:
                return from_output(key, component.outputs[0].name if component else "data")
            if "node" not in binding:
                return dict(binding)
            key = binding["node"]

    def _add_web_service(self, entry: Binding, end: tuple[str, str]) -> None:
        key = self.free("web_service_input")
        where = self.place(entry["node"]) if "node" in entry else (0.0, -120.0)
        self.rebind(entry, from_output(key, "data"))
        inputs = {"name": {"value": WEB_INPUT}, "sample": entry}
        self.add(key, "builtin:web_service_input", "", inputs, (where[0] + 40, where[1] + 70))
        title = title_of(self.fresh[entry["node"]]) if "node" in entry else entry["pipeline"]
        self.note(
            key, "added", f"Rows of requests enter where “{title}” did; it remains as the sample to try it out with."
        )
        out = self.free("web_service_output")
        x, y = self.place(end[0])
        inputs = {"name": {"value": WEB_OUTPUT}, "data": from_output(*end)}
        self.add(out, "builtin:web_service_output", "", inputs, (x, y + 130))
        self.note(out, "added", f"What leaves “{title_of(self.fresh[end[0]])}” is the answer.")

    def _add_parameter(self, entry: Binding, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Make the data that is scored a parameter, so that whoever calls the published pipeline can give other data."""
        node = self.fresh.get(entry.get("node", ""))
        if node is None or not is_data(node):
            return {}
        name = next(one for one in (BATCH_INPUT, *(f"{BATCH_INPUT}_{n}" for n in range(2, 99))) if one not in inputs)
        self.rebind(entry, {"pipeline": name})
        del self.fresh[entry["node"]]
        words = f"“{title_of(node)}” became the pipeline parameter “{name}”, so other data can be scored."
        self.note(entry["node"], "replaced", words)
        path = str(node["component"]).removeprefix(rules.DATA)
        return {name: {"type": node.get("type", "uri_folder"), "default": path, "description": "The data to be scored"}}

    # --- The rest ---

    def _prune(self, hidden: list[str]) -> None:
        """Take labels out of selections by name, since data to be scored has none; a node that selected nothing else goes."""
        for key in list(self.fresh):
            node = self.fresh[key]  # as it is now: nodes before it may have gone
            component = builtin_of(node)
            if component is None or not (without := labels.without(component, node, hidden)):
                continue
            if without.inputs is not None:
                self.fresh[key] = {**node, "inputs": without.inputs}
                shown = ", ".join(f"“{name}”" for name in hidden)
                words = f"{title_of(node)} no longer names the label {shown}, which new data need not have."
                self.notes[key] = Note(key, "kept", words) if key not in self.notes else self.notes[key]
            else:
                self.rebind(from_output(key, without.output), node["inputs"][without.source])
                for made, binding in self.made.items():
                    if binding == from_output(key, without.output):
                        self.made[made] = node["inputs"][without.source]
                del self.fresh[key]
                self.notes[key] = Note(key, "removed", f"{title_of(node)} was removed: it is about the label only.")

    def _note_removed(self) -> None:
        gone = [key for key in self.old if key not in self.fresh and key not in self.notes and f"MD-{key}" not in self.fresh
                and f"TD-{key}" not in self.fresh]  # fmt: skip
        if gone:
            titles = ", ".join(dict.fromkeys(title_of(self.old[key]) for key in gone))
            self.note("", "removed", f"Only the training needs these, so they were removed: {titles}.")

    def _is_used(self, name: str) -> bool:
        every = (one for node in self.fresh.values() for one in (node.get("inputs") or {}).values())
        return any(one.get("pipeline") == name for one in every)


def _reads(node: Mapping[str, Any], output: tuple[str, str]) -> bool:
    return any((one.get("node"), one.get("output")) == output for one in (node.get("inputs") or {}).values())
