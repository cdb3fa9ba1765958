"""Components whose work is a script of the user."""

from __future__ import annotations

import linecache
import os
import sys
import tempfile
import traceback
import types
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlstudio.components.core.declaring import SCRIPTS, UNTRAINED, ZIP, Component, Parameter, Port, Schemas, Values
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pd, pl
from mlstudio.components.core.schema import SCORE, Column, Schema
from mlstudio.components.core.table import Table, normal
from mlstudio.components.core.values import Untrained
from mlstudio.components.learn.base import REGRESSION, Learner
from mlstudio.components.learn.features import feature_names

FILE = "<Python script>"
BUNDLE = "Script Bundle"
MAIN = """import pandas as pd


def azureml_main(dataframe1=None, dataframe2=None):
    print(f"Input pandas.DataFrame #1: {dataframe1}")
    return (dataframe1,)
"""
MODEL = """import pandas as pd
from sklearn.linear_model import LogisticRegression


class AzureMLModel:
    def __init__(self):
        self.model = LogisticRegression()

    def train(self, df_train, df_label):
        self.model.fit(df_train, df_label)

    def predict(self, df):
        return pd.DataFrame({"Scored Labels": self.model.predict(df)})
"""


class ExecutePythonScript(Component):
    """A function of up to two tables."""

    name = "execute_python_script"
    title = "Execute Python Script"
    category = SCRIPTS
    help = "Calls azureml_main of the script with the datasets as pandas DataFrames; what it returns are the results."
    inputs = (
        Port("dataset1", "Dataset1", optional=True),
        Port("dataset2", "Dataset2", optional=True),
        Port("bundle", "Script bundle", ZIP, optional=True),
    )
    outputs = (Port("result1", "Result dataset"), Port("result2", "Result dataset2"))
    parameters = (Parameter("script", "Python script", "script", MAIN, language="python"),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The script has to be Python; what it does is not known."""
        compiled(values["script"])
        return {}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Call it."""
        with bundled(inputs.get("bundle")):
            main = executed(values["script"]).get("azureml_main")
            if not callable(main):
                raise ComponentError(
                    85,
                    "The script defines no function azureml_main.",
                    "Define azureml_main(dataframe1=None, dataframe2=None).",
                    "script",
                )
            given = [to_pandas(inputs[name]) if name in inputs else None for name in ("dataset1", "dataset2")]
            with told():
                found = main(*given)
        return dict(zip(("result1", "result2"), _tables(found)))


def _tables(found: Any) -> list[Table]:
    if found is None:
        return []
    several = list(found) if isinstance(found, (tuple, list)) else [found]
    if len(several) > 2:
        raise _wrong(f"{len(several)} values", "Return at most two DataFrames.")
    for value in several:
        if value is not None and not isinstance(value, pd.DataFrame):
            raise _wrong(f"a {type(value).__name__}", "Return a DataFrame, or a sequence such as (dataframe1,).")
    return [from_pandas(value, "azureml_main returned a DataFrame") if value is not None else None for value in several]  # type: ignore[misc]


def _wrong(what: str, hint: str) -> ComponentError:
    return ComponentError(85, f"azureml_main returned {what}.", hint, "script")


def to_pandas(table: Table) -> pd.DataFrame:
    """Return a table as pandas has it; categorical columns as its categories."""
    frame = table.frame.to_pandas()
    categorical = [column.name for column in table.schema if column.categorical]
    return frame.astype(dict.fromkeys(categorical, "category")) if categorical else frame


def from_pandas(frame: pd.DataFrame, where: str) -> Table:
    """Return a DataFrame as a table; its index is dropped.

    Raises: ComponentError: names of columns that are no texts or not unique, or a column of mixed values.
    """
    names = [str(name) for name in frame.columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ComponentError(28, f"{where} with two columns “{twice}”.", "Give each its own name.", "script")
    columns, facts = [], []
    for place, name in enumerate(names):
        series = frame.iloc[:, place]
        if isinstance(series.dtype, pd.CategoricalDtype):
            facts.append(Column(name, "", categorical=True))
            series = series.astype(series.cat.categories.dtype)
        try:
            columns.append(pl.Series(name, pl.from_pandas(series.reset_index(drop=True))))
        except (TypeError, ValueError, NotImplementedError, pl.exceptions.PolarsError) as error:
            hint = f'Make it one type, such as df["{name}"].astype(str).'
            raise ComponentError(
                17, f"{where} whose column “{name}” mixes values of several types.", hint, "script"
            ) from error
    return Table(normal(pl.DataFrame(columns)), {fact.name: fact for fact in facts})


def compiled(script: str) -> types.CodeType:
    """Return the script, compiled.

    Raises: ComponentError: it is no Python; with the line.
    """
    try:
        return compile(script, FILE, "exec")
    except SyntaxError as error:
        message = f"The script is not valid Python: {error.msg}, in line {error.lineno}."
        raise ComponentError(85, message, "", "script") from error
    except ValueError as error:
        raise ComponentError(85, f"The script is not valid Python: {error}.", "", "script") from error


def executed(script: str) -> dict[str, Any]:
    """Return what the script defines."""
    code = compiled(script)
    # Its lines are shown in tracebacks, and its classes can be found again.
    linecache.cache[FILE] = (len(script), None, script.splitlines(keepends=True), FILE)
    module = types.ModuleType("designer_script")
    sys.modules[module.__name__] = module
    with told():
        exec(code, module.__dict__)  # noqa: S102 - the component is for running scripts, in a sandbox
    return module.__dict__


@contextmanager
def told() -> Iterator[None]:
    """Make what a script raises an error that names its line."""
    try:
        yield
    except ComponentError:
        raise
    except SystemExit as error:
        raise ComponentError(
            85, f"The script ended the process, with {error.code}.", "Return instead.", "script"
        ) from error
    except Exception as error:  # a script may raise anything
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
        where = f" in line {lines[-1]}" if lines else ""
        message = f"The script raised {type(error).__name__}{where}: {error}"
        raise ComponentError(85, message.rstrip(".") + ".", "The whole traceback is in the log.", "script") from error


@contextmanager
def bundled(bundle: Path | None) -> Iterator[None]:
    """Unpack a zip file, if there is one, into ``./Script Bundle``, from where the script imports; clean up afterwards."""
    if bundle is None:
        yield
        return
    files = [bundle] if bundle.is_file() else sorted(bundle.glob("*.zip"))
    if len(files) != 1:
        raise ComponentError(
            102, f"The script bundle holds {len(files)} zip files.", "Connect a dataset of one zip file."
        )
    before, path = Path.cwd(), list(sys.path)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, BUNDLE)
        try:
            with zipfile.ZipFile(files[0]) as archive:
                for name in archive.namelist():
                    if not (place / name).resolve().is_relative_to(place.resolve()):
                        raise ComponentError(
                            102, f"The file “{name}” in the zip file lies outside of it.", "Make the zip file again."
                        )
                archive.extractall(place)
        except zipfile.BadZipFile as error:
            raise ComponentError(102, f"{files[0].name} is no zip file.", "Upload it again.") from error
        try:
            os.chdir(folder)
            sys.path.insert(0, str(place))
            yield
        finally:
            os.chdir(before)
            sys.path[:] = path


class PythonModel:
    """A model whose class a script defines. Stored as the script and what the object holds, as nobody else knows the class."""

    task = "script"
    classes: tuple[Any, ...] = ()

    def __init__(self, script: str, names: list[str], label: str, held: dict[str, Any] | None = None) -> None:
        self.script, self.names, self.label = script, names, label
        kind = executed(script).get("AzureMLModel")
        if not isinstance(kind, type):
            raise ComponentError(
                85, "The script defines no class AzureMLModel.", "Define it with train and predict.", "script"
            )
        with told():
            self.model = kind() if held is None else object.__new__(kind)
        if held is not None:
            self.model.__dict__.update(held)

    def __reduce__(self) -> Any:
        return PythonModel, (self.script, self.names, self.label, self.model.__dict__)

    def scores(self, table: Table) -> list[tuple[pl.Series, Column]]:
        """Return the columns that the class predicts."""
        with told():
            found = self.model.predict(to_pandas(table.select(table.chosen(self.names))))
        if not isinstance(found, pd.DataFrame) or len(found) != table.height:
            hint = "Return a pandas DataFrame with one row for each row."
            raise ComponentError(85, "predict did not return a DataFrame of as many rows.", hint, "script")
        columns = from_pandas(found, "predict returned a DataFrame").frame
        return [(series, Column(series.name, "", role=SCORE)) for series in columns]

    def summary(self) -> dict[str, Any]:
        """Return what anyone may read of it."""
        features = [{"name": name, "kind": "column"} for name in self.names]
        return {
            "algorithm": CreatePythonModel.name,
            "title": CreatePythonModel.title,
            "task": self.task,
            "label": self.label,
            "features": features,
            "parameters": {},
        }


class CreatePythonModel(Learner):
    """A learner that a script defines."""

    name = "create_python_model"
    title = "Create Python Model"
    category = SCRIPTS
    task = REGRESSION
    help = "Makes a learner of the class AzureMLModel of a script. It is for Train Model and Score Model."
    outputs = (Port("untrained", "Untrained model", UNTRAINED),)
    parameters = (Parameter("script", "Python script", "script", MODEL, language="python"),)

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The script has to be Python."""
        compiled(values["script"])
        return {}

    def fit_table(self, untrained: Untrained, table: Table, label: str) -> PythonModel:
        """Train with DataFrames: the script decides what becomes of each column."""
        names = feature_names(table, label)
        model = PythonModel(untrained.values["script"], names, label)
        with told():
            model.model.train(to_pandas(table.select(names)), table.frame[label].to_pandas())
        return model
