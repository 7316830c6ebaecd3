import cv2
import numpy as np

from cxr_core.datasets.duplicates import BLOCK, find_near_duplicates, group_exact_duplicates


def test_equal_digests_are_grouped_and_blank_ones_are_not():
    digests = {"b": "1", "a": "1", "c": "2", "d": "", "e": "", "f": "3", "g": "3", "h": "3"}
    assert group_exact_duplicates(digests) == [["a", "b"], ["f", "g", "h"]]


def make_pictures(number: int) -> np.ndarray:
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (number, 8, 8)).astype(np.uint8)
    return np.stack([cv2.resize(c, (128, 128)) for c in coarse])  # (N, 128, 128)


def test_a_copy_is_found_through_compression_exposure_and_contrast_across_blocks():
    pixels = make_pictures(BLOCK + 200)
    files = tuple(f"{i}.png" for i in range(len(pixels)))
    _, packed = cv2.imencode(".jpg", pixels[3], [cv2.IMWRITE_JPEG_QUALITY, 40])
    pixels[BLOCK + 100] = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    pixels[BLOCK + 150] = (pixels[10] * 0.6 + 40).astype(np.uint8)
    pixels[700] = pixels[600]
    pairs = find_near_duplicates(files, pixels)
    expected = {("3.png", f"{BLOCK + 100}.png"), ("10.png", f"{BLOCK + 150}.png"), ("600.png", "700.png")}
    assert {(p.first, p.second) for p in pairs} == expected
    assert pairs[0].correlation >= pairs[-1].correlation > 0.99


def test_the_correlation_is_numpys():
    pixels = make_pictures(2)
    pixels[1] = np.clip(pixels[0].astype(int) + np.random.default_rng(1).integers(-9, 10, pixels[0].shape), 0, 255)
    (pair,) = find_near_duplicates(("a", "b"), pixels)
    small = [cv2.resize(p, (32, 32), interpolation=cv2.INTER_AREA).ravel() for p in pixels]
    assert abs(pair.correlation - np.corrcoef(small)[0, 1]) < 1e-5


def test_pictures_of_one_colour_are_like_nothing():
    assert find_near_duplicates(("a", "b"), np.full((2, 64, 64), 7, np.uint8)) == []
