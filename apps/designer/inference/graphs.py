"""From a pipeline that was trained to the one that scores: what stays, what becomes what training left, and why.

A pipeline is a document of the designer, its nodes as JSON. Knows nothing of Django.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from apps.designer.inference import labels, rules
from apps.designer.inference.rules import builtin_of, is_data, parameter_of, title_of

REALTIME, BATCH = "realtime", "batch"
KINDS: Final = (REALTIME, BATCH)
WEB_INPUT, WEB_OUTPUT = "WebServiceInput0", "WebServiceOutput0"
BATCH_INPUT, BATCH_OUTPUT = "dataset", "scored"

Document = Mapping[str, Any]
Binding = dict[str, Any]
Node = dict[str, Any]


class CannotTurn(ValueError):
    """The pipeline cannot become one that scores. The message says why, and what to do; ``node``: where, or ""."""

    def __init__(self, message: str, node: str = "") -> None:
        super().__init__(message)
        self.node = node


class Trained(Protocol):
    """What is known of a run of the training pipeline."""

    def output(self, node: str, port: str) -> str:
        """Return the path of what a node left, as job files have it; "" where it left nothing."""

    def columns(self, node: str, port: str) -> list[str] | None:
        """Return the names of the columns of a table that a node left, or that it is if it is data; None where nobody knows."""


@dataclass(frozen=True)
class Scorer:
    """A node that scores, by which a pipeline can be turned."""

    key: str
    title: str


@dataclass(frozen=True)
class Note:
    """What became of a node, in a sentence: ``action`` is replaced, removed, added or kept. ``node``: as the new pipeline, or for
    removed ones the old, calls it."""

    node: str
    action: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Return it to be stored."""
        return {"node": self.node, "action": self.action, "message": self.message}


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


