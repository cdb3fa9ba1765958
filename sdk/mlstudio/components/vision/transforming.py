"""Init Image Transformation, Apply Image Transformation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlstudio.components.core.declaring import (
    IMAGES,
    TRANSFORM,
    VISION,
    Component,
    Parameter,
    Port,
    Values,
    choice,
    integer,
    number,
    switch,
    when,
)
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import Image, ImageEnhance, np
from mlstudio.components.core.values import Transformation
from mlstudio.components.vision.folders import read_images, write_images

TRAINING, INFERENCE = "For training", "For inference"
RANDOM = {
    "jitter", "random_resized_crop", "random_crop", "flip_horizontally", "flip_vertically", "rotate", "affine",
    "random_grayscale", "perspective", "erase",
}  # fmt: skip
RGB = "RGB"


def _sized(
    name: str, title: str, default: bool, size_title: str, size: int, least: int = 1
) -> tuple[Parameter, Parameter]:
    return switch(name, title, default), integer(
        f"{name}_size", size_title, size, least, 10_000, when=when(**{name: True})
    )


class InitImageTransformation(Component):
    """What shall be done to images."""

    name = "init_image_transformation"
    title = "Init Image Transformation"
    category = VISION
    help = "Says what is done to images, in this order. What is random happens to images for training only."
    outputs = (Port("transformation", "Output image transformation", TRANSFORM),)
    parameters = (
        *_sized("resize", "Resize", True, "Size", 256),
        *_sized("center_crop", "Center crop", True, "Crop size", 224),
        *_sized("pad", "Pad", False, "Padding", 0, 0),
        switch("jitter", "Color jitter", False),
        switch("grayscale", "Grayscale", False),
        *_sized("random_resized_crop", "Random resized crop", False, "Random resized crop size", 256),
        *_sized("random_crop", "Random crop", False, "Random crop size", 224),
        switch("flip_horizontally", "Random horizontal flip", True),
        switch("flip_vertically", "Random vertical flip", False),
        switch("rotate", "Random rotation", False),
        number("rotate_degrees", "Random rotation degrees", 0, 0, 180, when=when(rotate=True)),
        switch("affine", "Random affine", False),
        number("affine_degrees", "Random affine degrees", 0, 0, 180, when=when(affine=True)),
        switch("random_grayscale", "Random grayscale", False),
        switch("perspective", "Random perspective", False),
        switch("erase", "Random erasing", False),
    )

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Remember it."""
        return {
            "transformation": Transformation(
                "images", {name: value for name, value in values.items() if value is not None}
            )
        }


