"""Files that cannot be read, each with a part of the one sentence that must say so. All are made here, in code."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate

TENTHS = range(1, 10)
DAMAGED, TOO_LARGE, ONE_GREY = "is truncated or damaged", "is too large (", "one single grey"
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class BadInput:
    """One bad file: what it is called, what it holds, and what its refusal must say."""

    name: str
    data: bytes
    expects: str


@cache
def make_bad_inputs() -> tuple[BadInput, ...]:
    """Every bad input, bombs included; all are small as they are."""
    return (
        *_cut_files(),
        *_broken_files(),
        *_other_files(),
        *_giants(),
        *make_bombs(),
        *_wrong_pictures(),
        *_wrong_subjects(),
        *_wrong_pixels(),
        *_odd_names(),
    )


# --- sound files to start from


def draw(height: int = 80, width: int = 96, top: int = 255) -> NDArray[Any]:
    """A grey picture (H, W) with slopes, noise and both ends of the scale in it."""
    rows, columns = np.mgrid[:height, :width]
    slope = rows / height * 0.5 + columns / width * 0.4 + np.random.default_rng(7).random((height, width)) * 0.1
    slope = (slope - slope.min()) / (slope.max() - slope.min())
    return np.rint(slope * top).astype(np.uint8 if top < 256 else np.uint16)


def draw_photograph(size: int = 128) -> NDArray[np.uint8]:
    """A smooth scene (H, W, 3): sky, meadow, a red house."""
    rows, columns = np.mgrid[:size, :size] / size
    sky = np.stack([90 + 80 * rows, 140 + 60 * rows, 230 + 0 * rows], axis=-1)
    meadow = np.stack([60 + 60 * columns, 130 + 40 * rows, 40 + 0 * rows], axis=-1)
    scene = np.where(rows[..., None] < 0.5, sky, meadow)
    scene[size // 3 : size // 2 + 20, size // 3 : size // 2] = (190, 60, 40)
    return scene.astype(np.uint8)


def save(pixels: NDArray[Any] | Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of a picture file, as Pillow writes it."""
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def make_dicom(
    pixels: NDArray[Any] | None, syntax: str = uid.ExplicitVRLittleEndian, packed: bytes = b"", **elements: Any
) -> bytes:
    """A DICOM chest radiograph (DX, CHEST, PA) of the pixels, or of a frame already packed; None removes an element."""
    dataset, meta = Dataset(), FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID = uid.DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3.4"
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "DX", "CHEST", "PA"
    if pixels is not None:
        bits = 8 * pixels.itemsize
        dataset.Rows, dataset.Columns = pixels.shape[:2]
        dataset.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
        dataset.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
        if pixels.ndim == 3:
            dataset.PlanarConfiguration = 0
        dataset.BitsAllocated = dataset.BitsStored = bits
        dataset.HighBit, dataset.PixelRepresentation = bits - 1, int(pixels.dtype.kind == "i")
        ordered = pixels.astype(pixels.dtype.newbyteorder(">" if syntax == uid.ExplicitVRBigEndian else "<"))
        dataset.PixelData = encapsulate([packed]) if packed else ordered.tobytes()
        dataset["PixelData"].VR = "OB" if packed or bits == 8 else "OW"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
        if value is None:
            delattr(dataset, keyword)
    dataset.file_meta = meta
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _tiff(tags: dict[int, int], strip: bytes) -> bytes:
    """A TIFF of exactly these tags, its strip or tile at byte 8."""
    body = strip + bytes(len(strip) % 2)
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    head = struct.pack("<2sHI", b"II", 42, 8 + len(body))
    return head + body + struct.pack("<H", len(tags)) + entries + bytes(4)


