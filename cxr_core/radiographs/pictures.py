"""JPEG, PNG, TIFF and BMP to a `Radiograph`, and the rule for colour that DICOM shares."""

import io
import struct
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cxr_core.radiographs.limits import Limits, check_contrast, check_size, damaged
from cxr_core.types import Radiograph, Refusal

Array = NDArray[Any]

# `check_size` is the limit that counts. Pillow has another, lower one, and would warn or raise of its own accord.
Image.MAX_IMAGE_PIXELS = None

# What a PNG of ours says of itself, so that a drawn radiograph is known for one wherever the file goes.
SYNTHETIC_NOTE = ("Description", "Synthetic radiograph drawn by CXR Lens; no patient")
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type in the header -> samples per pixel
TIFF_BITS, TIFF_PHOTOMETRIC, TIFF_TILE_SIDES = 258, 262, (322, 323)
SPARE_TILE = 1024  # pixels that a tile may reach beyond the picture: libtiff fills a whole one in memory
TIFF_BYTE_TYPES = {1, 2, 6, 7}
LONGEST_TIFF_LIST = 200_000  # numbers in one tag, such as where each strip lies: Pillow keeps an object for every one
GREY_RANGES = (8, 10, 12, 14, 16)  # bits that detectors and exports use

# Colour is measured in Cb and Cr of 0..255, where grey is 128. On a tinted film they follow the brightness; text and
# markers do not, but are few; in a photograph much of the picture goes its own way.
TINT = 8  # farther from grey than this: colour, not the noise of JPEG
OTHER_COLOUR = 12  # farther than this from what the brightness leads one to expect: a colour of its own
ANNOTATION_SHARE, PHOTOGRAPH_SHARE = 0.0005, 0.10  # of the pixels


def read_picture(data: bytes, name: str, kind: str, limits: Limits) -> Radiograph:
    """The radiograph in a picture file of a known kind ("JPEG", "PNG", "TIFF" or "BMP")."""
    _check_ending(data, name, kind)
    picture = _open_header(data, name, kind)
    check_size(*picture.size, name, limits)
    if getattr(picture, "is_animated", False) and kind != "JPEG":
        raise Refusal(name, "holds several pictures", "save the one radiograph as a file of its own")
    if kind == "TIFF":
        _check_tiles(picture, name)

    picture.load()
    warnings = _turn_upright(picture)
    bits = _stored_bits(picture, data, kind)
    values, more = _take_grey(picture, bits, name)  # (H, W)
    check_contrast(values, name)
    pixels, about_scale = _scale_to_unit(values, name)
    if _white_is_zero(picture, kind):
        pixels = 1 - pixels
    source = f"{kind}, float" if picture.mode == "F" else kind if bits <= 8 else f"{kind}, {bits} bit"
    synthetic = picture.info.get(SYNTHETIC_NOTE[0]) == SYNTHETIC_NOTE[1]
    return Radiograph(pixels, source, warnings=(*warnings, *more, *about_scale), synthetic=synthetic)


def picture_facts(data: bytes, name: str, kind: str) -> tuple[int, int, int, int]:
    """Width, height, channels as stored and bits of each, from the header alone."""
    picture = _open_header(data, name, kind)
    channels = PNG_CHANNELS[data[25]] if kind == "PNG" else len(picture.getbands())
    return picture.width, picture.height, channels, _stored_bits(picture, data, kind)


def _open_header(data: bytes, name: str, kind: str) -> Image.Image:
    if kind == "TIFF":
        _check_directory(data, name)
    return Image.open(io.BytesIO(data), formats=(kind,))


def _check_ending(data: bytes, name: str, kind: str) -> None:
    # Pillow forgives a JPEG that lacks only its last marker, and it does not look at the checksums of a PNG's pixels.
    if kind == "JPEG" and not data.endswith(b"\xff\xd9"):
        last_scan = data.rfind(b"\xff\xda")
        if data.find(b"\xff\xd9", max(last_scan, 0)) < 0:
            raise damaged(name)
    if kind == "PNG":
        _open_header(data, name, kind).verify()


def _check_directory(data: bytes, name: str) -> None:
    order, big = "<" if data[:2] == b"II" else ">", 43 in data[2:4]
    start, count, entry, size = ("Q", "Q", "HHQ", 20) if big else ("I", "H", "HHI", 12)
    (directory,) = struct.unpack_from(order + start, data, 8 if big else 4)
    (entries,) = struct.unpack_from(order + count, data, directory)
    first = directory + struct.calcsize(order + count)
    for at in range(first, first + size * entries, size):
        _, kind, length = struct.unpack_from(order + entry, data, at)
        if length > LONGEST_TIFF_LIST and kind not in TIFF_BYTE_TYPES:
            raise damaged(name)


def _check_tiles(picture: Image.Image, name: str) -> None:
    most = max(picture.size) + SPARE_TILE
    if any(_tags(picture).get(tag, 0) > most for tag in TIFF_TILE_SIDES):
        raise damaged(name)


def _tags(picture: Image.Image) -> Any:
    return getattr(picture, "tag_v2")  # noqa: B009  only TIFF pictures have it, which their type does not say


