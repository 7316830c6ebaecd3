"""Pneumonia for a phantom: how much of the air at each place has given way to fluid, 0 to 1."""

import cv2
import numpy as np

from cxr_core.radiographs import phantom_anatomy as anatomy
from cxr_core.radiographs.phantom_anatomy import LEFT, RIGHT, Points
from cxr_core.radiographs.phantom_layers import Film, Plane, cut_clouds

ZONES = ("right upper", "right middle", "right lower", "left upper", "left middle", "left lower")
SUBTYPES = ("lobar", "round", "diffuse")

_CENTRES = {  # x on the zone's own side, and y
    "right upper": (0.46, 0.19),
    "right middle": (0.46, 0.51),
    "right lower": (0.57, 0.77),
    "left upper": (0.46, 0.19),
    "left middle": (0.48, 0.51),
    "left lower": (0.68, 0.78),  # beside the heart, which takes more room on the left
}
# What an opacity takes of the air beside the heart, and of the air behind it: the middle lobe and the lingula lie
# against the heart and rub its border out, the lower lobes lie behind it and leave more of it standing.
_DEPTHS = {"upper": (1.0, 1.0), "middle": (1.0, 0.2), "lower": (0.6, 1.0)}
_RADII = {"lobar": (0.50, 0.23), "round": (0.27, 0.14), "diffuse": (0.42, 0.19)}
_RAGGED = {"lobar": 0.28, "round": 0.16, "diffuse": 0.5}  # how far clouds eat into the edge, in radii
_SOFT = {"lobar": 0.5, "round": 0.4, "diffuse": 0.9}  # over how much of the radius the edge fades


def choose_disease(rng: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    """A subtype and its zones: one, or for the diffuse subtype two to five, on both sides."""
    subtype = SUBTYPES[rng.integers(3)]
    if subtype != "diffuse":
        return subtype, (ZONES[rng.integers(6)],)
    chosen = {int(rng.integers(3)), int(rng.integers(3, 6)), *rng.permutation(6)[: rng.integers(0, 4)].tolist()}
    return subtype, tuple(ZONES[i] for i in sorted(chosen))


def draw_opacity(rng: np.random.Generator, film: Film, subtype: str, zones: tuple[str, ...]) -> tuple[Plane, Plane]:
    """The share of the air that is lost beside the heart, and the share behind it."""
    beside, behind = np.zeros((2, film.size, film.size), np.float32)
    strength = rng.uniform(0.3, 0.6) if subtype == "diffuse" else rng.uniform(0.35, 0.95)
    for zone in zones:
        patch = strength * _draw_patch(rng, film, subtype, zone)
        share_beside, share_behind = _DEPTHS[zone.split()[1]]
        np.maximum(beside, share_beside * patch, out=beside)
        np.maximum(behind, share_behind * patch, out=behind)
    return beside, behind


def _draw_patch(rng: np.random.Generator, film: Film, subtype: str, zone: str) -> Plane:
    side, height = RIGHT if zone.startswith("right") else LEFT, zone.split()[1]
    centre = rng.normal(_CENTRES[zone], (0.05, 0.02))
    radii = rng.uniform(0.75, 1.15) * np.array(_RADII[subtype])
    x, y = film.coordinates()
    reach = cv2.magnitude((side * x - float(centre[0])) / float(radii[0]), (y - float(centre[1])) / float(radii[1]))
    patch = _rise((1 - reach + _RAGGED[subtype] * cut_clouds(rng, film.size)) / _SOFT[subtype])
    if subtype == "lobar" and side == RIGHT and height != "lower":
        below = y - (0.36 - 0.07 * x)  # the horizontal fissure, falling off outwards; the left lung has none
        patch *= _rise((below if height == "middle" else -below) / 0.02 + 0.5)
    patch *= 0.84 + 0.16 * np.tanh(1.5 * cut_clouds(rng, film.size))
    if rng.random() < 0.6:
        patch *= 1 - 0.4 * _draw_bronchogram(rng, film, side, centre)
    return patch


def _rise(t: Plane) -> Plane:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _draw_bronchogram(rng: np.random.Generator, film: Film, side: float, centre: Points) -> Plane:
    """Bronchi still filled with air, from the hilum through the opacity."""
    canvas, hilum = film.blank(), np.array([0.17, 0.41])
    along = centre - hilum
    angles = np.arctan2(along[1], along[0]) + rng.normal(0, 0.3, 2)
    tree = anatomy.grow_tree(rng, hilum + 0.25 * along, angles, 4)
    for branches, width in zip(tree, (1.6, 1, 1, 1), strict=True):
        film.stroke(canvas, anatomy.on_side(branches, side), 230, width)
    return film.soften(canvas, 0.7)
