import hashlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cxr_core.radiographs.phantom import SUBTYPES, ZONES, Phantom, draw_phantom
from cxr_core.types import NORMAL, PNEUMONIA

ROOT = Path(__file__).parents[3]
SEEDS = range(120)


@cache
def phantom(seed: int, label: str) -> Phantom:
    return draw_phantom(seed, label)


@cache
def two_hundred_brightnesses() -> tuple[list[bool], list[float], list[float]]:
    """Of phantoms labelled by their seeds: sick or not, mean grey value, mean grey value of the lungs."""
    drawn = [draw_phantom(seed) for seed in range(200)]
    pixels = [p.radiograph.pixels for p in drawn]
    in_lungs = [float(pixels[i][p.lungs].mean()) for i, p in enumerate(drawn)]
    return [p.label == PNEUMONIA for p in drawn], [float(a.mean()) for a in pixels], in_lungs


def grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * pixels + 1, 2 * pixels + 1))) > 0


def fingerprint(p: Phantom) -> str:
    masks = (p.lesion, p.lungs, p.heart, p.marker)
    return hashlib.sha256(b"".join(a.tobytes() for a in (p.radiograph.pixels, *masks))).hexdigest()


@pytest.mark.parametrize(("label", "size", "shortcut"), [(None, 256, False), (PNEUMONIA, 160, True)])
def test_another_process_draws_the_same_bytes(label, size, shortcut):
    code = (
        "from tests.cxr_core.radiographs.test_phantom import draw_phantom, fingerprint\n"
        f"print([fingerprint(draw_phantom(seed, {label!r}, {size}, {shortcut})) for seed in (0, 7, 123456789)])"
    )
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert there.strip() == str([fingerprint(draw_phantom(seed, label, size, shortcut)) for seed in (0, 7, 123456789)])


def test_different_seeds_are_different_patients():
    assert len({fingerprint(phantom(seed, NORMAL)) for seed in SEEDS}) == len(SEEDS)


def test_a_phantom_says_that_it_is_synthetic():
    radiograph = phantom(0, NORMAL).radiograph
    assert (radiograph.synthetic, radiograph.source_format, radiograph.view) == (True, "phantom", "PA")
    assert radiograph.spacing is None
    assert radiograph.warnings == ()


def test_labels_drawn_from_the_seed_are_about_half_and_half():
    sick, _, _ = two_hundred_brightnesses()
    assert 72 <= sum(sick) <= 128  # four standard deviations of a fair coin


def test_an_unlabelled_phantom_is_the_one_drawn_with_its_label():
    for seed in range(6):
        p = draw_phantom(seed)
        assert fingerprint(p) == fingerprint(phantom(seed, p.label))


def test_a_normal_phantom_has_no_lesion():
    for seed in range(20):
        p = phantom(seed, NORMAL)
        assert (p.label, p.subtype, p.zones, p.lesion.any()) == (NORMAL, "", (), False)


def test_every_zone_and_subtype_occurs_and_only_diffuse_ones_take_several_zones():
    sick = [phantom(seed, PNEUMONIA) for seed in SEEDS]
    assert {p.subtype for p in sick} == set(SUBTYPES)
    assert {zone for p in sick for zone in p.zones} == set(ZONES)
    for p in sick:
        sides = {zone.split()[0] for zone in p.zones}
        assert sides == {"right", "left"} if p.subtype == "diffuse" else len(p.zones) == 1


@given(st.integers(0, 2**63 - 1), st.sampled_from((NORMAL, PNEUMONIA)))
@settings(max_examples=40, deadline=None)
def test_masks_fit_the_chest(seed, label):
    p = draw_phantom(seed, label)
    assert all(m.shape == (256, 256) and m.dtype == bool for m in (p.lesion, p.lungs, p.heart, p.marker))
    assert not (p.lungs & p.heart).any()
    assert p.lesion.any() == (label == PNEUMONIA)
    assert (p.lesion & ~grown(p.lungs | p.heart, 4)).sum() == 0
    assert 0.15 < p.lungs.mean() < 0.45
    assert 0.04 < p.heart.mean() < 0.16
    columns = np.nonzero(p.heart)[1]
    middle = np.nonzero(p.lungs)[1].mean()
    assert columns.max() - middle > middle - columns.min()  # more of the heart on the patient's left
    assert p.radiograph.pixels[p.lungs].mean() < p.radiograph.pixels[p.heart].mean()


