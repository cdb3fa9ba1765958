"""Read data that the run was given, and say what is there."""

import argparse
from pathlib import Path

from mlstudio import Run

parser = argparse.ArgumentParser()
parser.add_argument("--data", type=Path, required=True, help="a file or folder")
path = parser.parse_args().data

files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
for file in files:
    print(f"{file}: {file.stat().st_size} bytes")

run = Run.get_context()
run.log("files", len(files))
run.log("bytes", sum(file.stat().st_size for file in files))
