import io
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing

from cxr_core.radiographs.reading import read_radiograph
from tests.bad_inputs import draw, make_dicom

# pytest lifts the reader's own filter from what the decoders would print
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom", "ignore::UserWarning:PIL")

TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}


def read(data: bytes) -> NDArray[np.float32]:
    return read_radiograph(data, "a.dcm").pixels


def shown_by_pydicom(data: bytes) -> NDArray[np.float64]:
    """The window of the header as pydicom applies it, brought from its range of output to 0..1."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    stored, bits = dataset.pixel_array, dataset.BitsStored
    lowest = -(2 ** (bits - 1)) if dataset.PixelRepresentation else 0
    low, high = apply_modality_lut(np.array([lowest, lowest + 2**bits - 1]), dataset)
    grey = (apply_windowing(apply_modality_lut(stored, dataset), dataset) - low) / (high - low)
    return 1 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("scale", [{}, {"RescaleSlope": "0.5", "RescaleIntercept": "-1024"}])
@pytest.mark.parametrize("signed", [False, True])
def test_a_window_is_applied_as_pydicom_applies_it(
    function: str, photometric: str, scale: dict[str, str], signed: bool
) -> None:
    stored = draw(top=4095).astype(np.int16) - 2048 if signed else draw(top=4095)
    window = {"VOILUTFunction": function, "WindowCenter": ["40", "7"], "WindowWidth": ["1500.5", "9"]}
    data = make_dicom(stored, PhotometricInterpretation=photometric, **TWELVE_BITS, **window, **scale)
    np.testing.assert_allclose(read(data), shown_by_pydicom(data), atol=1e-6)


def test_a_window_worked_by_hand() -> None:
    stored = np.full((64, 64), 100, np.uint16)
    stored[0, :5] = 95, 98, 100, 102, 110
    # LINEAR with centre 100 and width 11: (x - 99.5) / 10 + 0.5
    pixels = read(make_dicom(stored, WindowCenter=100, WindowWidth=11))
    np.testing.assert_allclose(pixels[0, :5], [0.05, 0.35, 0.55, 0.75, 1.0], atol=1e-6)


@pytest.mark.parametrize("syntax", [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian])
@pytest.mark.parametrize("signed", [False, True])
def test_a_table_of_grey_values_is_applied_as_pydicom_applies_it(syntax: str, signed: bool) -> None:
    stored = draw(top=4095).astype(np.int16) - 2048 if signed else draw(top=4095)
    entries = np.rint(65535 * np.linspace(0, 1, 4096) ** 2)
    data = make_dicom(stored, syntax, VOILUTSequence=[make_table(entries, 16, syntax, signed)], **TWELVE_BITS)
    dataset = pydicom.dcmread(io.BytesIO(data))
    np.testing.assert_allclose(read(data), apply_voi(dataset.pixel_array, dataset) / 65535, atol=1e-6)


def test_a_table_of_grey_values_goes_before_a_window_and_may_hold_bytes() -> None:
    stored = draw(top=4095)
    entries = np.arange(4096) // 16
    table = make_table(entries, 8)
    table["LUTData"].value = entries.astype(np.uint8).tobytes()
    data = make_dicom(stored, VOILUTSequence=[table], WindowCenter=9, WindowWidth=9, **TWELVE_BITS)
    np.testing.assert_allclose(read(data), (stored // 16) / 255, atol=1e-6)


def test_a_modality_table_comes_before_the_window() -> None:
    stored = draw(top=4095)
    table = make_table(4095 - np.arange(4096), 16)
    table.ModalityLUTType = "US"
    window = {"WindowCenter": 2048, "WindowWidth": 2000, "VOILUTFunction": "LINEAR_EXACT"}
    data = make_dicom(stored, ModalityLUTSequence=[table], **TWELVE_BITS, **window)
    np.testing.assert_allclose(read(data), np.clip((4095.0 - stored - 2048) / 2000 + 0.5, 0, 1), atol=1e-6)


def make_table(
    entries: NDArray[Any], bits: int, syntax: str = uid.ExplicitVRLittleEndian, signed: bool = False
) -> Dataset:
    table = Dataset()
    table.add_new("LUTDescriptor", "SS" if signed else "US", [len(entries), -2048 if signed else 0, bits])
    order = ">u2" if syntax == uid.ExplicitVRBigEndian else "<u2"
    table.add_new("LUTData", "OW", entries.astype(order).tobytes())
    return table


def test_eight_bits_without_a_window_are_taken_as_they_are() -> None:
    stored = draw() // 2
    radiograph = read_radiograph(make_dicom(stored), "a.dcm")
    np.testing.assert_array_equal(radiograph.pixels, stored.astype(np.float32) / np.float32(255))
    assert radiograph.warnings == ()


def test_more_bits_without_a_window_are_stretched_with_a_warning() -> None:
    stored = draw(top=3000) + 500
    radiograph = read_radiograph(make_dicom(stored, **TWELVE_BITS), "a.dcm")
    np.testing.assert_allclose(radiograph.pixels, (stored - 500.0) / 3000, atol=1e-6)
    assert "states no grey window" in radiograph.warnings[0]


@pytest.mark.parametrize("window", [{"WindowCenter": 9000, "WindowWidth": 10}, {"WindowCenter": 9, "WindowWidth": 0}])
def test_a_window_that_shows_nothing_is_left_out_with_a_warning(window: dict[str, int]) -> None:
    stored = draw(top=4095)
    radiograph = read_radiograph(make_dicom(stored, **TWELVE_BITS, **window), "a.dcm")
    np.testing.assert_allclose(radiograph.pixels, stored / 4095, atol=1e-6)
    assert "leaves no contrast" in radiograph.warnings[0]


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_does_not_stretch_the_scale(photometric: str) -> None:
    stored = draw(top=2000) + 1000
    inside = stored.copy()
    stored[:, :9] = 65535
    data = make_dicom(stored, PhotometricInterpretation=photometric)
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.add_new("PixelPaddingValue", "US", 65535)
    file = io.BytesIO()
    dataset.save_as(file)
    pixels = read(file.getvalue())
    low, high = float(inside[:, 9:].min()), float(inside[:, 9:].max())
    expected = (inside[:, 9:] - low) / (high - low)
    assert (pixels[:, :9] == 0).all()
    np.testing.assert_allclose(pixels[:, 9:], 1 - expected if photometric == "MONOCHROME1" else expected, atol=1e-6)


def test_bits_above_the_stored_ones_are_not_part_of_the_picture() -> None:
    stored = draw(top=4095)
    overlaid = stored | 0x8000
    np.testing.assert_array_equal(read(make_dicom(overlaid, **TWELVE_BITS)), read(make_dicom(stored, **TWELVE_BITS)))