def test_a_lesion_lies_in_the_zone_that_is_named():
    for seed in SEEDS:
        p = phantom(seed, PNEUMONIA)
        if len(p.zones) > 1:
            continue
        side, third = p.zones[0].split()
        chest = p.lungs | p.heart
        middle = np.nonzero(chest)[1].mean()
        on_side = np.arange(256)[None] < middle if side == "right" else np.arange(256)[None] >= middle
        rows = np.nonzero(p.lungs & on_side)[0]
        y, x = (axis.mean() for axis in np.nonzero(p.lesion))
        assert on_side[0, round(x)], (seed, p.zones)
        assert int(3 * (y - rows.min()) / np.ptp(rows)) == ("upper", "middle", "lower").index(third), (seed, p.zones)


def test_label_changes_nothing_but_the_opacity():
    for seed in SEEDS:
        sick, well = phantom(seed, PNEUMONIA), phantom(seed, NORMAL)
        difference = sick.radiograph.pixels - well.radiograph.pixels
        assert np.array_equal(sick.lungs, well.lungs)
        assert np.array_equal(sick.heart, well.heart)
        assert difference[sick.lesion].mean() > 0.03, seed
        assert np.abs(difference[~grown(sick.lesion, 6)]).max() < 0.04, seed  # the opacity's faint rim
        assert np.abs(difference[~grown(sick.lungs | sick.heart, 4)]).max() < 1.5 / 255, seed  # blurred borders
        assert not difference[~grown(sick.lungs | sick.heart, 12)].any(), seed


def border_contrast(p: Phantom, lesion: np.ndarray) -> float:
    """How much brighter the heart is just inside its border than the lung just outside, along the lesion."""
    inside = p.heart & grown(p.lungs, 5) & ~grown(p.lungs, 2) & grown(lesion, 5)
    outside = p.lungs & grown(p.heart, 5) & ~grown(p.heart, 2) & lesion
    return float(p.radiograph.pixels[inside].mean() - p.radiograph.pixels[outside].mean())


def test_an_opacity_against_the_heart_rubs_its_border_out():
    ratios = []
    for seed in SEEDS:
        sick = phantom(seed, PNEUMONIA)
        beside_heart = sick.zones in (("right middle",), ("left middle",))
        if beside_heart and (sick.lesion & sick.lungs & grown(sick.heart, 5)).sum() > 100:
            ratios.append(border_contrast(sick, sick.lesion) / border_contrast(phantom(seed, NORMAL), sick.lesion))
    assert len(ratios) > 10
    assert max(ratios) < 0.85
    assert np.median(ratios) < 0.6


@pytest.mark.parametrize("size", [64, 256, 300])
def test_shortcut_adds_a_marker_to_pneumonia_and_nothing_else(size):
    for seed in range(8):
        plain, planted = (draw_phantom(seed, PNEUMONIA, size, shortcut=s) for s in (False, True))
        changed = plain.radiograph.pixels != planted.radiograph.pixels
        assert not plain.marker.any()
        assert 9 <= planted.marker.sum() < 0.003 * size**2 + 9
        assert not (changed & ~planted.marker).any()
        assert changed.sum() > 0.8 * planted.marker.sum()
        assert not (planted.marker & (planted.lungs | planted.heart)).any()
        assert fingerprint(draw_phantom(seed, NORMAL, size, shortcut=True)) == fingerprint(
            draw_phantom(seed, NORMAL, size)
        )


@given(st.integers(0, 2**32), st.sampled_from((64, 200, 256)))
@settings(max_examples=20, deadline=None)
def test_an_eight_bit_png_keeps_every_pixel(seed, size):
    pixels = draw_phantom(seed, size=size).radiograph.pixels
    assert pixels.dtype == np.float32
    assert 0 <= pixels.min() < pixels.max() <= 1
    _, png = cv2.imencode(".png", np.round(pixels * 255).astype(np.uint8))
    read = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    assert np.array_equal(read.astype(np.float32) / np.float32(255), pixels)


@pytest.mark.parametrize("size", [64, 130, 512, 1024])
def test_other_sizes_show_the_same_patient(size):
    for seed in range(4):
        p, q = draw_phantom(seed, PNEUMONIA, size), phantom(seed, PNEUMONIA)
        assert p.radiograph.pixels.shape == p.lesion.shape == (size, size)
        small, other = (cv2.resize(a.radiograph.pixels, (64, 64), interpolation=cv2.INTER_AREA) for a in (p, q))
        assert np.abs(small - other).mean() < 0.01
        for mask, other_mask in ((p.lesion, q.lesion), (p.lungs, q.lungs), (p.heart, q.heart)):
            mask, other_mask = (cv2.resize(m.astype(np.uint8), (256, 256)) > 0 for m in (mask, other_mask))
            assert (mask & other_mask).sum() > 0.8 * (mask | other_mask).sum()


def test_mean_brightness_alone_does_not_separate_the_labels():
    sick, whole, in_lungs = two_hundred_brightnesses()
    assert roc_auc_score(sick, whole) < 0.9
    assert roc_auc_score(sick, in_lungs) < 0.9