class _Turn:
    """One turn. ``fresh`` is what has been made so far; ``_made``: what stands for an output of the training pipeline now."""

    def __init__(self, document: Document, trained: Trained, is_realtime: bool) -> None:
        self.old: Mapping[str, Node] = document["nodes"]
        self.document = document
        self.trained = trained
        self.is_realtime = is_realtime
        self.fresh: dict[str, Node] = {}
        self.notes: dict[str, Note] = {}
        self._made: dict[tuple[str, str], Binding] = {}

    def turned(self, scorer: str) -> Inference:
        component = builtin_of(self.old[scorer])
        assert component is not None
        last = (scorer, component.outputs[0].name)
        self._make_all(last)
        path = set(self.fresh)
        hidden = labels.labels_of(self.old, scorer)
        self._prune(hidden)
        end = self._follow(last, path)
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

    # --- Backward from the scores, without recursion: pipelines may be longer than Python's stack ---

    def _make_all(self, last: tuple[str, str]) -> None:
        stack = [last]
        while stack:
            key, port = stack[-1]
            if (key, port) in self._made:
                stack.pop()
                continue
            missing = [one for one in self._needs(key, port) if one not in self._made]
            if missing:
                stack += missing
            else:
                self._made[key, port] = self._make(key, port)
                stack.pop()

    def _needs(self, key: str, port: str) -> list[tuple[str, str]]:
        """Return the outputs that have to be made before this one."""
        node = self.old[key]
        component = builtin_of(node)
        inputs: Mapping[str, Binding] = node.get("inputs") or {}
        if is_data(node) or (component and rules.is_saved(component, port)):
            return []
        if component and component.name in rules.SKIPPED:
            wanted = [rules.SKIPPED[component.name][0]]
        elif component and (rules.fitted_port(component) or component.name == "filter_based_feature_selection"):
            wanted = ["dataset"]
        elif component and component.name == "add_columns" and self._is_label_beside(key):
            wanted = ["left"]
        else:
            wanted = [name for name in inputs if not self._is_static(component, name)]
        return [(one["node"], one["output"]) for one in map(inputs.get, wanted) if one and "node" in one]

    def _make(self, key: str, port: str) -> Binding:
        """Return what stands for an output from now on, and put its node into the new pipeline."""
        node = self.old[key]
        component = builtin_of(node)
        inputs: Mapping[str, Binding] = node.get("inputs") or {}
        if is_data(node):
            self.fresh[key] = dict(node)
            return _from(key, port)
        if component and rules.is_saved(component, port):
            return self._saved(key, port)
        if why := rules.refusal(node, self.is_realtime):
            words = f"“{title_of(node)}” {why}, so this pipeline cannot become "
            kind = "a real-time one" if self.is_realtime else "one that scores other data"
            raise CannotTurn(f"{words}{kind}. Replace it, submit again, and try again.", key)
        if component and component.name in rules.SKIPPED:
            source, why = rules.SKIPPED[component.name]
            self._note(key, "removed", f"{title_of(node)} was removed: {why}.")
            return self._of(inputs[source])
        if component and component.name == "add_columns" and self._is_label_beside(key):
            self._note(
                key,
                "removed",
                f"{title_of(node)} was removed: its right dataset belongs to the rows of the training only.",
            )
            return self._of(inputs["left"])
        if component and rules.fitted_port(component):
            return self._applied(key, node, rules.fitted_port(component))
        if component and component.name == "filter_based_feature_selection":
            return self._selected(key, node, port)
        self.fresh[key] = {**node, "inputs": {name: self._kept(key, component, name) for name in inputs}}
        if component and component.name == "extract_n_gram_features_from_text":
            self._read_only(key)
        if component is None or component.name in ("execute_python_script", "apply_sql_transformation"):
            self._note(key, "kept", f"{title_of(node)} stays as it is. It sees only the rows that are to be scored, "
                       "so what it computes over all rows differs from the training.")  # fmt: skip
        return _from(key, port)

    def _of(self, binding: Binding) -> Binding:
        return self._made[binding["node"], binding["output"]] if "node" in binding else binding

    def _kept(self, key: str, component: Any, name: str) -> Binding:
        binding: Binding = self.old[key]["inputs"][name]
        if "node" in binding and self._is_static(component, name):
            source = self.old[binding["node"]]
            if is_data(source):
                self.fresh.setdefault(binding["node"], dict(source))
                return binding
            return self._saved(binding["node"], binding["output"])
        return self._of(binding)

    @staticmethod
    def _is_static(component: Any, name: str) -> bool:
        return component is not None and (component.name, name) in rules.STATIC_INPUTS

    # --- Nodes that take the place of others ---

    def _saved(self, key: str, port: str) -> Binding:
        """Return what training left in an output, as data."""
        node = self.old[key]
        component = builtin_of(node)
        assert component is not None
        kind = rules.type_of_output(component, port)
        title = next(one.title for one in component.outputs if one.name == port)
        path = self.trained.output(key, port)
        if not path:
            raise CannotTurn(f"The run left no “{title}” of “{title_of(node)}”. Submit the pipeline again.", key)
        is_model = kind in (rules.MODEL, rules.CLUSTERING)
        fresh = f"{'MD' if is_model else 'TD'}-{key}" if port == _main(component) else f"TD-{key}-{port}"
        if fresh not in self.fresh:
            x, y = self._place(key)
            shown = f"{'MD' if is_model else 'TD'}-{title_of(node)}"
            self._add(fresh, f"data:{path}", shown, {}, (x, y) if is_model else (x - 280, y), type="uri_folder")
            if is_model:
                why = f"{title_of(node)} was replaced by the model that it has trained."
            else:
                why = f"“{title}” of {title_of(node)} is what the training has found out, and does not change any more."
            self._note(fresh, "replaced", why)
        return _from(fresh, "data")

    def _applied(self, key: str, node: Node, port: str) -> Binding:
        """Return what a fitted transformation makes of new data."""
        inputs = {"transformation": self._saved(key, port), "dataset": self._of(node["inputs"]["dataset"])}
        self._add(key, "builtin:apply_transformation", f"Apply {title_of(node)}", inputs, self._place(key))
        self._note(key, "replaced", f"{title_of(node)} learned from the training data, so new data is treated as was learned "
                   "then: Apply Transformation took its place.")  # fmt: skip
        return _from(key, "transformed")

    def _selected(self, key: str, node: Node, port: str) -> Binding:
        """Return the columns that a feature selection has chosen."""
        names = self.trained.columns(key, port)
        if names is None:
            raise CannotTurn(f"The run left no columns of “{title_of(node)}”. Submit the pipeline again.", key)
        inputs = {
            "dataset": self._of(node["inputs"]["dataset"]),
            "columns": {"value": {"mode": "names", "names": names}},
        }
        title = f"Columns of {title_of(node)}"
        self._add(key, "builtin:select_columns_in_dataset", title, inputs, self._place(key))
        self._note(key, "replaced", f"{title_of(node)} was replaced by the {len(names)} columns that it has chosen.")
        return _from(key, "results")

    def _read_only(self, key: str) -> None:
        """Have n-grams counted by the vocabulary of the training."""
        if parameter_of(self.old[key], "mode") == "ReadOnly":
            return
        inputs = self.fresh[key]["inputs"]
        inputs |= {"vocabulary": self._saved(key, "result_vocabulary"), "mode": {"value": "ReadOnly"}}
        self._note(
            key,
            "replaced",
            f"{title_of(self.old[key])} counts by the vocabulary of the training, and finds no new words.",
        )

    def _is_label_beside(self, key: str) -> bool:
        """Return whether Add Columns puts beside the data what belongs to the training only: columns of another source.

        Raises: CannotTurn: they are more than labels.
        """
        inputs = self.old[key]["inputs"]
        if self._root(inputs["left"]) == self._root(inputs["right"]):
            return False
        right = inputs["right"]
        names = self.trained.columns(right["node"], right["output"]) if "node" in right else None
        others = [name for name in names or [] if name not in labels.named_labels(self.old)]
        if others and len(others) == len(names or []):
            shown = ", ".join(f"“{name}”" for name in others[:5])
            raise CannotTurn(
                f"“{title_of(self.old[key])}” puts {shown} of another dataset beside the data, row by row; new data has other rows. "
                "Use Join Data with a key instead, submit again, and try again.",
                key,
            )
        return True

    def _root(self, binding: Binding) -> str:
        """Return where the rows of a table come from: a data node, another source, or an input of the pipeline."""
        while "node" in binding:
            node = self.old[binding["node"]]
            component = builtin_of(node)
            inputs = node.get("inputs") or {}
            names = rules.tables_in(component) if component else list(inputs)
            following = next((inputs[name] for name in names if "value" not in inputs.get(name, {"value": 0})), None)
            if following is None:
                return str(binding["node"])
            binding = following
        return f"inputs.{binding.get('pipeline', '')}"

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
            self._make_all(end)
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
                return _from(key, component.outputs[0].name if component else "data")
            if "node" not in binding:
                return dict(binding)
            key = binding["node"]

    def _add_web_service(self, entry: Binding, end: tuple[str, str]) -> None:
        key = self._free("web_service_input")
        where = self._place(entry["node"]) if "node" in entry else (0.0, -120.0)
        self._rebind(entry, _from(key, "data"))
        inputs = {"name": {"value": WEB_INPUT}, "sample": entry}
        self._add(key, "builtin:web_service_input", "", inputs, (where[0] + 40, where[1] + 70))
        title = title_of(self.fresh[entry["node"]]) if "node" in entry else entry["pipeline"]
        self._note(
            key, "added", f"Rows of requests enter where “{title}” did; it remains as the sample to try it out with."
        )
        out = self._free("web_service_output")
        x, y = self._place(end[0])
        inputs = {"name": {"value": WEB_OUTPUT}, "data": self._made.get(end, _from(*end))}
        self._add(out, "builtin:web_service_output", "", inputs, (x, y + 130))
        self._note(out, "added", f"What leaves “{title_of(self.fresh[end[0]])}” is the answer.")

    def _add_parameter(self, entry: Binding, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Make the data that is scored a parameter, so that whoever calls the published pipeline can give other data."""
        node = self.fresh.get(entry.get("node", ""))
        if node is None or not is_data(node):
            return {}
        name = next(one for one in (BATCH_INPUT, *(f"{BATCH_INPUT}_{n}" for n in range(2, 99))) if one not in inputs)
        self._rebind(entry, {"pipeline": name})
        del self.fresh[entry["node"]]
        words = f"“{title_of(node)}” became the pipeline parameter “{name}”, so other data can be scored."
        self._note(entry["node"], "replaced", words)
        path = str(node["component"]).removeprefix(rules.DATA)
        return {name: {"type": node.get("type", "uri_folder"), "default": path, "description": "The data to be scored"}}

    def _rebind(self, old: Binding, new: Binding) -> None:
        for key, node in self.fresh.items():
            inputs = {name: new if one == old else one for name, one in (node.get("inputs") or {}).items()}
            self.fresh[key] = {**node, "inputs": inputs}

    # --- The rest ---

    def _prune(self, hidden: list[str]) -> None:
        """Take labels out of selections by name, since data to be scored has none; a node that selected nothing else goes."""
        for key, node in list(self.fresh.items()):
            component = builtin_of(node)
            if component is None or not (without := labels.without(component, node, hidden)):
                continue
            if without.inputs is not None:
                self.fresh[key] = {**node, "inputs": without.inputs}
                shown = ", ".join(f"“{name}”" for name in hidden)
                words = f"{title_of(node)} no longer names the label {shown}, which new data need not have."
                self.notes[key] = Note(key, "kept", words) if key not in self.notes else self.notes[key]
            else:
                self._rebind(_from(key, without.output), node["inputs"][without.source])
                for made, binding in self._made.items():
                    if binding == _from(key, without.output):
                        self._made[made] = node["inputs"][without.source]
                del self.fresh[key]
                self.notes[key] = Note(key, "removed", f"{title_of(node)} was removed: it is about the label only.")

    def _note_removed(self) -> None:
        gone = [key for key in self.old if key not in self.fresh and key not in self.notes and f"MD-{key}" not in self.fresh
                and f"TD-{key}" not in self.fresh]  # fmt: skip
        if gone:
            titles = ", ".join(dict.fromkeys(title_of(self.old[key]) for key in gone))
            self._note("", "removed", f"Only the training needs these, so they were removed: {titles}.")

    def _is_used(self, name: str) -> bool:
        every = (one for node in self.fresh.values() for one in (node.get("inputs") or {}).values())
        return any(one.get("pipeline") == name for one in every)

    def _note(self, node: str, action: str, message: str) -> None:
        self.notes[node] = Note(node, action, message)
        if node in self.fresh and action != "kept":
            self.fresh[node] = {**self.fresh[node], "comment": message}

    def _add(
        self, key: str, component: str, title: str, inputs: dict[str, Any], place: tuple[float, float], **more: Any
    ) -> None:
        self.fresh[key] = {"component": component, "title": title, "inputs": inputs, "position": list(place), **more}

    def _place(self, key: str) -> tuple[float, float]:
        x, y = (self.fresh.get(key) or self.old.get(key) or {}).get("position") or (0.0, 0.0)
        return float(x), float(y)

    def _free(self, key: str) -> str:
        return next(one for one in (key, *(f"{key}_{n}" for n in range(2, 999))) if one not in self.fresh)


def _from(key: str, output: str) -> Binding:
    return {"node": key, "output": output}


def _main(component: Any) -> str:
    """Return the output by which a saved node is simply called after its component."""
    learned = [port.name for port in component.outputs if port.type in (rules.MODEL, rules.CLUSTERING, rules.TRANSFORM)]
    return learned[0] if learned else ""


def _reads(node: Mapping[str, Any], output: tuple[str, str]) -> bool:
    return any((one.get("node"), one.get("output")) == output for one in (node.get("inputs") or {}).values())
