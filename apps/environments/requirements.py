"""Requirement lines as pip reads them: what is taken, what is refused, and one spelling for each. No Django models, no I/O."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

MOST_REQUIREMENTS = 500
LONGEST_LINE = 1000

_COMMENT = re.compile(r"(^|\s+)#.*$")
_HASH = re.compile(r"\s+--hash[= ]\s*[a-z0-9]+:[0-9a-fA-F]+")
_PLACE = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*:|\.{0,2}[/\\]|~)|://|@\s*\S*[:/]|\.(?:whl|zip|tar\.gz|tar\.bz2)(?:$|[\s;#])", re.I
)

# What the index knows under another name than people write.
RENAMED = {
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "cv2": "opencv-python-headless",
    "azureml-mlflow": "mlflow-skinny",
}
# Programs of the cloud. What scripts use of them, the studio's own package answers.
CLOUD_ONLY = re.compile(r"^azureml(?:-.+)?$")


@dataclass
class Findings:
    """What reading brought to light. ``problems`` stop it, one sentence each; ``warnings`` say what was read differently."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, sentence: str, line: int | None = None) -> None:
        """Note something that cannot be read."""
        place = _("Line %(number)d: ") % {"number": line} if line else ""
        self.problems.append(f"{place}{sentence}")

    def warn(self, sentence: str) -> None:
        """Note something that was read differently, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def read_text(text: str, findings: Findings) -> tuple[str, ...]:
    """Return the requirements of a ``requirements.txt`` in one spelling, in their order, each once."""
    return unique(
        requirement for number, line in logical_lines(text) if (requirement := read_line(line, findings, line=number))
    )


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number and content of each line, as pip joins them, without comments and empty ones."""
    begun_at, begun = 0, ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = _COMMENT.sub("", raw)
        if not begun:
            begun_at = number
        if line.endswith("\\"):
            begun += f"{line[:-1]} "
            continue
        whole, begun = f"{begun}{line}".strip(), ""
        if whole:
            yield begun_at, whole
    if begun.strip():
        yield begun_at, begun.strip()


def read_line(text: str, findings: Findings, *, line: int | None = None) -> str:
    """Return one requirement in the one spelling, or nothing where it is left out or refused; ``findings`` say why."""
    text = text.strip()
    if len(text) > LONGEST_LINE:
        findings.refuse(_("This line is longer than %(most)d characters.") % {"most": LONGEST_LINE}, line)
        return ""
    if text.startswith("-"):
        findings.refuse(_why_no_option(text), line)
        return ""
    without_hashes = _HASH.sub("", text)
    if without_hashes != text:
        findings.warn(_("Hashes are left out: the studio writes its own when it resolves the versions."))
    text = without_hashes.strip()
    shown = text if len(text) <= 80 else f"{text[:80]}…"
    if _PLACE.search(text):
        sentence = _("“%(text)s” is an address or a file. Name a package of the index instead, such as pandas>=2.")
        findings.refuse(sentence % {"text": _without_secrets(shown)}, line)
        return ""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        sentence = _("“%(text)s” is not a requirement. Write a package and, if you like, versions: pandas>=2,<3.")
        findings.refuse(sentence % {"text": shown}, line)
        return ""
    return _replaced(requirement, findings)


def unique(requirements: Iterator[str]) -> tuple[str, ...]:
    """Return them in their order, each once."""
    return tuple(dict.fromkeys(requirements))


def spelled(requirement: Requirement) -> str:
    """Return the one spelling of a requirement, whatever its spaces, letters' case and order were."""
    extras = f"[{','.join(sorted(map(canonicalize_name, requirement.extras)))}]" if requirement.extras else ""
    versions = ",".join(sorted(map(str, requirement.specifier), reverse=True))  # as people write them: >=1,<2
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"{canonicalize_name(requirement.name)}{extras}{versions}{marker}"


def _replaced(requirement: Requirement, findings: Findings) -> str:
    """Return the spelling of a requirement, after the names of the cloud have been read as ours."""
    name = canonicalize_name(requirement.name)
    if (known_as := RENAMED.get(name)) is not None:
        findings.warn(_("“%(name)s” is read as %(known_as)s.") % {"name": requirement.name, "known_as": known_as})
        # Its versions count something else; of mlflow-skinny every one serves.
        return f"{known_as} ; {requirement.marker}" if requirement.marker else known_as
    if CLOUD_ONLY.match(name):
        sentence = _(
            "“%(name)s” is left out: what scripts use of it here is the package mlstudio, which every run finds."
        )
        findings.warn(sentence % {"name": requirement.name})
        return ""
    return spelled(requirement)


def _why_no_option(text: str) -> str:
    option = re.split(r"[\s=]", text, maxsplit=1)[0]
    if option in {"-r", "--requirement"} or (text.startswith("-r") and not text.startswith("--")):
        return _("Another file cannot be read from here. Paste its lines in place of this one.")
    if option in {"-c", "--constraint"} or (text.startswith("-c") and not text.startswith("--")):
        return _("A file of constraints cannot be read from here. Write the versions beside the packages.")
    if option in {"-e", "--editable"}:
        return _("A folder cannot be installed as a package. Put your code beside your script: it is found from there.")
    if option in {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index", "--trusted-host"}:
        sentence = _("Take “%(option)s” out: packages come from the index that the studio's machines are set up with.")
        return sentence % {"option": option}
    return _("Take “%(option)s” out: only packages and their versions can stand here.") % {"option": option[:40]}


def _without_secrets(text: str) -> str:
    """Return an address without the password that may stand in it."""
    return re.sub(r"//[^/@\s]+@", "//…@", text)
