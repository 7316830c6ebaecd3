"""The grey scale of DICOM: from stored values, by what the header says of them, to 0..1 (DICOM PS3.3 C.11)."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut

from cxr_core.radiographs.pictures import drop_colour

Array = NDArray[Any]
Unit = NDArray[np.float32]


def grey_of_colour(stored: Array, dataset: Dataset, name: str) -> tuple[Unit, list[str]]:
    """Pixels (H, W) on 0..1 of an RGB or palette picture, by the colour rule that all formats share."""
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        stored = apply_color_lut(stored, dataset)[..., :3]
    elif stored.dtype == np.uint16:
        stored = stored << (16 - int(dataset.BitsStored))
    grey, warnings = drop_colour(np.ascontiguousarray(stored), name)
    return np.divide(grey, np.iinfo(grey.dtype).max, dtype=np.float32), warnings


def grey_of_levels(stored: Array, dataset: Dataset) -> tuple[Unit, list[str]]:
    """Pixels on 0..1: the grey scale is worked out once for every possible level, then looked up."""
    index = stored.view(f"u{stored.itemsize}")  # (H, W)
    levels = np.arange(256**stored.itemsize).astype(index.dtype).view(stored.dtype)  # (256 or 65536,)
    padding = _find_padding(levels, dataset)
    shown = np.zeros(levels.size, bool)
    shown[index] = True
    shown &= ~padding
    with np.errstate(all="ignore"):  # what a senseless header leads to is checked at the end
        grey, warnings = _display(levels.astype(float), shown, dataset)
    table = grey.astype(np.float32)
    if read_word(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        table = 1 - table
    table[padding] = 0
    if not np.isfinite(table[shown]).all():
        raise ValueError("the grey scale of the header leads nowhere")
    return np.asarray(cv2.LUT(index, table), np.float32), warnings


def _find_padding(levels: Array, dataset: Dataset) -> NDArray[np.bool_]:
    first = read_number(dataset, "PixelPaddingValue")
    if first is None:
        return np.zeros(levels.size, bool)
    last = read_number(dataset, "PixelPaddingRangeLimit")
    ends = (first, first if last is None else last)
    return np.asarray((levels >= min(ends)) & (levels <= max(ends)))


def _display(levels: NDArray[np.float64], shown: NDArray[np.bool_], dataset: Dataset) -> tuple[Array, list[str]]:
    """Levels (L,) on 0..1 as the header wants them shown: modality first, then window; polarity is still to come."""
    values, warnings = _rescale(levels, dataset), []
    chosen = _apply_voi(values, dataset)
    if chosen is not None:
        if chosen[shown].min() < chosen[shown].max():
            return chosen, []
        warnings.append("The grey window in the file leaves no contrast: it was not applied.")
    bits = int(dataset.BitsStored)
    if bits > 8:
        ends = values[shown]
        warnings.append("The file states no grey window: its darkest and brightest pixels were taken as 0 and 1.")
    else:
        lowest = -(2 ** (bits - 1)) if levels.min() < 0 else 0
        ends = values[(levels >= lowest) & (levels < lowest + 2**bits)]
    return (values - ends.min()) / ((ends.max() - ends.min()) or 1), warnings


def _rescale(levels: NDArray[np.float64], dataset: Dataset) -> NDArray[np.float64]:
    table = first_value(dataset, "ModalityLUTSequence")
    if table is not None:
        return _look_up(levels, table)[0]
    intercept = read_number(dataset, "RescaleIntercept") or 0.0
    return levels * (read_number(dataset, "RescaleSlope") or 1.0) + intercept


def _apply_voi(values: NDArray[np.float64], dataset: Dataset) -> NDArray[np.float64] | None:
    """Values on 0..1 by the first table or window of the header (DICOM PS3.3 C.11.2); None where it has neither."""
    table = first_value(dataset, "VOILUTSequence")
    if table is not None:
        levels, bits = _look_up(values, table)
        return np.asarray(levels / (2**bits - 1))
    centre, width = read_number(dataset, "WindowCenter"), read_number(dataset, "WindowWidth")
    if centre is None or width is None:
        return None
    function = read_word(dataset, "VOILUTFunction") or "LINEAR"
    if function == "SIGMOID" and width > 0:
        return np.asarray(1 / (1 + np.exp(-4 * (values - centre) / width)))
    if function == "LINEAR":
        centre, width = centre - 0.5, width - 1
    if width == 0:
        return (values > centre).astype(float)
    return np.asarray(np.clip((values - centre) / width + 0.5, 0, 1)) if width > 0 else np.zeros_like(values)


def _look_up(values: NDArray[np.float64], table: Dataset) -> tuple[NDArray[np.float64], int]:
    """Values through a LUT of the header, and its bits. Own, since pydicom 3.0 misreads tables of 8-bit entries."""
    count, first, bits = (int(n) for n in table.LUTDescriptor)
    count = count % 65536 or 65536  # zero stands for 65536
    if values.min() < 0 and first >= 32768:
        first -= 65536  # read as unsigned, though the pixels are signed
    entries: Any = table.LUTData
    if isinstance(entries, bytes):
        wide = ">u2" if table.original_encoding[1] is False else "<u2"
        entries = np.frombuffer(entries, wide if len(entries) >= 2 * count else np.uint8)
    entries = np.asarray(entries)[:count]
    return entries[np.clip(np.rint(values) - first, 0, len(entries) - 1).astype(int)].astype(float), bits


def first_value(header: Dataset, keyword: str) -> Any:
    """The first value of an element; None where it is missing, empty or unreadable."""
    try:
        value = header.get(keyword)
        return value if isinstance(value, str) or value is None or not hasattr(value, "__len__") else value[0]
    except Exception:  # pydicom raises many kinds of errors over a value that breaks its own rules
        return None


def read_word(header: Dataset, keyword: str) -> str:
    """The first value of an element in capitals; "" where there is none."""
    return str(first_value(header, keyword) or "").strip().upper()


def read_number(header: Dataset, keyword: str) -> float | None:
    """The first value of an element as a finite number; None where there is none."""
    try:
        number = float(first_value(header, keyword))
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
