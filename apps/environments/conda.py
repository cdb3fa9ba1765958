"""Conda's environment files, read without conda. No Django models, no I/O."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.environments.requirements import Findings, read_line

# Names that the Python package index has under another one.
PYPI_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-base": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "keras-gpu": "keras",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "libopencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "dask-core": "dask",
    "pytables": "tables",
    "msgpack-python": "msgpack",
    "python-graphviz": "graphviz",
    "python-lmdb": "lmdb",
    "psycopg2": "psycopg2-binary",
    "pytorch_geometric": "torch-geometric",
    "pyg": "torch-geometric",
    "importlib_metadata": "importlib-metadata",
    "typing_extensions": "typing-extensions",
    "ray-core": "ray",
    "ray-default": "ray[default]",
    "ray-tune": "ray[tune]",
    "umap": "umap-learn",
    "faiss": "faiss-cpu",
}
# Libraries and programs that are not Python. Wheels bring most of these along.
_NOT_PYTHON = re.compile(
    r"^(?:cuda.*|cudatoolkit.*|cudnn.*|nccl|pytorch-cuda|pytorch-mutex|cpuonly|libgpuarray"
    r"|mkl|mkl[-_](?:devel|include|static|fft|random|service)|nomkl|blas|libblas|liblapack|openblas|intel-openmp|tbb|lapack"
    r"|_libgcc_mutex|_openmp_mutex|_r-mutex|_py-xgboost-mutex|_tflow_select|libgcc.*|libstdcxx.*|lib[a-z0-9+-]*"
    r"|gcc.*|gxx.*|gfortran.*|clang.*|binutils.*|ld_impl.*|compilers|c-compiler|cxx-compiler|llvm-openmp|make|sysroot.*"
    r"|openmpi|mpich|mpi|openssl|ca-certificates|sqlite|readline|ncurses|tk|xz|zlib|zstd|bzip2|lz4-c|snappy|yaml|pcre2?"
    r"|freetype|jpeg|openjpeg|lcms2|tiff|giflib|fontconfig|expat|glib|gettext|icu|krb5|hdf5|ffmpeg|graphviz|git|git-lfs"
    r"|curl|wget|bash|unzip|vim|tini|nodejs|openjdk|r-.*|r|perl|go|rust|ruby|python_abi|tzdata|conda.*|mamba)$"
)
_LEFT_OUT_SILENTLY = frozenset(
    {"pip", "python_abi", "tzdata", "ca-certificates", "openssl", "_libgcc_mutex", "_openmp_mutex"}
)
_LIBRARIES_OF_PYTHON = frozenset({"librosa", "libcst", "libsvm", "libtmux", "libsass", "libcloud", "libarchive-c"})
_SPEC = re.compile(r"^(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*)\s*(?P<versions>.*)$")


def read(
    document: Mapping[Any, Any], findings: Findings, lines: Mapping[str, int]
) -> tuple[str, list[str], dict[str, str]]:
    """Read a conda file that has been parsed.

    Args: lines: on which line each entry of ``dependencies`` stands, where that is known.

    Returns: the Python it wants, as pip writes versions (empty: it says nothing); its requirements; its variables.
    """
    if document.get("channels"):
        findings.warn(_("Channels are passed over: all packages come from the Python package index."))
    dependencies = document.get("dependencies", [])
    if not isinstance(dependencies, list):
        findings.refuse(_("“dependencies” must be a list of packages."))
        dependencies = []
    wanted, requirements = "", []
    for entry in dependencies:
        if isinstance(entry, str):
            version, requirement = _read_entry(entry, findings, lines.get(entry))
            wanted = version or wanted
            requirements.append(requirement)
        elif isinstance(entry, Mapping) and set(entry) == {"pip"} and isinstance(entry["pip"] or [], list):
            requirements += [_read_pip(line, findings, lines) for line in entry["pip"] or []]
        else:
            findings.refuse(_("Under “dependencies” stand package names, and one list called “pip”."))
    return wanted, [requirement for requirement in requirements if requirement], read_variables(document, findings)


def read_variables(document: Mapping[Any, Any], findings: Findings, key: str = "variables") -> dict[str, str]:
    """Return the environment variables that a file sets."""
    variables = document.get(key) or {}
    if not isinstance(variables, Mapping):
        findings.refuse(_("“%(key)s” must be names with a value each.") % {"key": key})
        return {}
    return {str(name): "" if value is None else str(value) for name, value in variables.items()}


def _read_pip(line: Any, findings: Findings, lines: Mapping[str, int]) -> str:
    if not isinstance(line, str):
        findings.refuse(_("Under “pip” stands one requirement in each line."))
        return ""
    return read_line(line.split(" #", 1)[0], findings, line=lines.get(line))


def _read_entry(entry: str, findings: Findings, line: int | None) -> tuple[str, str]:
    """Return (the Python wanted, "") or ("", a requirement); both empty where the entry is left out or refused."""
    text = entry.split("#", 1)[0].strip().split("::")[-1]
    match = _SPEC.match(text)
    if match is None or "[" in match["versions"]:
        sentence = _("“%(text)s” is not a package as conda writes it. Write a name and versions: scikit-learn=1.5.")
        findings.refuse(sentence % {"text": text[:80]}, line)
        return "", ""
    name, versions = match["name"].lower(), pip_versions(match["versions"].strip())
    if name in _LEFT_OUT_SILENTLY:
        return "", ""
    if name not in _LIBRARIES_OF_PYTHON and _NOT_PYTHON.match(name):
        sentence = _(
            "“%(name)s” is left out: it is not a Python package. The machine must have it, or a wheel brings it."
        )
        findings.warn(sentence % {"name": name})
        return "", ""
    if versions is None:
        sentence = _(
            "The versions of “%(text)s” cannot be read. Write them like numpy=1.26, numpy>=1.26 or numpy>=1.26,<2."
        )
        findings.refuse(sentence % {"text": text[:80]}, line)
        return "", ""
    if name == "python":
        return versions or "*", ""
    return "", read_line(f"{PYPI_NAMES.get(name, name)}{versions}", findings, line=line)


def pip_versions(written: str) -> str | None:
    """Return conda's versions as pip writes them: ``=1.5`` is ``==1.5.*``; None where they cannot be said to pip.

    ``=1.5=py38_0`` and ``1.5 py38_0`` are exact: a version and one build of it, which wheels do not have.
    """
    text = re.sub(r"\s*([<>=!~,|])\s*", r"\1", written.strip())
    if not text or text == "*":
        return ""
    if "|" in text:
        return None
    if build := re.fullmatch(r"=?=?([0-9][^\s=<>!~,*]*)[= ]([^\s=<>!~,]+)", text):
        return f"=={build[1]}"
    parts = []
    for part in text.split(","):
        match = re.fullmatch(r"(==|!=|>=|<=|~=|=|>|<)?([0-9][^\s=<>!~]*)", part)
        if match is None:
            return None
        operator, version = match[1] or "==", match[2]
        if operator == "=" or (operator == "==" and version.endswith("*")):
            version = version.removesuffix("*").rstrip(".")
            parts.append(f"=={version}.*")
        else:
            parts.append(f"{operator}{version.removesuffix('.*') if operator not in {'==', '!='} else version}")
    return ",".join(parts)
