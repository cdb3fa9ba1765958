"""Rules of the house that no linter knows."""

import ast
import re
import sys

from tests.project.sources import CODE, imports, name_of, python_files, tree

# Calls that may wait for ever, and the argument that sets an end to it.
WAITING = {
    "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "urllib.request.urlopen",
    "request.urlopen", "urlopen", "socket.create_connection", "httpx.get", "httpx.post", "httpx.request", "httpx.stream",
    "httpx.Client", "httpx.AsyncClient", "smtplib.SMTP", "http.client.HTTPConnection", "http.client.HTTPSConnection",
}  # fmt: skip


# What reads a user's own model or tables, in the sandbox of a replica or run and in its environment, may use what that has.
# So do the designer's components, which import what they calculate with in one place, at its first use.
COMPONENTS = "sdk/mlstudio/components/core/libraries.py"
IN_THE_SANDBOX = (
    "sdk/mlstudio/serving/flavors.py",
    "sdk/mlstudio/serving/frames.py",
    "sdk/mlstudio/parallel/batches.py",
    COMPONENTS,
)
OF_ITS_ENVIRONMENT = {"mlflow", "numpy", "pandas", "skops", "yaml"}
OF_COMPONENTS = {"joblib", "lightgbm", "numpy", "pandas", "PIL", "polars", "scipy"}


def test_every_wait_for_another_program_has_a_deadline():
    endless = []
    for path in python_files(*CODE, "tests/"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WAITING:
                arguments = {keyword.arg for keyword in node.keywords}
                if not arguments & {"timeout", None}:  # None is **arguments, which may hold it
                    endless.append(f"{name_of(path)}:{node.lineno} {ast.unparse(node.func)}")
    assert not endless


def test_the_sdk_runs_on_python_3_9():
    for path in python_files("sdk/mlstudio/"):
        ast.parse(path.read_text(), filename=name_of(path), feature_version=(3, 9))


def test_the_sdk_needs_nothing_but_the_standard_library():
    foreign = {
        f"{name_of(path)}: {module}"
        for path in python_files("sdk/mlstudio/")
        for module in imports(path)
        if module.split(".")[0] not in {*sys.stdlib_module_names, "mlstudio"}
        and not (name_of(path) == COMPONENTS and module.split(".")[0] in OF_COMPONENTS)
        and not (name_of(path) in IN_THE_SANDBOX and module.split(".")[0] in OF_ITS_ENVIRONMENT)
    }
    assert not foreign


def test_migrations_have_names_and_stand_alone():
    migrations = [
        path for path in python_files("apps/") if path.parent.name == "migrations" and path.stem != "__init__"
    ]
    assert migrations
    for path in migrations:
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+", path.stem), name_of(path)
        assert "_auto_" not in path.stem, f"{name_of(path)} needs a name that says what it does"
        # Ids are made by a function that can never change: their order is stored.
        code = {module for module in imports(path) if module.startswith(("apps.", "studio."))} - {"apps.core.ids"}
        assert not code, f"{name_of(path)} imports {code}, which will have changed when it is next run"


def test_nothing_unpickles():
    """The server never unpickles: a pickle is a program, and files come from users."""
    loaders = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    found = {
        f"{name_of(path)}: {name}"
        for path in python_files(*CODE)
        for name in imports(path)
        if name in loaders and name_of(path) not in IN_THE_SANDBOX
    }
    assert not found
