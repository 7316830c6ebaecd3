import cv2
import numpy as np
import pytest

from cxr_core.figures import pictures
from cxr_core.types import Radiograph


def make_radiograph(height: int, width: int) -> Radiograph:
    levels = np.random.default_rng(0).integers(0, 256, (height, width))
    return Radiograph((levels / 255).astype(np.float32), "PNG")


def decode(png: bytes) -> np.ndarray:
    assert png.startswith(b"\x89PNG")
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


def test_a_small_radiograph_keeps_every_pixel():
    radiograph = make_radiograph(90, 120)
    assert np.array_equal(decode(pictures.encode_radiograph(radiograph)), np.rint(radiograph.pixels * 255))


def test_a_large_one_is_scaled_down_in_proportion():
    assert decode(pictures.encode_radiograph(make_radiograph(2000, 3000))).shape == (683, 1024)


@pytest.mark.parametrize("shape", [(100, 400), (400, 100), (50, 50)])
def test_a_thumbnail_is_a_square_with_the_picture_in_its_middle(shape):
    thumbnail = decode(pictures.encode_thumbnail(Radiograph(np.ones(shape, np.float32), "PNG"), side=64))
    assert thumbnail.shape == (64, 64)
    rows, columns = np.nonzero(thumbnail)
    assert abs(rows.mean() - 31.5) <= 1
    assert abs(columns.mean() - 31.5) <= 1


def test_an_outline_runs_along_the_mask_and_nowhere_else():
    mask = np.zeros((100, 100), bool)
    mask[30:70, 40:60] = True
    picture = decode(pictures.encode_outlines(Radiograph(np.zeros((100, 100), np.float32), "x"), {"lesion": mask}))
    assert picture.shape == (1000, 1000, 3)
    coloured = picture.any(axis=2)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5))) - cv2.erode(mask.astype(np.uint8), np.ones((5, 5)))
    assert coloured.any()
    assert not (coloured & ~cv2.resize(grown, (1000, 1000), interpolation=cv2.INTER_NEAREST).astype(bool)).any()
    assert picture[coloured][:, 2].max() == pictures.OUTLINES["lesion"][0]  # OpenCV reads blue first


@pytest.mark.parametrize(("height", "width", "shown"), [(1000, 1000, 620), (500, 2000, 760), (2000, 1000, 310)])
def test_all_of_it_is_seen_at_once(height, width, shown):
    assert pictures.find_width(make_radiograph(height, width)) == shown
