"""Pictures and texts of items, as far as they can be shown: what is sent to a browser was made here, never a file as it came."""

import io
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from apps.core.errors import StudioError
from apps.core.storage.errors import FileMissing
from apps.data.models import DatasetVersion
from apps.data.stores import files_of
from apps.labeling.errors import ItemBroken
from apps.labeling.models import Item
from apps.labeling.models.item import MOST_TEXT

LARGEST_SIDE: Final = 4096
THUMBNAIL_SIDE: Final = 256
MOST_PIXELS: Final = 100_000_000
MOST_BYTES: Final = 200 * 1024 * 1024
IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
SIDEWAYS: Final = frozenset({5, 6, 7, 8})
ORIENTATION: Final = 0x0112
FORMATS: Final = ("JPEG", "PNG", "BMP", "TIFF", "GIF", "WEBP")


def size_of_picture(version: DatasetVersion, item: Item) -> tuple[int, int]:
    """Return width and height of the upright picture, from the beginning of its file.

    Raises:
        ItemBroken: it is no picture that can be shown; the message says why.
    """
    with _opened(version, item) as image:
        turned = image.getexif().get(ORIENTATION) in SIDEWAYS
        return (image.height, image.width) if turned else (image.width, image.height)


def render_picture(version: DatasetVersion, item: Item, *, thumbnail: bool = False) -> bytes:
    """Return the upright picture as JPEG or, where it had few pixels, PNG; its longer side is at most 4096 pixels.

    Raises:
        ItemBroken: it cannot be shown.
    """
    side = THUMBNAIL_SIDE if thumbnail else LARGEST_SIDE
    with _opened(version, item) as image:
        image.draft("RGB", (side, side))
        made = _as_rgb(ImageOps.exif_transpose(image))
        made.thumbnail((side, side))
        buffer = io.BytesIO()
        if thumbnail or made.width * made.height > 1_000_000:
            made.save(buffer, "JPEG", quality=92)
        else:
            made.save(buffer, "PNG")
        return buffer.getvalue()


def text_of(version: DatasetVersion, item: Item) -> str:
    """Return an item's text: of a row as it was read, of a file as UTF-8.

    Raises:
        ItemBroken: the file is gone, too long, or no text.
    """
    if item.row is not None:
        return item.text
    try:
        pieces = files_of(version.datastore).open(f"{version.folder}/{item.path}", 0, 4 * MOST_TEXT + 4)
        data = b"".join(pieces)
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except (FileMissing, StudioError):
        raise ItemBroken(_("The file is no longer there.")) from None
    except UnicodeDecodeError:
        raise ItemBroken(_("The file is not text in UTF-8, or longer than a million characters.")) from None
    if len(text) > MOST_TEXT:
        raise ItemBroken(_("The text is longer than a million characters."))
    return text


@contextmanager
def _opened(version: DatasetVersion, item: Item) -> Iterator[ImageFile.ImageFile]:
    try:
        with _file(version, item) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures; their size is looked at here
            with Image.open(file, formats=FORMATS) as image:
                _check_size(image)
                yield image
    except ItemBroken:
        raise
    except StudioError:
        raise ItemBroken(_("The file is no longer there.")) from None
    except UnidentifiedImageError:
        raise ItemBroken(_("The file is no picture that can be shown.")) from None
    except Exception as error:  # decoders raise what they like for files that are damaged
        raise ItemBroken(_("The picture is damaged: %(error)s") % {"error": str(error)[:200]}) from None


@contextmanager
def _file(version: DatasetVersion, item: Item) -> Iterator[IO[bytes]]:
    """Give an item's file as one that can be jumped in."""
    files, place = files_of(version.datastore), f"{version.folder}/{item.path}"
    if files.size(place) > MOST_BYTES:
        raise ItemBroken(_("The file is larger than 200 MB."))
    if (path := files.path_of(place)) is not None:
        with open(path, "rb") as found:
            yield found
        return
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as copy:
        for chunk in files.open(place):
            copy.write(chunk)
        copy.seek(0)
        yield copy


def _check_size(image: Any) -> None:
    if image.width * image.height > MOST_PIXELS:
        message = _("The picture has %(width)d × %(height)d pixels; at most 100 million can be shown. Make it smaller.")
        raise ItemBroken(message % {"width": image.width, "height": image.height})


def _as_rgb(image: Any) -> Any:
    """Return a picture of three channels of a byte each; of 16 bits the upper half, transparency on white."""
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    if image.mode in {"I", "F"}:
        _low, high = image.getextrema()
        scale = 255 / 65535 if high > 255 else 1
        return image.point(lambda value: value * scale).convert("L").convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")