def _turn_upright(picture: Image.Image) -> list[str]:
    try:
        ImageOps.exif_transpose(picture, in_place=True)
    except Exception:  # Pillow raises whatever a broken EXIF block leads it to; the pixels are sound all the same
        return ["The file's note on its rotation could not be read: check that the picture is upright."]
    return []


def _stored_bits(picture: Image.Image, data: bytes, kind: str) -> int:
    if kind == "PNG":
        return data[24]
    if kind == "TIFF":
        return int(max(_tags(picture).get(TIFF_BITS, (1,))))
    return 1 if picture.mode == "1" else 8


def _white_is_zero(picture: Image.Image, kind: str) -> bool:
    # Pillow inverts such a TIFF up to 8 bits, not above.
    wide = picture.mode == "F" or picture.mode.startswith("I")
    return bool(kind == "TIFF" and wide and _tags(picture).get(TIFF_PHOTOMETRIC) == 0)


def _take_grey(picture: Image.Image, bits: int, name: str) -> tuple[Array, list[str]]:
    """The grey values as stored (H, W), and what was lost in taking them."""
    if picture.mode == "L" and "transparency" not in picture.info:
        return np.asarray(picture), []
    if picture.mode == "F" or picture.mode.startswith("I"):
        return np.asarray(picture), []
    if picture.has_transparency_data:
        colour, warnings = _lay_on_black(np.asarray(picture.convert("RGBA")))
    else:
        colour, warnings = np.asarray(picture.convert("RGB")), []
    if bits > 8:
        warnings.append("The file holds 16-bit colour, of which the upper 8 bits were read.")
        if colour.max() < 64:
            raise Refusal(name, "keeps its grey values in the lowest bits of 16-bit colour", "save it as a grey file")
    grey, more = drop_colour(colour, name)
    return grey, [*warnings, *more]


def _lay_on_black(picture: NDArray[np.uint8]) -> tuple[Array, list[str]]:
    """The colour (H, W, 3) of a picture with transparency (H, W, 4), seen before black."""
    colour, alpha = picture[..., :3], picture[..., 3:]
    if alpha.min() == 255:
        return colour, []
    if alpha.max() == 0:
        return colour, ["The file marks every pixel as transparent: the transparency was left out."]
    if (colour == colour[0, 0]).all():
        return np.repeat(alpha, 3, axis=2), ["The picture was found in the file's transparency, not in its colours."]
    shown = np.divide(alpha, 255, dtype=np.float32) * colour
    return np.rint(shown).astype(np.uint8), ["Transparent parts are shown as black."]


def drop_colour(colour: Array, name: str) -> tuple[Array, list[str]]:
    """The brightness (H, W) of a picture (H, W, 3) of 8 or full 16 bits; refused where colour is what it is about."""
    step = max(1, min(colour.shape[:2]) // 256)
    sample = colour[::step, ::step]
    eight = np.ascontiguousarray(sample if colour.dtype == np.uint8 else sample // 256, np.uint8)
    pixels = cv2.cvtColor(eight, cv2.COLOR_RGB2YCrCb).reshape(-1, 3).astype(float)  # (N, 3)
    brightness, chroma = pixels[:, 0], pixels[:, 1:]
    grey = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY)
    if (np.abs(chroma - 128) > TINT).any(axis=1).mean() <= ANNOTATION_SHARE:
        return grey, []
    if _share_of_other_colours(brightness, chroma) > PHOTOGRAPH_SHARE:
        raise Refusal(name, "is a colour photograph or drawing", "open the radiograph itself, saved in grey")
    return grey, ["Some colour was dropped: only the brightness was read."]


def _share_of_other_colours(brightness: NDArray[np.float64], chroma: NDArray[np.float64]) -> float:
    """Share of pixels whose chroma (N, 2) does not follow their brightness (N,) on the picture's own line."""
    terms = np.stack([brightness, np.ones_like(brightness)], axis=1)  # (N, 2)
    follows = np.ones(len(brightness), bool)
    for _ in range(4):  # anew without the outliers, which would draw the line towards them
        line = np.linalg.lstsq(terms[follows], chroma[follows], rcond=None)[0]
        follows = (np.abs(chroma - terms @ line) <= OTHER_COLOUR).all(axis=1)
    return float(1 - follows.mean())


def _scale_to_unit(values: Array, name: str) -> tuple[NDArray[np.float32], list[str]]:
    """Grey values (H, W) on 0..1, and what was assumed about their range."""
    if values.dtype == np.uint8:
        return np.divide(values, 255, dtype=np.float32), []
    if not np.isfinite(values).all():
        raise Refusal(name, "holds pixels that are not numbers (NaN or infinite)", "export it anew")
    low, high = float(values.min()), float(values.max())
    if values.dtype == np.float32:
        if low >= 0 and high <= 1:
            return values.astype(np.float32), []
    elif low >= 0 and high < 2**16:
        bits = next(bits for bits in GREY_RANGES if high < 2**bits)
        assumed = f"No grey value needs more than {bits} of the 16 bits: white was taken to be {2**bits - 1}."
        return np.divide(values, 2**bits - 1, dtype=np.float32), [assumed] if bits < 16 else []
    stretched = (values.astype(np.float64) - low) / (high - low)
    return stretched.astype(np.float32), ["The grey scale is not stated: darkest and brightest were taken as 0 and 1."]
