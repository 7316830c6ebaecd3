import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cxr_core.radiographs.reading import open_radiograph, read_facts, read_radiograph
from cxr_core.types import Refusal
from tests.bad_inputs import draw, draw_photograph, make_dicom, save

# pytest lifts the reader's own filter from what the decoders would print
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom", "ignore::UserWarning:PIL")

TWELVE_BITS = {"BitsStored": 12, "HighBit": 11}


def read(data: bytes) -> NDArray[np.float32]:
    return read_radiograph(data, "a.dcm").pixels


# --- transfer syntaxes


@pytest.mark.parametrize(
    "syntax",
    [
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.DeflatedExplicitVRLittleEndian,
    ],
)
@pytest.mark.parametrize("bits", [8, 16])
def test_uncompressed_syntaxes_give_the_stored_values(syntax: str, bits: int) -> None:
    stored = draw(top=2**bits - 1)
    np.testing.assert_allclose(read(make_dicom(stored, syntax)), stored / (2**bits - 1), atol=1e-6)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEG2000Lossless])
@pytest.mark.parametrize("top", [255, 4095, 65535])
def test_what_pydicom_packs_without_loss_is_read_exactly(syntax: str, top: int) -> None:
    bits = {255: 8, 4095: 12, 65535: 16}[top]
    plain = make_dicom(draw(top=top), BitsStored=bits, HighBit=bits - 1)
    dataset = pydicom.dcmread(io.BytesIO(plain))
    dataset.compress(syntax)
    file = io.BytesIO()
    dataset.save_as(file)
    np.testing.assert_array_equal(read(file.getvalue()), read(plain))


@pytest.mark.parametrize("syntax", ["JPEGLosslessProcess14", "JPEGLosslessProcess14_1", "JPEGLSLossless"])
@pytest.mark.parametrize("top", [255, 4095, 65535])
def test_what_gdcm_packs_without_loss_is_read_exactly(syntax: str, top: int, tmp_path: Path) -> None:
    bits = {255: 8, 4095: 12, 65535: 16}[top]
    plain = make_dicom(draw(top=top), BitsStored=bits, HighBit=bits - 1)
    np.testing.assert_array_equal(read(pack_with_gdcm(plain, syntax, tmp_path)), read(plain))


def test_signed_pixels_in_jpeg_ls_are_read_exactly(tmp_path: Path) -> None:
    stored = draw(top=4095).astype(np.int16) - 2048
    plain = make_dicom(stored, **TWELVE_BITS)
    np.testing.assert_array_equal(read(pack_with_gdcm(plain, "JPEGLSLossless", tmp_path)), read(plain))


@pytest.mark.parametrize(
    ("syntax", "top"),
    [("JPEGBaselineProcess1", 255), ("JPEGExtendedProcess2_4", 4095), ("JPEGLSNearLossless", 4095), ("JPEG2000", 4095)],
)
def test_lossy_packing_is_read_nearly(syntax: str, top: int, tmp_path: Path) -> None:
    rows, columns = np.mgrid[:80, :96]
    smooth = np.rint((rows + columns) / 174 * top).astype(np.uint8 if top == 255 else np.uint16)
    plain = make_dicom(smooth, BitsStored=8 if top == 255 else 12, HighBit=7 if top == 255 else 11)
    np.testing.assert_allclose(read(pack_with_gdcm(plain, syntax, tmp_path)), read(plain), atol=0.02)


def pack_with_gdcm(plain: bytes, syntax: str, folder: Path) -> bytes:
    import gdcm

    (folder / "plain.dcm").write_bytes(plain)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(folder / "plain.dcm"))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    if syntax in ("JPEGBaselineProcess1", "JPEGExtendedProcess2_4"):
        codec = gdcm.JPEGCodec()
        codec.SetLossless(False)
        codec.SetQuality(95)
        change.SetUserCodec(codec)
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(folder / "packed.dcm"))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return (folder / "packed.dcm").read_bytes()


def test_a_frame_that_would_end_the_decoder_does_not_end_the_program(tmp_path: Path) -> None:
    packed = pack_with_gdcm(make_dicom(draw()), "JPEGLosslessProcess14_1", tmp_path)
    with pytest.raises(Refusal, match="truncated or damaged"):
        read(packed.replace(b"\xff\xc4", b"\0\xc4", 1))  # no Huffman table


