import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_core.radiographs.reading import FileFacts, read_facts, read_radiograph
from cxr_core.types import Radiograph, Refusal
from tests.bad_inputs import draw, draw_photograph, save

# pytest lifts the reader's own filter from what the decoders would print
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom", "ignore::UserWarning:PIL")


def read(data: bytes) -> Radiograph:
    return read_radiograph(data, "a picture")


def read_by_opencv(data: bytes) -> NDArray[np.float64]:
    """The same file through another library, on 0..1 of what its integers can hold."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_GRAYSCALE)
    return pixels / np.iinfo(pixels.dtype).max


def in_colour(grey: NDArray[Any]) -> NDArray[Any]:
    return np.dstack([grey] * 3)


EXACT = {
    "jpeg": save(draw(), "JPEG", quality=90),
    "jpeg, progressive": save(draw(), "JPEG", quality=90, progressive=True),
    "jpeg, in colour": save(in_colour(draw()), "JPEG", quality=90),
    "png, 1 bit": save(Image.fromarray(draw()).convert("1"), "PNG"),
    "png, 8 bit": save(draw(), "PNG"),
    "png, 16 bit": save(draw(top=65535), "PNG"),
    "png, in colour": save(in_colour(draw()), "PNG"),
    "png, palette": save(Image.fromarray(draw()).convert("P"), "PNG"),
    "tiff, 1 bit": save(Image.fromarray(draw()).convert("1"), "TIFF", compression="group4"),
    "tiff, 8 bit": save(draw(), "TIFF"),
    "tiff, 16 bit": save(draw(top=65535), "TIFF"),
    "tiff, lzw": save(draw(), "TIFF", compression="tiff_lzw"),
    "tiff, deflate, 16 bit": save(draw(top=65535), "TIFF", compression="tiff_adobe_deflate"),
    "tiff, packbits": save(draw(), "TIFF", compression="packbits"),
    "tiff, in colour": save(in_colour(draw()), "TIFF"),
    "tiff, bigtiff": save(draw(), "TIFF", big_tiff=True),
    "bmp, 1 bit": save(Image.fromarray(draw()).convert("1"), "BMP"),
    "bmp, 8 bit": save(draw(), "BMP"),
    "bmp, in colour": save(in_colour(draw()), "BMP"),
}


@pytest.mark.parametrize("name", EXACT)
def test_every_format_and_depth_is_read_as_opencv_reads_it(name: str) -> None:
    radiograph = read(EXACT[name])
    np.testing.assert_allclose(radiograph.pixels, read_by_opencv(EXACT[name]), atol=1e-6)
    assert radiograph.pixels.dtype == np.float32
    assert radiograph.source_format.lower().startswith(name.split(",")[0])
    assert radiograph.warnings == ()


@pytest.mark.parametrize("quality", [50, 95])
def test_jpeg_inside_tiff_is_read_nearly(quality: int) -> None:
    data = save(draw(), "TIFF", compression="jpeg", quality=quality)
    np.testing.assert_allclose(read(data).pixels, draw() / 255, atol=0.2)


@pytest.mark.parametrize("bits", [2, 4])
def test_a_png_of_few_bits_uses_the_whole_scale(bits: int) -> None:
    levels = draw(80, 96, top=2**bits - 1)
    fields = levels.reshape(80, -1, 8 // bits) << np.arange(8 - bits, -1, -bits)
    rows = b"".join(b"\0" + row.tobytes() for row in fields.sum(axis=-1).astype(np.uint8))
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in (
        (b"IHDR", struct.pack(">IIBBBBB", 96, 80, bits, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    np.testing.assert_allclose(read(data).pixels, levels / (2**bits - 1), atol=1e-6)


# --- ranges


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_sixteen_bits_that_hold_fewer_are_scaled_by_those_with_a_warning(kind: str, bits: int) -> None:
    levels = draw(top=2**bits - 1).astype(np.uint16)
    radiograph = read(save(levels, kind))
    np.testing.assert_allclose(radiograph.pixels, levels / (2**bits - 1), atol=1e-6)
    assert radiograph.source_format == f"{kind}, 16 bit"
    assert f"more than {bits} of the 16 bits" in radiograph.warnings[0]


def test_a_float_tiff_on_the_unit_scale_is_taken_as_it_is() -> None:
    levels = (draw() / 510).astype(np.float32)
    radiograph = read(save(levels, "TIFF"))
    np.testing.assert_array_equal(radiograph.pixels, levels)
    assert (radiograph.source_format, radiograph.warnings) == ("TIFF, float", ())


@pytest.mark.parametrize(("low", "high"), [(-1000.0, 3000.0), (-3e38, 3e38)])
def test_any_other_float_tiff_is_stretched_with_a_warning(low: float, high: float) -> None:
    levels = (draw() / 255 * (high - low) + low).astype(np.float32)
    radiograph = read(save(levels, "TIFF"))
    np.testing.assert_allclose(radiograph.pixels, draw() / 255, atol=1e-6)
    assert "The grey scale is not stated" in radiograph.warnings[0]


def test_signed_levels_are_stretched_with_a_warning() -> None:
    levels = draw(top=2000).astype(np.int32) - 1000
    radiograph = read(save(levels, "TIFF"))
    np.testing.assert_allclose(radiograph.pixels, draw(top=2000) / 2000, atol=1e-6)
    assert "The grey scale is not stated" in radiograph.warnings[0]


@pytest.mark.parametrize("top", [255, 65535])
def test_a_tiff_whose_white_is_zero_is_turned_positive(top: int) -> None:
    levels = draw(top=top)
    data = save(levels, "TIFF", tiffinfo={262: 0})
    # Pillow inverts 8 bits as it writes them, and leaves 16 alone.
    np.testing.assert_allclose(read(data).pixels, levels / 255 if top == 255 else 1 - levels / 65535, atol=1e-6)


def test_sixteen_bit_colour_is_read_by_its_upper_bits_with_a_warning() -> None:
    levels = draw(top=65535)
    done, encoded = cv2.imencode(".png", in_colour(levels))
    assert done
    radiograph = read(encoded.tobytes())
    np.testing.assert_allclose(radiograph.pixels, levels // 256 / 255, atol=1e-6)
    assert "upper 8 bits" in radiograph.warnings[0]


# --- orientation


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_noted_rotation_is_carried_out(kind: str, orientation: int) -> None:
    # What the standard says of the stored rows and columns, seen from the upright picture.
    stored_from_upright = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: np.rot90(a),
        7: lambda a: a[::-1, ::-1].T,
        8: lambda a: np.rot90(a, -1),
    }
    upright = draw()
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"exif": exif} if kind != "JPEG" else {"exif": exif, "quality": 100}
    data = save(np.ascontiguousarray(stored_from_upright[orientation](upright)), kind, **options)
    np.testing.assert_allclose(read(data).pixels, upright / 255, atol=0.02)


def test_a_broken_note_on_rotation_leaves_the_picture_as_it_is() -> None:
    jpeg = save(draw(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\1\x12")
    np.testing.assert_array_equal(read(jpeg).pixels, read(save(draw(), "JPEG")).pixels)


# --- transparency


def test_a_solid_alpha_channel_changes_nothing() -> None:
    data = save(np.dstack([draw(), np.full((80, 96), 255, np.uint8)]), "PNG")
    radiograph = read(data)
    np.testing.assert_allclose(radiograph.pixels, draw() / 255, atol=1e-6)
    assert radiograph.warnings == ()


def test_half_transparent_parts_are_laid_on_black() -> None:
    alpha = np.full((80, 96), 255, np.uint8)
    alpha[:40] = 51
    radiograph = read(save(np.dstack([*[draw()] * 3, alpha]), "PNG"))
    np.testing.assert_allclose(radiograph.pixels, draw() / 255.0 * (alpha / 255.0), atol=0.003)
    assert "shown as black" in radiograph.warnings[0]


def test_a_picture_that_lies_in_the_alpha_channel_is_found_there() -> None:
    black = np.zeros((80, 96), np.uint8)
    radiograph = read(save(np.dstack([black, black, black, draw()]), "PNG"))
    np.testing.assert_allclose(radiograph.pixels, draw() / 255, atol=1e-6)
    assert "in the file's transparency" in radiograph.warnings[0]


def test_a_picture_marked_as_transparent_all_over_is_read_without_its_alpha() -> None:
    radiograph = read(save(np.dstack([draw(), np.zeros((80, 96), np.uint8)]), "PNG"))
    np.testing.assert_allclose(radiograph.pixels, draw() / 255, atol=1e-6)
    assert "transparency was left out" in radiograph.warnings[0]


# --- colour


def test_every_grey_level_keeps_its_value_in_colour_channels() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(64).reshape(128, 128)
    for data in (save(in_colour(levels), "PNG"), save(Image.fromarray(levels).convert("CMYK"), "TIFF")):
        np.testing.assert_allclose(read(data).pixels, levels / 255, atol=1e-6)


def test_a_tinted_film_is_read_with_a_warning() -> None:
    tinted = np.rint(in_colour(draw(top=220)) * [0.85, 0.95, 1.1]).astype(np.uint8)
    radiograph = read(save(tinted, "PNG"))
    assert "colour was dropped" in radiograph.warnings[0]
    np.testing.assert_allclose(radiograph.pixels, tinted @ [0.299, 0.587, 0.114] / 255, atol=0.003)


def test_a_coloured_marker_is_read_with_a_warning() -> None:
    marked = in_colour(draw())
    marked[5:12, 5:25] = (255, 220, 0)
    assert "colour was dropped" in read(save(marked, "JPEG")).warnings[0]


def test_real_photographs_are_refused() -> None:
    from sklearn.datasets import load_sample_images

    for photograph in (*load_sample_images().images, draw_photograph()):
        with pytest.raises(Refusal, match="colour photograph"):
            read(save(photograph, "JPEG"))


def test_a_heat_map_over_a_radiograph_is_refused() -> None:
    coloured = cv2.applyColorMap(draw(), cv2.COLORMAP_JET)
    with pytest.raises(Refusal, match="colour photograph or drawing"):
        read(save(coloured, "PNG"))


# --- facts


@pytest.mark.parametrize(
    ("data", "channels", "bits"),
    [
        (save(draw(), "JPEG"), 1, 8),
        (save(in_colour(draw()), "JPEG"), 3, 8),
        (save(Image.fromarray(draw()).convert("1"), "PNG"), 1, 1),
        (save(draw(top=65535), "PNG"), 1, 16),
        (save(Image.fromarray(draw()).convert("P"), "PNG"), 1, 8),
        (save(Image.fromarray(draw()).convert("LA"), "PNG"), 2, 8),
        (save(Image.fromarray(draw()).convert("RGBA"), "PNG"), 4, 8),
        (save(draw(top=65535), "TIFF"), 1, 16),
        (save(draw().astype(np.float32), "TIFF"), 1, 32),
        (save(in_colour(draw()), "BMP"), 3, 8),
    ],
)
def test_facts_of_a_picture_come_from_its_header(data: bytes, channels: int, bits: int) -> None:
    assert read_facts(data, "a picture") == FileFacts(96, 80, channels, len(data), bits)


def test_a_picture_of_another_shape_than_square_is_not_turned() -> None:
    radiograph = read(save(draw(70, 150), "PNG"))
    assert (radiograph.height, radiograph.width) == (70, 150)
    assert radiograph.view is None
    assert radiograph.spacing is None
