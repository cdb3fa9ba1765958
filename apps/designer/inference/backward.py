"""From the scores backward: what each node of the training becomes, on the way to the data. Knows nothing of Django."""

from collections.abc import Mapping
from typing import Any

from apps.designer.inference import labels, rules
from apps.designer.inference.making import Binding, CannotTurn, Making, Node, from_output
from apps.designer.inference.rules import builtin_of, is_data, parameter_of, title_of


class Backward(Making):
    """Makes what scores need of nodes that have trained."""

    def make_all(self, last: tuple[str, str]) -> None:
        """Make an output and all that it needs; without recursion, for pipelines may be longer than Python's stack."""
        stack = [last]
        while stack:
            key, port = stack[-1]
            if (key, port) in self.made:
                stack.pop()
                continue
            missing = [one for one in self._needs(key, port) if one not in self.made]
            if missing:
                stack += missing
            else:
                self.made[key, port] = self._make(key, port)
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
            return from_output(key, port)
        if component and rules.is_saved(component, port):
            return self._saved(key, port)
        if why := rules.refusal(node, self.is_realtime):
            words = f"“{title_of(node)}” {why}, so this pipeline cannot become "
            kind = "a real-time one" if self.is_realtime else "one that scores other data"
            raise CannotTurn(f"{words}{kind}. Replace it, submit again, and try again.", key)
        if component and component.name in rules.SKIPPED:
            source, why = rules.SKIPPED[component.name]
            self.note(key, "removed", f"{title_of(node)} was removed: {why}.")
            return self._of(inputs[source])
        if component and component.name == "add_columns" and self._is_label_beside(key):
            self.note(
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
            self.note(key, "kept", f"{title_of(node)} stays as it is. It sees only the rows that are to be scored, "
                       "so what it computes over all rows differs from the training.")  # fmt: skip
        return from_output(key, port)

    def _of(self, binding: Binding) -> Binding:
        return self.made[binding["node"], binding["output"]] if "node" in binding else binding

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
            x, y = self.place(key)
            shown = f"{'MD' if is_model else 'TD'}-{title_of(node)}"
            self.add(fresh, f"data:{path}", shown, {}, (x, y) if is_model else (x - 280, y), type="uri_folder")
            if is_model:
                why = f"{title_of(node)} was replaced by the model that it has trained."
            else:
                why = f"“{title}” of {title_of(node)} is what the training has found out, and does not change any more."
            self.note(fresh, "replaced", why)
        return from_output(fresh, "data")

    def _applied(self, key: str, node: Node, port: str) -> Binding:
        """Return what a fitted transformation makes of new data."""
        inputs = {"transformation": self._saved(key, port), "dataset": self._of(node["inputs"]["dataset"])}
        self.add(key, "builtin:apply_transformation", f"Apply {title_of(node)}", inputs, self.place(key))
        self.note(key, "replaced", f"{title_of(node)} learned from the training data, so new data is treated as was learned "
                   "then: Apply Transformation took its place.")  # fmt: skip
        return from_output(key, "transformed")

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
        self.add(key, "builtin:select_columns_in_dataset", title, inputs, self.place(key))
        self.note(key, "replaced", f"{title_of(node)} was replaced by the {len(names)} columns that it has chosen.")
        return from_output(key, "results")

    def _read_only(self, key: str) -> None:
        """Have n-grams counted by the vocabulary of the training."""
        if parameter_of(self.old[key], "mode") == "ReadOnly":
            return
        inputs = self.fresh[key]["inputs"]
        inputs |= {"vocabulary": self._saved(key, "result_vocabulary"), "mode": {"value": "ReadOnly"}}
        self.note(
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
                f"“{title_of(self.old[key])}” puts {shown} of another dataset beside the data, row by row; new data has "
                "other rows. Use Join Data with a key instead, submit again, and try again.",
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


def _main(component: Any) -> str:
    """Return the output by which a saved node is simply called after its component."""
    learned = [port.name for port in component.outputs if port.type in (rules.MODEL, rules.CLUSTERING, rules.TRANSFORM)]
    return learned[0] if learned else ""