def test_a_frame_that_is_cut_but_properly_ended_is_refused(tmp_path: Path) -> None:
    packed = pack_with_gdcm(make_dicom(draw()), "JPEGLosslessProcess14_1", tmp_path)
    start = packed.index(b"\xff\xd8")
    middle = (start + len(packed)) // 2
    cut = packed[:middle] + b"\xff\xd9" + bytes(len(packed) - 8 - middle - 2) + packed[-8:]
    with pytest.raises(Refusal, match="truncated or damaged"):
        read(cut)


def test_colour_that_gdcm_packs_without_loss_is_read_exactly(tmp_path: Path) -> None:
    tinted = np.rint(np.dstack([draw(top=220)] * 3) * [0.85, 0.95, 1.1]).astype(np.uint8)
    plain = make_dicom(tinted)
    np.testing.assert_array_equal(read(pack_with_gdcm(plain, "JPEGLosslessProcess14_1", tmp_path)), read(plain))


def test_old_files_without_preamble_are_read() -> None:
    stored = draw()
    whole = make_dicom(stored, uid.ImplicitVRLittleEndian)
    after_meta = 144 + int.from_bytes(whole[140:144], "little")
    for data in (whole[132:], whole[after_meta:]):
        np.testing.assert_array_equal(read(data), stored.astype(np.float32) / np.float32(255))


# --- colour


def test_a_grey_picture_in_colour_channels_is_read_as_grey() -> None:
    stored = draw()
    for data in (make_dicom(np.dstack([stored] * 3)), make_dicom(stored, **grey_palette())):
        radiograph = read_radiograph(data, "a.dcm")
        np.testing.assert_allclose(radiograph.pixels, stored / 255, atol=1e-6)
        assert radiograph.warnings == ()


def test_a_grey_picture_in_jpeg_colour_is_read_nearly() -> None:
    stored = np.dstack([draw()] * 3)
    packed = save(stored, "JPEG", quality=95)
    data = make_dicom(stored, uid.JPEGBaseline8Bit, packed, PhotometricInterpretation="YBR_FULL_422")
    np.testing.assert_allclose(read(data), stored[..., 0] / 255, atol=0.05)


def test_colour_photographs_are_refused_in_every_form() -> None:
    scene = draw_photograph()
    packed = save(scene, "JPEG", quality=95)
    forms = [make_dicom(scene), make_dicom(scene.astype(np.uint16) * 257)]
    forms.append(make_dicom(scene, uid.JPEGBaseline8Bit, packed, PhotometricInterpretation="YBR_FULL_422"))
    for data in forms:
        with pytest.raises(Refusal, match="colour photograph"):
            read(data)