class ApplyImageTransformation(Component):
    """It done."""

    name = "apply_image_transformation"
    title = "Apply Image Transformation"
    category = VISION
    help = "Does to every image what the transformation says; for inference without what is random."
    inputs = (
        Port("transformation", "Input image transformation", TRANSFORM),
        Port("images", "Input image directory", IMAGES),
    )
    outputs = (Port("transformed", "Output image directory", IMAGES),)
    parameters = (choice("mode", "Mode", (TRAINING, INFERENCE)),)

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Change them; the same images change alike each time."""
        transformation: Transformation = inputs["transformation"]
        if transformation.kind != "images":
            raise ComponentError(13, "This transformation is one of tables.", "Connect Init Image Transformation.")
        images = read_images(inputs["images"])
        steps = steps_of(transformation.facts, values["mode"])

        def change(source: Path, target: Path, number_of: int) -> None:
            _open(source, lambda image: _through(steps, image, np.random.default_rng(number_of)).save(target))

        listed = [(path, label, path.with_suffix(".png").name) for path, label in images]
        return {"transformed": lambda folder: write_images(folder, listed, change)}


def _open(path: Path, use: Callable[[Any], None]) -> None:
    try:
        with Image.open(path) as image:
            use(image.convert(RGB))
    except OSError as error:
        raise ComponentError(
            49, f"The image {path.name} cannot be read: {error}", "Remove it, or save it again."
        ) from error


def _through(steps: list[Callable[..., Any]], image: Any, draw: np.random.Generator) -> Any:
    for step in steps:
        image = step(image, draw)
    return image


def steps_of(facts: Mapping[str, Any], mode: str) -> list[Callable[..., Any]]:
    """Return what is done to an image, in order: functions of it and of a source of random numbers."""
    return [STEPS[name](facts) for name in STEPS if facts.get(name) and (mode == TRAINING or name not in RANDOM)]


def _resize(facts: Mapping[str, Any]) -> Callable[..., Any]:
    """The shorter side gets the size."""

    def step(image: Any, draw: Any) -> Any:
        scale = facts["resize_size"] / min(image.size)
        return image.resize(tuple(max(1, round(side * scale)) for side in image.size))

    return step


def _box(image: Any, size: int, left: int, top: int) -> Any:
    """Cut out a square; beyond the image it is black."""
    return image.crop((left, top, left + size, top + size))


def _center_crop(facts: Mapping[str, Any]) -> Callable[..., Any]:
    size = facts["center_crop_size"]
    return lambda image, draw: _box(image, size, (image.width - size) // 2, (image.height - size) // 2)


def _pad(facts: Mapping[str, Any]) -> Callable[..., Any]:
    wide = facts["pad_size"]
    return lambda image, draw: image.crop((-wide, -wide, image.width + wide, image.height + wide))


def _jitter(facts: Mapping[str, Any]) -> Callable[..., Any]:
    def step(image: Any, draw: Any) -> Any:
        for kind in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = kind(image).enhance(draw.uniform(0.6, 1.4))
        return image

    return step


def _random_crop(facts: Mapping[str, Any]) -> Callable[..., Any]:
    def step(image: Any, draw: Any) -> Any:
        size = facts["random_crop_size"]
        left, top = (int(draw.integers(0, max(0, side - size) + 1)) for side in image.size)
        return _box(image, size, left, top)

    return step


def _random_resized_crop(facts: Mapping[str, Any]) -> Callable[..., Any]:
    """A part of 8 to 100% of the area and of 3:4 to 4:3, at the size."""

    def step(image: Any, draw: Any) -> Any:
        area, shape = (
            image.width * image.height * draw.uniform(0.08, 1),
            math.exp(draw.uniform(math.log(3 / 4), math.log(4 / 3))),
        )
        wide, high = (
            min(image.width, round(math.sqrt(area * shape))) or 1,
            min(image.height, round(math.sqrt(area / shape))) or 1,
        )
        left, top = int(draw.integers(0, image.width - wide + 1)), int(draw.integers(0, image.height - high + 1))
        size = facts["random_resized_crop_size"]
        return image.resize((size, size), box=(left, top, left + wide, top + high))

    return step


def _sometimes(change: Callable[..., Any], chance: float) -> Callable[[Mapping[str, Any]], Callable[..., Any]]:
    return lambda facts: lambda image, draw: change(image, draw) if draw.random() < chance else image


def _gray(image: Any, draw: Any) -> Any:
    return image.convert("L").convert(RGB)


def _flipped(method: str) -> Callable[..., Any]:
    def change(image: Any, draw: Any) -> Any:
        return image.transpose(getattr(Image.Transpose, method))

    return change


def _turned(name: str) -> Callable[[Mapping[str, Any]], Callable[..., Any]]:
    return lambda facts: lambda image, draw: image.rotate(draw.uniform(-facts[name], facts[name]))


def _affine(facts: Mapping[str, Any]) -> Callable[..., Any]:
    """Turned, moved by up to a tenth of the sides, and sheared by as many degrees at most."""

    def step(image: Any, draw: Any) -> Any:
        degrees = facts["affine_degrees"]
        moved = tuple(int(draw.uniform(-0.1, 0.1) * side) for side in image.size)
        sheared = math.tan(math.radians(draw.uniform(-min(degrees, 45), min(degrees, 45)))) if degrees else 0.0
        turned = image.rotate(draw.uniform(-degrees, degrees), translate=moved)
        return turned.transform(image.size, Image.Transform.AFFINE, (1, sheared, -sheared * image.height / 2, 0, 1, 0))

    return step


def _perspective(image: Any, draw: Any) -> Any:
    """The corners moved inwards, each by up to a quarter of the sides."""
    wide, high = image.size
    inward = draw.uniform(0, 0.25, (4, 2)) * [wide, high]
    corners = np.array([[0, 0], [0, high], [wide, high], [wide, 0]]) + inward * [[1, 1], [1, -1], [-1, -1], [-1, 1]]
    return image.transform(image.size, Image.Transform.QUAD, corners.ravel().tolist())


def _erased(image: Any, draw: Any) -> Any:
    """A part of 2 to 33% of the area becomes black."""
    share = math.sqrt(draw.uniform(0.02, 0.33))
    wide, high = max(1, int(image.width * share)), max(1, int(image.height * share))
    left, top = int(draw.integers(0, image.width - wide + 1)), int(draw.integers(0, image.height - high + 1))
    changed = image.copy()
    changed.paste((0, 0, 0), (left, top, left + wide, top + high))
    return changed


STEPS: dict[str, Callable[[Mapping[str, Any]], Callable[..., Any]]] = {
    "resize": _resize,
    "center_crop": _center_crop,
    "pad": _pad,
    "jitter": _jitter,
    "grayscale": lambda facts: _gray,
    "random_resized_crop": _random_resized_crop,
    "random_crop": _random_crop,
    "flip_horizontally": _sometimes(_flipped("FLIP_LEFT_RIGHT"), 0.5),
    "flip_vertically": _sometimes(_flipped("FLIP_TOP_BOTTOM"), 0.5),
    "rotate": _turned("rotate_degrees"),
    "affine": _affine,
    "random_grayscale": _sometimes(_gray, 0.1),
    "perspective": _sometimes(_perspective, 0.5),
    "erase": _sometimes(_erased, 0.5),
}
