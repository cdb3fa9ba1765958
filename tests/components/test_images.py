"""Images, from folders, archives and labeling."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_images

from mlstudio.components import ComponentError
from mlstudio.components.core import store
from mlstudio.components.core.declaring import IMAGES
from mlstudio.components.vision.folders import read_images
from tests.components.helpers import run

PHOTOS = [Image.fromarray(pixels).resize((64, 43)) for pixels in load_sample_images().images]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name, photo in zip(("china", "flower"), PHOTOS, strict=True):
        for number in range(5):
            path = tmp_path / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            photo.save(path)
    return tmp_path / "photos"


def written(fill, folder: Path) -> list[tuple[Path, str]]:
    store.write(IMAGES, fill, folder)
    return read_images(folder)


def converted(source: Path, folder: Path) -> list[tuple[Path, str]]:
    return written(run("convert_to_image_directory", {"files": source})["images"], folder)


def test_a_folder_for_each_class(photos: Path, tmp_path: Path):
    found = converted(photos, tmp_path / "out")
    assert [label for _, label in found] == ["china"] * 5 + ["flower"] * 5
    assert all(Image.open(path).size == (64, 43) for path, _ in found)


def test_an_archive(photos: Path, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for path in sorted(photos.rglob("*.png")):
            archive.write(path, f"top/{path.relative_to(photos)}")
    assert [label for _, label in converted(tmp_path / "in.zip", tmp_path / "out")] == ["china"] * 5 + ["flower"] * 5
    (tmp_path / "in.zip").write_bytes(b"none")
    with pytest.raises(ComponentError, match=r"in\.zip cannot be unpacked"):
        converted(tmp_path / "in.zip", tmp_path / "out")


def test_an_export_of_labeling(photos: Path, tmp_path: Path):
    coco = {
        "images": [{"id": 1, "file_name": "0.png"}],
        "categories": [{"id": 7, "name": "wall"}],
        "annotations": [{"image_id": 1, "category_id": 7}],
    }
    flat = photos / "china"
    (flat / "labels.json").write_text(json.dumps(coco))
    assert [label for _, label in converted(flat, tmp_path / "out")] == ["wall"]


def test_nothing_to_convert(tmp_path: Path):
    (tmp_path / "in").mkdir()
    with pytest.raises(ComponentError, match="no image"):
        converted(tmp_path / "in", tmp_path / "out")
    with pytest.raises(ComponentError, match="no image directory"):
        run("split_image_directory", {"images": tmp_path})


def test_parts_have_all_classes(photos: Path, tmp_path: Path):
    converted(photos, tmp_path / "out")
    parts = run("split_image_directory", {"images": tmp_path / "out"}, fraction=0.8)
    first, second = (written(parts[name], tmp_path / name) for name in ("first", "second"))
    assert sorted(label for _, label in first) == ["china"] * 4 + ["flower"] * 4
    assert sorted(label for _, label in second) == ["china", "flower"]


def test_transformations(photos: Path, tmp_path: Path):
    converted(photos, tmp_path / "out")

    def applied(name: str, mode: str, **parameters) -> list[np.ndarray]:
        made = run("init_image_transformation", **parameters)["transformation"]
        inputs = {"transformation": made, "images": tmp_path / "out"}
        fill = run("apply_image_transformation", inputs, mode=mode)["transformed"]
        return [np.asarray(Image.open(path)) for path, _ in written(fill, tmp_path / name)]

    size = {"resize_size": 32, "center_crop_size": 24}
    plain = applied("a", "For inference", **size)
    assert {image.shape for image in plain} == {(24, 24, 3)}
    assert all(np.array_equal(image, plain[0]) for image in plain[:5])
    drawn = applied("b", "For training", **size)
    mirrored = [np.array_equal(image, plain[0][:, ::-1]) for image in drawn[:5]]
    assert any(mirrored)
    assert not all(mirrored)
    gray = applied("c", "For inference", grayscale=True, pad=True, pad_size=2, **size)[0]
    assert gray.shape == (28, 28, 3)
    assert np.ptp(gray, axis=2).max() == 0
    every = dict.fromkeys(
        (
            "jitter",
            "random_resized_crop",
            "random_crop",
            "flip_vertically",
            "rotate",
            "affine",
            "random_grayscale",
            "perspective",
            "erase",
        ),
        True,
    )
    wild = applied(
        "d",
        "For training",
        rotate_degrees=30,
        affine_degrees=20,
        random_resized_crop_size=20,
        random_crop_size=16,
        **every,
        **size,
    )
    assert {image.shape for image in wild} == {(16, 16, 3)}
    assert len({image.tobytes() for image in wild}) == 10
