"""The project's own files, as git sees them: tracked, or new and not ignored."""

import ast
import subprocess
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CODE = ("apps/", "studio/", "sdk/")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or could be, committed."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(listing, cwd=PROJECT, capture_output=True, check=True, timeout=60).stdout
    return tuple(path for name in output.decode().split("\0") if name and (path := PROJECT / name).is_file())


def name_of(path: Path) -> str:
    """The path as one would type it in the project's folder."""
    return path.relative_to(PROJECT).as_posix()


def python_files(*folders: str) -> list[Path]:
    """Python files beneath these folders."""
    return [path for path in files() if path.suffix == ".py" and name_of(path).startswith(folders)]


def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(), filename=name_of(path))


def imports(path: Path) -> set[str]:
    """The full names of the modules a file imports; relative imports are left out."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module)
    return found
