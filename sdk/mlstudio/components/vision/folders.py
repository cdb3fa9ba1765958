"""Folders of images: Convert to Image Directory, Split Image Directory."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mlstudio.components.core.declaring import ANY, IMAGES, VISION, Component, Port, Values, number
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import np

ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp"}
INDEX = "images.json"
LABELED = "annotations"


class ConvertToImageDirectory(Component):
    """Images, with their classes, of whatever holds them."""

    name = "convert_to_image_directory"
    title = "Convert to Image Directory"
    category = VISION
    help = (
        "Takes images of a folder, with a folder for each class or without, of zip or tar files, or of a COCO "
        "export of labeling."
    )
    inputs = (Port("files", "Input dataset", ANY),)
    outputs = (Port("images", "Output image directory", IMAGES),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Copy them, one folder for each class."""
        source: Path = inputs["files"]

        def fill(folder: Path) -> None:
            with tempfile.TemporaryDirectory() as place:
                root = _unpacked(source, Path(place))
                found = _labeled(root)
                if not found:
                    raise ComponentError(
                        3, "There is no image in the dataset.", f"Known endings are {', '.join(sorted(ENDINGS))}."
                    )
                write_images(folder, ((path, kind, _free(path, number)) for number, (path, kind) in enumerate(found)))

        return {"images": fill}


def _unpacked(source: Path, place: Path) -> Path:
    archives = [path for path in ([source] if source.is_file() else sorted(source.rglob("*"))) if _is_archive(path)]
    if not archives:
        return source
    for archive in archives:
        try:
            if archive.suffix == ".zip":
                with zipfile.ZipFile(archive) as packed:
                    _need_inside(packed.namelist(), place, archive.name)
                    packed.extractall(place)  # noqa: S202 - every name was looked at
            else:
                with tarfile.open(archive) as packed_tar:
                    packed_tar.extractall(place, filter="data")
        except (zipfile.BadZipFile, tarfile.TarError, OSError) as error:
            raise ComponentError(
                102, f"{archive.name} cannot be unpacked: {error}.", "Make the archive again."
            ) from error
    return place


def _is_archive(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".zip" or path.name.endswith((".tar", ".gz", ".tgz", ".bz2")))


def _need_inside(names: list[str], place: Path, title: str) -> None:
    for name in names:
        if not (place / name).resolve().is_relative_to(place.resolve()):
            raise ComponentError(102, f"The file “{name}” in {title} lies outside of it.", "Make the zip file again.")


def _labeled(root: Path) -> list[tuple[Path, str]]:
    """Return images and their classes: of a COCO file beside them, else the name of the folder they lie in, "" at the top."""
    images = [path for path in sorted(root.rglob("*")) if path.is_file() and path.suffix.lower() in ENDINGS]
    known = _coco(root)
    if known:
        return [(path, known[path.name]) for path in images if path.name in known]
    top = _common(root, images)
    return [(path, path.parent.name if path.parent != top else "") for path in images]


def _common(root: Path, images: list[Path]) -> Path:
    """An archive often holds one folder with all the others in it."""
    parents = {path.parent for path in images}
    return parents.pop() if len(parents) == 1 and root in parents else root


def _coco(root: Path) -> dict[str, str]:
    for path in sorted(root.rglob("*.json")):
        known = json.loads(path.read_text("utf-8"))
        if isinstance(known, dict) and {"images", "categories", LABELED} <= known.keys():
            kinds = {kind["id"]: kind["name"] for kind in known["categories"]}
            names = {image["id"]: Path(image.get("file_name") or image["coco_url"]).name for image in known["images"]}
            return {names[label["image_id"]]: kinds[label["category_id"]] for label in known[LABELED]}
    return {}


def _free(path: Path, number: int) -> str:
    return f"{number:06d}_{path.name}"


def write_images(
    folder: Path, images: Iterable[tuple[Path, str, str]], change: Callable[[Path, Path, int], None] | None = None
) -> None:
    """Fill an image directory: ``images.json`` and the files, below a folder for each class.

    Args: images: file, class ("" none) and new name of each. change: writes the second path of the first, with the number of the
        image; None copies.
    """
    index = []
    for number_of, (path, kind, name) in enumerate(images):
        target = folder / (kind.replace("/", "_") or ".") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if change is None:
            shutil.copyfile(path, target)
        else:
            change(path, target, number_of)
        index.append({"path": str(target.relative_to(folder)), "label": kind})
    (folder / INDEX).write_text(json.dumps({"images": index}, ensure_ascii=False), "utf-8")


def read_images(folder: Path) -> list[tuple[Path, str]]:
    """Return the images of a directory and their classes.

    Raises: ComponentError: it is none.
    """
    if not (folder / INDEX).is_file():
        raise ComponentError(
            49, "The input is no image directory.", "Connect the output of Convert to Image Directory."
        )
    return [
        (folder / each["path"], each["label"]) for each in json.loads((folder / INDEX).read_text("utf-8"))["images"]
    ]


class SplitImageDirectory(Component):
    """Two parts of images."""

    name = "split_image_directory"
    title = "Split Image Directory"
    category = VISION
    help = "Divides images by chance, each class in the same proportion. The same images are always divided alike."
    inputs = (Port("images", "Input image directory", IMAGES),)
    outputs = (Port("first", "Output image directory1", IMAGES), Port("second", "Output image directory2", IMAGES))
    parameters = (number("fraction", "Fraction of images in the first output", 0.9, 0, 1),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Divide."""
        images = read_images(inputs["images"])
        draw, first = np.random.default_rng(0), set[int]()
        for kind in sorted({label for _, label in images}):
            places = draw.permutation([place for place, (_, label) in enumerate(images) if label == kind])
            first.update(int(place) for place in places[: round(len(places) * values["fraction"])])
        parts = [
            [image for place, image in enumerate(images) if (place in first) == inside] for inside in (True, False)
        ]
        return {name: _writer(part) for name, part in zip(("first", "second"), parts)}


def _writer(part: list[tuple[Path, str]]) -> Callable[[Path], None]:
    return lambda folder: write_images(folder, ((path, label, path.name) for path, label in part))
