"""DICOM to a `Radiograph`: only tags of a white list are read, and of their words only known ones are kept."""

import io
import json
import logging
import math
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import get_frame
from pydicom.filereader import read_dataset
from pydicom.pixels import pixel_array

from cxr_core.radiographs.dicom_grey import first_value, grey_of_colour, grey_of_levels, read_number, read_word
from cxr_core.radiographs.limits import Limits, check_contrast, check_size, damaged
from cxr_core.types import Radiograph, Refusal

Array = NDArray[Any]

logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # its complaints quote the file, which may name the patient

ABOUT_SUBJECT = ("Modality", "BodyPartExamined", "ViewPosition", "ViewCodeSequence", "PatientPosition")
ABOUT_SIZE = ("Rows", "Columns", "SamplesPerPixel", "NumberOfFrames", "PlanarConfiguration")
ABOUT_PIXEL = ("PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
ABOUT_VALUES = (
    "RescaleSlope",
    "RescaleIntercept",
    "ModalityLUTSequence",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
)
ABOUT_WINDOW = ("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence")
PALETTE = tuple(f"{c}PaletteColorLookupTable{p}" for c in ("Red", "Green", "Blue") for p in ("Descriptor", "Data"))
SEGMENTED = tuple(f"Segmented{c}PaletteColorLookupTableData" for c in ("Red", "Green", "Blue"))
SPACING = ("PixelSpacing", "ImagerPixelSpacing")
KEPT = ABOUT_SUBJECT + ABOUT_SIZE + ABOUT_PIXEL + ABOUT_VALUES + ABOUT_WINDOW + PALETTE + SEGMENTED + SPACING
HEADER = [tag_for_keyword(keyword) for keyword in KEPT]
PIXELS = [*HEADER, tag_for_keyword("PixelData")]
PIXEL_TAGS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10")  # little and big endian

RADIOGRAPHY = {"DX", "CR", "RG"}
UNSPECIFIC = {"", "OT", "SC"}
OTHER_MODALITIES = {
    "CT": "a CT slice",
    "MR": "an MR slice",
    "US": "an ultrasound picture",
    "MG": "a mammogram",
    "NM": "a nuclear medicine picture",
    "PT": "a PET slice",
    "XA": "an angiogram",
    "RF": "a fluoroscopy picture",
    "IO": "a dental radiograph",
    "PX": "a dental panorama",
    "ES": "an endoscopy picture",
    "SR": "a report",
    "SEG": "a segmentation",
}
CHEST = {"CHEST", "THORAX", "TORAX", "LUNG", "LUNGS"}
OTHER_PARTS = {"ABDOMEN", "PELVIS", "SKULL", "HEAD", "NECK", "CSPINE", "TSPINE", "LSPINE", "SPINE", "RIB", "RIBCAGE"}
OTHER_PARTS |= {"SHOULDER", "ARM", "ELBOW", "WRIST", "HAND", "HIP", "LEG", "KNEE", "ANKLE", "FOOT", "BREAST"}
FRONTAL = {"PA", "AP"}
LATERAL = {"LL", "RL", "LATERAL", "LAT", "LLD", "RLD"}
VIEW_CODES = {"272479007": "PA", "R-40888": "PA", "399348003": "AP", "R-10206": "AP"}  # SNOMED CT and its old form
VIEW_CODES |= dict.fromkeys(("399173006", "R-10236", "399198007", "R-10232", "399067008", "R-102CD"), "LATERAL")
# How a patient lies in a scanner: the words the standard defines, which say nothing of the beam.
LYING = {"HFP", "HFS", "HFDR", "HFDL", "FFDR", "FFDL", "FFP", "FFS", "LFP", "LFS", "RFP", "RFS", "AFDR", "AFDL"}
LYING |= {"PFDR", "PFDL"}

# Transfer syntax -> its words, and the decoder that is taken for it; GDCM only where there is no other.
PACKINGS = {
    uid.ImplicitVRLittleEndian: ("DICOM", ""),
    uid.ExplicitVRLittleEndian: ("DICOM", ""),
    uid.ExplicitVRBigEndian: ("DICOM, big endian", ""),
    uid.RLELossless: ("DICOM, RLE", "pydicom"),
    uid.JPEGBaseline8Bit: ("DICOM, JPEG", "pillow"),
    uid.JPEGExtended12Bit: ("DICOM, JPEG", "gdcm"),
    uid.JPEGLossless: ("DICOM, JPEG lossless", "gdcm"),
    uid.JPEGLosslessSV1: ("DICOM, JPEG lossless", "gdcm"),
    uid.JPEGLSLossless: ("DICOM, JPEG-LS", "gdcm"),
    uid.JPEGLSNearLossless: ("DICOM, JPEG-LS", "gdcm"),
    uid.JPEG2000Lossless: ("DICOM, JPEG 2000", "pylibjpeg"),
    uid.JPEG2000: ("DICOM, JPEG 2000", "pylibjpeg"),
}
GDCM_SECONDS = 60


def read_dicom(data: bytes, name: str, limits: Limits) -> Radiograph:
    """The radiograph in a DICOM file; `Refusal` for what is no frontal chest radiograph."""
    stream, start, syntax = _find_dataset(data, name, limits)
    header = _read(stream, start, syntax, HEADER, stop_before=0x7FE00008)
    if stream.read(4) not in PIXEL_TAGS:
        raise Refusal(name, "holds no picture, or is truncated before it", "copy it again, or choose another file")
    warnings = [*_check_modality(header, name), *_check_body_part(header, name)]
    view = _find_view(header, name)
    _check_layout(header, name, limits)
    if syntax not in PACKINGS:
        raise Refusal(name, "is packed in a way that is not read here", "export it as uncompressed DICOM or as PNG")

    dataset = _read(stream, start, syntax, PIXELS, stop_before=0x7FE00011)
    stored = _unpack_pixels(dataset, syntax, name)
    if stored.ndim == 3 or header.PhotometricInterpretation == "PALETTE COLOR":
        pixels, more = grey_of_colour(stored, dataset, name)
    else:
        check_contrast(stored, name)
        pixels, more = grey_of_levels(stored, dataset)
    check_contrast(pixels, name)
    return Radiograph(pixels, PACKINGS[syntax][0], view, _find_spacing(header), (*warnings, *more))


def dicom_facts(data: bytes, name: str, limits: Limits) -> tuple[int, int, int, int]:
    """Width, height, samples per pixel and bits stored, from the header alone."""
    header = _read(*_find_dataset(data, name, limits), HEADER, stop_before=0x7FE00008)
    return int(header.Columns), int(header.Rows), int(header.SamplesPerPixel), int(header.BitsStored)


# --- the header


def _find_dataset(data: bytes, name: str, limits: Limits) -> tuple[io.BytesIO, int, str]:
    """A stream, where in it the dataset starts, and the transfer syntax from there on."""
    stream = io.BytesIO(data)
    stream.seek(132 if data[128:132] == b"DICM" else 0)
    meta = _read(stream, stream.tell(), uid.ExplicitVRLittleEndian, [0x00020010], stop_before=0x00030000)
    start, syntax = stream.tell(), meta.get("TransferSyntaxUID")
    if syntax == uid.DeflatedExplicitVRLittleEndian:
        return _inflate(data[start:], name, limits), 0, uid.ExplicitVRLittleEndian
    if not syntax:
        explicit = data[start + 4 : start + 6].isalpha()
        syntax = uid.ExplicitVRLittleEndian if explicit else uid.ImplicitVRLittleEndian
    return stream, start, syntax


def _inflate(packed: bytes, name: str, limits: Limits) -> io.BytesIO:
    # Noise keeps a radiograph from shrinking to a fiftieth: what unfolds further is a bomb.
    most = min(limits.megabytes * 1_000_000, 1_000_000 + 50 * len(packed))
    stream, inflater = io.BytesIO(), zlib.decompressobj(-zlib.MAX_WBITS)
    while chunk := inflater.decompress(packed, 1 << 20):
        stream.write(chunk)
        packed = inflater.unconsumed_tail
        if stream.tell() > most:
            raise Refusal(name, "unpacks to far more than a radiograph", "export it as uncompressed DICOM or as PNG")
    if not inflater.eof:
        raise damaged(name)
    return stream


def _read(stream: io.BytesIO, start: int, syntax: str, tags: list[int], stop_before: int) -> Dataset:
    # Not `dcmread`: that inflates a deflated file without bound.
    stream.seek(start)
    implicit, little = syntax == uid.ImplicitVRLittleEndian, syntax != uid.ExplicitVRBigEndian
    return read_dataset(stream, implicit, little, stop_when=lambda tag, *_: tag >= stop_before, specific_tags=tags)


# --- what the header must say


def _check_modality(header: Dataset, name: str) -> list[str]:
    modality = read_word(header, "Modality")
    if modality in RADIOGRAPHY:
        return []
    if modality in UNSPECIFIC:
        return ["The file does not say that it is a radiograph: check that it is one."]
    what = OTHER_MODALITIES.get(modality, "no plain radiograph, by its modality")
    raise Refusal(name, f"is {what}", "choose a frontal chest radiograph (CR or DX)")


def _check_body_part(header: Dataset, name: str) -> list[str]:
    part = read_word(header, "BodyPartExamined")
    words = set(re.findall(r"[A-Z]+", part))
    if words & LATERAL:
        raise _lateral(name)
    if not part:
        return ["The file does not say which part of the body it shows: check that it is the chest."]
    if not words & CHEST:
        known = f" ({part.lower()})" if part in OTHER_PARTS else ""
        raise Refusal(name, f"shows another part of the body than the chest{known}", "choose a chest radiograph")
    return []


def _find_view(header: Dataset, name: str) -> str | None:
    """PA, AP or None. A word that is not known is refused and not repeated: it may be anything, even a name."""
    coded = VIEW_CODES.get(read_word(first_value(header, "ViewCodeSequence") or Dataset(), "CodeValue"), "")
    patient = read_word(header, "PatientPosition")
    view = read_word(header, "ViewPosition") or coded or ("" if patient in LYING else patient)
    if view in LATERAL:
        raise _lateral(name)
    if view and view not in FRONTAL:
        raise Refusal(name, "names a position that is neither PA nor AP", "choose a frontal chest radiograph")
    return view or None


def _lateral(name: str) -> Refusal:
    return Refusal(name, "is a lateral view", "choose the frontal radiograph (PA or AP) of the same examination")


def _check_layout(header: Dataset, name: str, limits: Limits) -> None:
    width, height = int(header.Columns), int(header.Rows)
    check_size(width, height, name, limits)
    if (read_number(header, "NumberOfFrames") or 1) > 1:
        raise Refusal(name, "holds several frames", "export the one radiograph as a file of its own")
    allocated, samples = int(header.BitsAllocated), int(header.SamplesPerPixel)
    if allocated not in (8, 16) or not 1 <= int(header.BitsStored) <= allocated or samples not in (1, 3):
        raise Refusal(name, "stores its pixels in an unusual form", "export it with 8 or 16 bits per pixel")


def _find_spacing(header: Dataset) -> tuple[float, float] | None:
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        try:
            rows, columns = (float(side) for side in header.get(keyword))
        except (TypeError, ValueError):
            continue
        if 0 < rows < math.inf and 0 < columns < math.inf:
            return rows, columns
    return None


# --- the pixels


def _unpack_pixels(dataset: Dataset, syntax: str, name: str) -> Array:
    """The pixels as stored: (H, W) levels, or (H, W, 3) colours."""
    decoder = PACKINGS[syntax][1]
    if decoder:
        frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
        precision = _check_frame(frame, dataset, syntax, name)
        if decoder == "gdcm":
            _unpack_with_gdcm(dataset, frame, syntax, precision)
            decoder, syntax = "", uid.ExplicitVRLittleEndian
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    pixels = pixel_array(dataset, decoding_plugin=decoder)
    return np.asarray(pixels, dtype=pixels.dtype.newbyteorder("="))


def _unpack_with_gdcm(dataset: Dataset, frame: bytes, syntax: str, precision: int) -> None:
    """Put the pixels of a frame into the dataset as if they had never been packed."""
    facts = {"syntax": syntax, "photometric": dataset.PhotometricInterpretation, "precision": precision}
    facts |= {"rows": dataset.Rows, "columns": dataset.Columns, "samples": dataset.SamplesPerPixel}
    facts |= {"signed": dataset.PixelRepresentation}
    command = [sys.executable, "-I", str(Path(__file__).with_name("gdcm_worker.py"))]
    sent = json.dumps(facts).encode() + b"\n" + frame
    ran = subprocess.run(command, input=sent, capture_output=True, timeout=GDCM_SECONDS, check=True)
    if b"Corrupt JPEG data" in ran.stderr:
        raise ValueError("GDCM has filled in for missing pixels, and says so only here")
    dataset.PixelData = ran.stdout
    dataset.PlanarConfiguration = 0
    # The codestream knows better than the header how wide its values are.
    dataset.BitsAllocated = 8 if precision <= 8 else 16
    dataset.BitsStored = min(dataset.BitsStored, precision)
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        dataset.PhotometricInterpretation = "YBR_FULL"


def _check_frame(frame: bytes, dataset: Dataset, syntax: str, name: str) -> int:
    """The bits of a packed frame; refused where it unfolds to another size than the checked one of the header."""
    expected = (int(dataset.Columns), int(dataset.Rows), int(dataset.SamplesPerPixel))
    if syntax == uid.RLELossless:
        if _rle_length(frame, most := 2 * math.prod(expected) * int(dataset.BitsAllocated) // 8) > most:
            raise damaged(name)
        return int(dataset.BitsAllocated)
    if syntax in (uid.JPEG2000Lossless, uid.JPEG2000):
        right, bottom, left, top, *_, samples, depth = struct.unpack_from(">IIII4IHB", frame, 8)
        found, precision = (right - left, bottom - top, samples), (depth & 127) + 1
    else:
        precision, rows, columns, samples = _jpeg_frame(frame)
        found = (columns, rows, samples)
    if found != expected:
        raise damaged(name)
    return int(precision)


def _jpeg_frame(code: bytes) -> tuple[int, int, int, int]:
    """Bits, rows, columns and samples of a JPEG or JPEG-LS codestream, from its first start-of-frame segment."""
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", code, at)
        if marker == 0xFFF7 or (0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC)):
            bits, rows, columns, samples = struct.unpack_from(">BHHB", code, at + 4)
            return bits, rows, columns, samples
        at += 1 if marker == 0xFFFF else 2 + length  # markers may be padded with 0xFF


def _rle_length(frame: bytes, most: int) -> int:
    """Bytes that RLE segments unfold to, counted no further than just past `most`."""
    starts = struct.unpack_from("<16I", frame)
    total = 0
    for start, end in zip(starts[1 : starts[0] + 1], (*starts[2 : starts[0] + 1], len(frame)), strict=False):
        at = start
        while at < min(end, len(frame)) and total <= most:
            run = frame[at]
            total += 257 - run if run > 128 else (run + 1) % 129
            at += 2 if run > 128 else 1 + (run + 1) % 129
    return total
