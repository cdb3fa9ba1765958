"""How scripts, jobs and people at a terminal use a version of a dataset."""

from apps.data.models import DatasetVersion
from apps.data.states import DatasetKind
from apps.data.tabular.settings import Format, ParserSettings
from apps.workspaces.connect import Snippet


def snippets_of(version: DatasetVersion, first_path: str) -> list[Snippet]:
    """Return what to write to use a version, in Python, in a terminal and in a job file.

    Args: first_path: of its files, for the lines that read one.
    """
    name, number = version.dataset.name, version.number
    get = (
        "from mlstudio import Dataset, Workspace\n\n"
        "workspace = Workspace.from_config()\n"
        f'dataset = Dataset.get_by_name(workspace, "{name}", version={number})\n'
    )
    found = [Snippet("Python", f'{get}paths = dataset.download("data")\n')]
    if version.dataset.kind == DatasetKind.TABULAR:
        found += [
            Snippet("pandas", f'{get}paths = dataset.download("data")\n\nimport pandas as pd\n\n{_pandas(version)}'),
            Snippet("polars", f'{get}paths = dataset.download("data")\n\nimport polars as pl\n\n{_polars(version)}'),
        ]
    kind = run_type(version)
    command = "python train.py --data ${{inputs.data}}"
    return [
        *found,
        Snippet("Terminal", f"studio data download {name}:{number} --to data"),
        Snippet(
            "job.yml",
            f"command: {command}\ncode: .\nenvironment: azureml:sklearn@latest\ninputs:\n  data:\n    type: {kind}\n"
            f"    path: azureml:{version.reference}\n",
        ),
    ]


def run_type(version: DatasetVersion) -> str:
    """Return the type of input by which a run gets a version most simply: a single file by its path, else a folder."""
    return "uri_file" if version.file_count == 1 else "uri_folder"


def _pandas(version: DatasetVersion) -> str:
    settings = ParserSettings.from_json(version.settings)
    if settings.format == Format.PARQUET:
        return "frame = pd.concat(map(pd.read_parquet, paths))\n"
    if settings.format == Format.JSON_LINES:
        return f'frame = pd.concat(pd.read_json(path, lines=True, encoding="{settings.encoding}") for path in paths)\n'
    options = [f"sep={_quoted(settings.delimiter)}", f"encoding={_quoted(settings.encoding)}"]
    if not settings.has_header:
        options.append("header=None")
    if settings.decimal_comma:
        options.append('decimal=","')
    if settings.skip_lines:
        options.append(f"skiprows={settings.skip_lines}")
    return f"frame = pd.concat(pd.read_csv(path, {', '.join(options)}) for path in paths)\n"


def _polars(version: DatasetVersion) -> str:
    settings = ParserSettings.from_json(version.settings)
    if settings.format == Format.PARQUET:
        return "frame = pl.scan_parquet(paths)\n"
    if settings.format == Format.JSON_LINES:
        return "frame = pl.scan_ndjson(paths)\n"
    options = [f"separator={_quoted(settings.delimiter)}", f"encoding={_quoted(settings.encoding)}"]
    if not settings.has_header:
        options.append("has_header=False")
    if settings.decimal_comma:
        options.append("decimal_comma=True")
    if settings.skip_lines:
        options.append(f"skip_lines={settings.skip_lines}")
    return f"frame = pl.concat(pl.read_csv(path, {', '.join(options)}) for path in paths)\n"


def _quoted(text: str) -> str:
    return '"\\t"' if text == "\t" else f'"{text}"'