def _png(width: int, height: int, *chunks: tuple[bytes, bytes], bits: int = 8) -> bytes:
    """A PNG of these chunks between its header and its end, with right checksums."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    whole = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", header), *chunks, (b"IEND", b"")):
        whole += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return whole


def deflate_zeros(megabytes: int, wrapped: bool = True) -> bytes:
    """A deflate stream that unfolds to that many megabytes of zeros, made at once by repeating one block."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    stream = block * megabytes + b"\x03\0"
    checksum = (megabytes * MEGABYTE % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + stream + struct.pack(">I", checksum) if wrapped else stream


# --- the bad ones


def _cut_files() -> list[BadInput]:
    grey = draw()
    whole = {
        "jpg": save(grey, "JPEG"),
        "png": save(grey, "PNG"),
        "tif": save(grey, "TIFF"),
        "bmp": save(grey, "BMP"),
        "dcm": make_dicom(grey),
    }
    packed = make_dicom(grey, uid.JPEGBaseline8Bit, packed=save(grey, "JPEG"))
    cut = [
        BadInput(f"cut at {tenth}0 percent.{ending}", data[: len(data) * tenth // 10], "truncated")
        for ending, data in whole.items()
        for tenth in TENTHS
    ]
    return [
        *cut,
        BadInput("no end marker.jpg", whole["jpg"][:-2], DAMAGED),
        BadInput("half an end marker.jpg", whole["jpg"][:-1], DAMAGED),
        BadInput("no end chunk.png", whole["png"][:-12], DAMAGED),
        BadInput("cut in two.tif", (lzw := save(grey, "TIFF", compression="tiff_lzw"))[: len(lzw) // 2], DAMAGED),
        BadInput("cut inside the packed frame.dcm", packed[: len(packed) // 2], DAMAGED),
        BadInput("magic only.dcm", bytes(128) + b"DICM", "holds no picture"),
    ]


def _broken_files() -> list[BadInput]:
    grey = draw()
    png, jpeg, dicom = save(grey, "PNG"), save(grey, "JPEG"), make_dicom(grey)
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 0xFF
    return [
        BadInput("empty.jpg", b"", "is empty"),
        BadInput("one letter.png", b"a", "is a text file"),
        BadInput("one byte.dcm", b"\x89", "is not an image of a known format"),
        BadInput("zeros.bmp", bytes(5000), "is not an image of a known format"),
        BadInput("noise.dcm", np.random.default_rng(1).bytes(5000), "is not an image of a known format"),
        BadInput("wrong magic.png", b"\x88" + png[1:], "is not an image of a known format"),
        BadInput("PNG start, JPEG body.png", png[:8] + jpeg, DAMAGED),
        BadInput("one byte changed.png", bytes(flipped), DAMAGED),
        BadInput(
            "JPEG start, noise after.jpg", jpeg[:20] + np.random.default_rng(2).bytes(3000) + b"\xff\xd9", DAMAGED
        ),
        BadInput("text in the size.dcm", dicom.replace(b"US\2\0\x50\0", b"US\2\0\0\0"), "is too small"),
        BadInput("letters for a frame.dcm", make_dicom(grey, uid.JPEG2000, packed=b"no picture" * 9), DAMAGED),
    ]


def _other_files() -> list[BadInput]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("train/NORMAL/a.jpeg", bytes(50 * MEGABYTE))
    page = b"\n<!DOCTYPE html><html><script>alert(1)</script></html>"
    return [
        BadInput("report.jpg", b"%PDF-1.7\n1 0 obj", "is a PDF document"),
        BadInput("bomb.zip", archive.getvalue(), "is a zip archive: open it as a data set"),
        BadInput("packed.dcm", b"\x1f\x8b\x08" + bytes(60), "is a packed archive"),
        BadInput("page.png", page, "is a web page"),
        BadInput("notes.dcm", "Chest radiograph of Mr. Grün\n".encode(), "is a text file"),
        BadInput("table.jpg", b"file,label\na.png,NORMAL\n", "is a text file"),
        BadInput("moving.gif", save(draw(), "GIF"), "is a GIF picture"),
        BadInput("web.jpg", save(draw(), "WEBP"), "is a WebP picture"),
        BadInput("film.mp4", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2" + bytes(64), "is a video"),
        BadInput("phone.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "is a HEIC or AVIF picture"),
        BadInput("program.png", b"\x7fELF\2\1\1" + bytes(64), "is a program"),
        BadInput("bare.jp2", save(draw(), "JPEG2000"), "is a JPEG 2000 picture outside DICOM"),
        BadInput("array.npy", b"\x93NUMPY\1\0v\0{}", "is a table of numbers"),
    ]


def _giants() -> list[BadInput]:
    """A gigapixel in the header of each format, and next to nothing behind it."""
    jpeg = bytearray(save(draw(), "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 25000, 40000)
    bitmap = bytearray(save(draw(), "BMP"))
    bitmap[18:26] = struct.pack("<ii", 40000, 25000)
    tags = {256: 40000, 257: 25000, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 25000, 279: 100}
    return [
        BadInput("gigapixel.jpg", bytes(jpeg), TOO_LARGE),
        BadInput("gigapixel.png", _png(40000, 25000, (b"IDAT", deflate_zeros(1))), TOO_LARGE),
        BadInput("gigapixel.tif", _tiff(tags, bytes(100)), TOO_LARGE),
        BadInput("gigapixel.bmp", bytes(bitmap), TOO_LARGE),
        BadInput("gigapixel.dcm", make_dicom(draw(), Rows=25000, Columns=40000), TOO_LARGE),
        BadInput("gigapixel packed.dcm", make_dicom(draw(), uid.JPEGBaseline8Bit, bytes(jpeg)), DAMAGED),
    ]


@cache
def make_bombs() -> tuple[BadInput, ...]:
    """Small files that unfold to hundreds of megabytes where nobody stops them."""
    zeros = deflate_zeros(900)
    pixels = (b"IDAT", zlib.compress(draw(81, 95).tobytes()))  # rows of 96 bytes: a filter type of the slope, then 95
    tile = {256: 96, 257: 80, 258: 8, 259: 8, 262: 1, 277: 1, 322: 30000, 323: 30000, 324: 8, 325: len(zeros)}
    header = make_dicom(draw(), uid.DeflatedExplicitVRLittleEndian)
    deflated = header[: 144 + int.from_bytes(header[140:144], "little")]  # as far as the meta information goes
    swollen = np.zeros((80, 96), np.uint8)
    run = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\0" * MEGABYTE  # each two bytes unfold to 128
    return (
        BadInput("bomb claims it.png", _png(30000, 30000, (b"IDAT", zeros)), TOO_LARGE),
        BadInput("bomb hides it.png", _png(96, 80, (b"IDAT", zeros)), ONE_GREY),
        BadInput("bomb in text.png", _png(96, 80, (b"zTXt", b"a\0\0" + zeros), pixels), DAMAGED),
        BadInput("bomb in profile.png", _png(96, 80, (b"iCCP", b"a\0\0" + zeros), pixels), DAMAGED),
        BadInput("bomb in a tile.tif", _tiff(tile, zeros), DAMAGED),
        BadInput("bomb deflated.dcm", deflated + deflate_zeros(900, wrapped=False), "unpacks to far more"),
        BadInput("bomb in runs.dcm", make_dicom(swollen, uid.RLELossless, run), DAMAGED),
    )


def _wrong_pictures() -> list[BadInput]:
    grey = draw()
    pair = {"save_all": True, "append_images": [Image.fromarray(grey[::-1].copy())]}
    unit = grey.astype(np.float32) / 255
    one_nan, one_infinite = unit.copy(), unit.copy()
    one_nan[3, 4], one_infinite[3, 4] = np.nan, np.inf
    photograph = draw_photograph()
    tags = {256: 96, 257: 80, 258: 16, 259: 1, 262: 2, 273: 8, 277: 3, 278: 80, 279: 96 * 80 * 6}
    dim = _tiff(tags, np.repeat(draw(top=4095), 3).astype("<u2").tobytes())
    return [
        BadInput("animated.png", save(grey, "PNG", **pair), "holds several pictures"),
        BadInput("pages.tif", save(grey, "TIFF", **pair), "holds several pictures"),
        BadInput("not a number.tif", save(one_nan, "TIFF"), "are not numbers"),
        BadInput("infinite.tif", save(one_infinite, "TIFF"), "are not numbers"),
        BadInput("holiday.jpg", save(photograph, "JPEG"), "is a colour photograph"),
        BadInput("holiday.png", save(photograph, "PNG"), "is a colour photograph"),
        BadInput("holiday.bmp", save(photograph, "BMP"), "is a colour photograph"),
        BadInput(
            "holiday, for print.tif", save(Image.fromarray(photograph).convert("CMYK"), "TIFF"), "is a colour photo"
        ),
        BadInput("thumbnail.jpg", save(draw(40, 60), "JPEG"), "is too small (60 × 40 pixels)"),
        BadInput("strip.png", save(draw(80, 400), "PNG"), "is too elongated"),
        BadInput("column.png", save(draw(400, 80), "PNG"), "is too elongated"),
        BadInput("black.png", save(np.zeros((80, 96), np.uint8), "PNG"), ONE_GREY),
        BadInput("white.jpg", save(np.full((80, 96), 255, np.uint8), "JPEG"), ONE_GREY),
        BadInput("grey.tif", save(np.full((80, 96), 0.5, np.float32), "TIFF"), ONE_GREY),
        BadInput("white in colour.bmp", save(Image.new("RGB", (96, 80), "white"), "BMP"), ONE_GREY),
        BadInput("dim 16-bit colour.tif", dim, "in the lowest bits of 16-bit colour"),
    ]


def _wrong_subjects() -> list[BadInput]:
    grey = draw()
    elements: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("CT slice", {"Modality": "CT"}, "is a CT slice"),
        ("MR slice", {"Modality": "MR"}, "is an MR slice"),
        ("mammogram", {"Modality": "MG"}, "is a mammogram"),
        ("unknown modality", {"Modality": "JANE DOE"}, "is no plain radiograph"),
        ("knee", {"BodyPartExamined": "KNEE"}, "another part of the body than the chest (knee)"),
        ("unknown part", {"BodyPartExamined": "JANE DOE"}, "another part of the body than the chest:"),
        ("lateral", {"ViewPosition": "LL"}, "is a lateral view"),
        ("lateral by body part", {"BodyPartExamined": "CHEST LAT", "ViewPosition": None}, "is a lateral view"),
        ("oblique", {"ViewPosition": "RLO"}, "neither PA nor AP"),
        ("position in the wrong place", {"ViewPosition": None, "PatientPosition": "XX"}, "neither PA nor AP"),
    )
    return [BadInput(f"{name}.dcm", make_dicom(grey, **more), expects) for name, more, expects in elements]


def _wrong_pixels() -> list[BadInput]:
    grey = draw()
    unknown = make_dicom(grey, uid.JPEG2000, packed=bytes(500)).replace(b"10008.1.2.4.91", b"10008.1.2.9.91")
    film = make_dicom(np.concatenate([grey, grey]), Rows=80, NumberOfFrames=2)
    return [
        BadInput("frames.dcm", film, "holds several frames"),
        BadInput("report.dcm", make_dicom(None), "holds no picture"),
        BadInput("film.dcm", make_dicom(grey, uid.MPEG2MPML, packed=bytes(500)), "packed in a way"),
        BadInput("unknown packing.dcm", unknown, "packed in a way"),
        BadInput("wide.dcm", make_dicom(grey.astype(np.uint32)), "in an unusual form"),
        BadInput("narrow.dcm", make_dicom(draw(80, 400)), "is too elongated"),
        BadInput("small.dcm", make_dicom(draw(40, 60)), "is too small"),
        BadInput("black.dcm", make_dicom(np.zeros((80, 96), np.uint16)), ONE_GREY),
        BadInput("no size.dcm", make_dicom(grey, Rows=None), DAMAGED),
        BadInput("holiday.dcm", make_dicom(draw_photograph()), "is a colour photograph"),
    ]


def _odd_names() -> list[BadInput]:
    """The sentence shows the last part of a name, on one line, and nothing of it is ever followed."""
    names = {
        "../../etc/passwd": "“passwd” is empty",
        "..\\..\\boot.ini": "“boot.ini” is empty",
        "a \"quoted\" 'name'.png": '"quoted"',
        "<script>alert(1)</script>": "“script>” is empty",
        "<img src=x onerror=alert(1)>.png": "“<img src=x onerror=alert(1)>.png” is empty",
        "**bold** [x](http://e)": "“e)” is empty",
        "**bold** [x](#y) _z_ `code`.png": "“**bold** [x](#y) _z_ `code`.png” is empty",
        "$x^2$.png": "“$x^2$.png” is empty",
        "🫁.png": "“🫁.png” is empty",
        "two\nlines.png": "“two�lines.png” is empty",
        "gnp.\u202edaor.png": "“gnp.�daor.png” is empty",
        "n" * 300 + ".png": "…",
        "": "“unnamed file” is empty",
    }
    return [BadInput(name, b"", expects) for name, expects in names.items()]