def grey_palette() -> dict[str, Any]:
    palette: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        palette[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        palette[f"{colour}PaletteColorLookupTableData"] = (np.arange(256) * 257).astype("<u2").tobytes()
    return palette


# --- what is kept of the header


@pytest.mark.parametrize(
    ("elements", "view"),
    [
        ({"ViewPosition": "PA"}, "PA"),
        ({"ViewPosition": " ap "}, "AP"),
        ({"ViewPosition": None}, None),
        ({"ViewPosition": "", "PatientPosition": "AP"}, "AP"),
        ({"ViewPosition": None, "PatientPosition": "HFS"}, None),
        ({"ViewPosition": "PA", "PatientPosition": "AP"}, "PA"),
        ({"ViewPosition": None, "ViewCodeSequence": "399348003"}, "AP"),
        ({"ViewPosition": None, "ViewCodeSequence": "R-40888"}, "PA"),
        ({"ViewPosition": None, "ViewCodeSequence": "unknown"}, None),
    ],
)
def test_the_view_is_taken_from_where_it_is_stated(elements: dict[str, Any], view: str | None) -> None:
    assert read_radiograph(make_dicom(draw(), **with_codes(elements)), "a.dcm").view == view


@pytest.mark.parametrize("code", ["399173006", "399198007", "R-10236", "R-10232"])
def test_a_lateral_view_by_its_code_is_refused(code: str) -> None:
    with pytest.raises(Refusal, match="is a lateral view"):
        read(make_dicom(draw(), **with_codes({"ViewPosition": None, "ViewCodeSequence": code})))


def with_codes(elements: dict[str, Any]) -> dict[str, Any]:
    if "ViewCodeSequence" not in elements:
        return elements
    item = Dataset()
    item.CodeValue = elements["ViewCodeSequence"]
    return {**elements, "ViewCodeSequence": Sequence([item])}


@pytest.mark.parametrize(
    ("elements", "spacing"),
    [
        ({"PixelSpacing": [0.2, 0.3], "ImagerPixelSpacing": [1, 1]}, (0.2, 0.3)),
        ({"ImagerPixelSpacing": [0.14, 0.14]}, (0.14, 0.14)),
        ({"PixelSpacing": [0, 0.3], "ImagerPixelSpacing": [0.1, 0.1]}, (0.1, 0.1)),
        ({"PixelSpacing": [-1, 1]}, None),
        ({"PixelSpacing": [0.2]}, None),
        ({}, None),
    ],
)
def test_the_spacing_is_kept_where_it_makes_sense(
    elements: dict[str, Any], spacing: tuple[float, float] | None
) -> None:
    assert read_radiograph(make_dicom(draw(), **elements), "a.dcm").spacing == spacing


@pytest.mark.parametrize(
    ("elements", "warning"),
    [
        ({"Modality": None}, "does not say that it is a radiograph"),
        ({"Modality": "OT"}, "does not say that it is a radiograph"),
        ({"BodyPartExamined": None}, "which part of the body"),
    ],
)
def test_what_the_header_leaves_open_is_read_with_a_warning(elements: dict[str, Any], warning: str) -> None:
    (said,) = read_radiograph(make_dicom(draw(), **elements), "a.dcm").warnings
    assert warning in said


def test_nothing_about_the_patient_is_kept_or_repeated() -> None:
    secret = {
        "PatientName": "SECRET^NAME",
        "PatientID": "SECRET-ID",
        "PatientBirthDate": "19470203",
        "StudyDate": "20191112",
        "StudyDescription": "SECRET STUDY",
        "InstitutionName": "SECRET HOSPITAL",
        "BodyPartExamined": "CHEST SECRET",
        "AccessionNumber": "SECRET-ACC",
    }
    junk: tuple[dict[str, Any], ...] = (
        {},
        {"ViewPosition": "SECRET VIEW"},
        {"Modality": "SECRET"},
        {"BodyPartExamined": "SECRET PART"},
        {"ViewPosition": None, "PatientPosition": "SECRET"},
        {"WindowCenter": None, "PhotometricInterpretation": "SECRET"},
        {"Rows": None},
    )
    for elements in junk:
        try:
            said = repr(read_radiograph(make_dicom(draw(), **{**secret, **elements}), "a.dcm"))
        except Refusal as refusal:
            said = f"{refusal} {refusal!r} {refusal.__cause__!r} {refusal.__context__!r}"
        assert not any(word in said for word in ("SECRET", "1947", "2019"))


def test_facts_come_from_the_header_alone() -> None:
    facts = read_facts(make_dicom(draw(80, 96, top=4095), **TWELVE_BITS)[:-5000], "a.dcm")
    assert (facts.width, facts.height, facts.channels, facts.bits) == (96, 80, 1, 12)


# --- real files


def test_the_shared_files_are_read_or_refused_as_their_manifest_says(shared_data: Path) -> None:
    with (shared_data / "dicom" / "manifest.csv").open() as manifest:
        rows = list(csv.DictReader(manifest))
    assert len(rows) == 8
    for row in rows:
        path = shared_data / "dicom" / row["file"]
        if row["valid_cxr_input"] == "yes":
            radiograph = open_radiograph(path)
            assert radiograph.pixels.shape == (1024, 1024)
            assert radiograph.view == row["patient_position_or_view"]
        else:
            with pytest.raises(Refusal):
                open_radiograph(path)


def test_the_twin_tagged_monochrome1_is_the_negative_of_the_original(shared_data: Path) -> None:
    # Its pixel bytes are the same, only the tag differs: so each of its pixels must read as one minus the original's.
    (twin,) = (shared_data / "dicom").glob("*MONOCHROME1.dcm")
    (original,) = (shared_data / "dicom").glob("rsna_1.2*.dcm")
    assert pydicom.dcmread(twin).PixelData == pydicom.dcmread(original).PixelData
    np.testing.assert_array_equal(open_radiograph(twin).pixels, 1 - open_radiograph(original).pixels)


def test_a_true_twin_stored_as_monochrome1_equals_the_original(shared_data: Path) -> None:
    (original,) = (shared_data / "dicom").glob("rsna_1.2*.dcm")
    twin = pydicom.dcmread(original)
    negative = 255 - twin.pixel_array  # (H, W)
    twin.PhotometricInterpretation = "MONOCHROME1"
    twin.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    twin.PixelData = negative.tobytes()
    stored = io.BytesIO()
    twin.save_as(stored)
    np.testing.assert_allclose(
        read_radiograph(stored.getvalue(), "twin.dcm").pixels, open_radiograph(original).pixels, atol=1e-6
    )
