"""The chest as outlines, in a frame of its own.

x = -1 and 1 at the rib cage's sides, y = 0 at the lungs' apices and 1 at their foot. The patient's left is the
picture's right, so x > 0 is the patient's left. Outlines are (N, 2), x before y.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
RIGHT, LEFT = -1.0, 1.0  # the patient's sides, as signs of x
RIBS = 11

_STEPS = np.linspace(0, 1, 8, endpoint=False)[:, None]
_CATMULL_ROM = (
    np.hstack([np.ones_like(_STEPS), _STEPS, _STEPS**2, _STEPS**3])
    @ np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]])
    / 2
)  # (8, 4)
_WALL = np.array([(0.37, -0.02), (0.54, 0.035), (0.70, 0.14), (0.83, 0.30), (0.92, 0.48), (0.98, 0.70), (1.0, 0.99)])


@dataclass(frozen=True)
class Build:
    """What differs between two patients."""

    youth: float  # 0 = a grown-up, 1 = a small child: wide heart and mediastinum, flat ribs
    taper: float  # above 1 the chest narrows more towards the top, below 1 less: a barrel
    heart: float  # its width
    tip: float  # how far the heart's tip hangs
    knob: float  # how far the aortic knob stands out
    domes: tuple[float, float]  # y of the right and the left half of the diaphragm
    flank: float  # width of the soft tissue beside the ribs
    arms: float  # their angle below the horizontal, in radians
    rib_drop: float  # how far a rib falls from the spine to the flank
    rib_width: float
    turned: float  # x by which what lies in front has moved against the spine


def draw_build(rng: np.random.Generator) -> Build:
    """A patient."""
    youth = rng.random()
    right = rng.uniform(0.77, 0.84)
    return Build(
        youth=youth,
        taper=rng.uniform(0.75, 1.2),
        heart=rng.uniform(0.85, 1.12) + 0.18 * youth,
        tip=rng.uniform(-0.03, 0.03),
        knob=rng.uniform(0.02, 0.07) * (1 - youth),
        domes=(right, right + rng.uniform(0.01, 0.05)),
        flank=rng.uniform(0.10, 0.34),
        arms=rng.uniform(0.35, 1.25),
        rib_drop=0.19 - 0.06 * youth + rng.uniform(-0.02, 0.02),
        rib_width=rng.uniform(0.028, 0.036),
        turned=rng.normal(0, 0.02),
    )


def through(knots: Sequence[tuple[float, float]] | Points) -> Points:
    """A smooth line through the knots (Catmull-Rom)."""
    points = np.asarray(knots, dtype=float)
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    windows = np.stack([padded[i : len(points) - 1 + i] for i in range(4)], axis=1)  # (segments, 4, 2)
    return np.vstack([(_CATMULL_ROM @ windows).reshape(-1, 2), points[-1:]])


def on_side(points: Points, side: float) -> Points:
    """Points given for the patient's left, on the side asked for."""
    return points * (side, 1.0)


def mirrored(left: Points) -> Points:
    """The closed outline of which the left half is given, from top to bottom."""
    return np.vstack([left, on_side(left, RIGHT)[::-1]])


def trace_body(build: Build) -> Points:
    """Neck, shoulders and flanks."""
    edge = 1.04 + build.flank
    neck = 0.34 + 0.3 * build.flank
    top = [(neck, -0.6), (neck, -0.30), (neck + 0.12, -0.2), (0.85, -0.15), (1.15, -0.11), (edge + 0.26, 0.03)]
    return mirrored(through([*top, (edge + 0.12, 0.33), (edge, 0.52), (edge, 0.75), (edge, 1.0), (edge + 0.02, 1.8)]))


def trace_arm(build: Build, side: float) -> Points:
    """An arm, from the shoulder out of the picture."""
    along = np.array([np.cos(build.arms), np.sin(build.arms)])
    across = 0.2 * np.array([along[1], -along[0]])
    shoulder = np.array([1.12 + 0.5 * build.flank, 0.1])
    corners = [across - 0.1 * along, across + 2 * along, 2 * along - across, 0.1 * along - across]
    return on_side(shoulder + corners, side)


def trace_humerus(build: Build, side: float) -> Points:
    """The upper arm's bone, from its head out of the picture."""
    along = np.array([np.cos(build.arms), np.sin(build.arms)])
    return on_side(np.array([1.27, 0.06]) + np.outer([0, 2], along), side)


def trace_wall(build: Build) -> Points:
    """The rib cage's inside on the left, from the apex to the costophrenic angle, as knots."""
    return _WALL ** (build.taper, 1.0)


def trace_thorax(build: Build) -> Points:
    """The inside of the rib cage, and of the belly beneath it."""
    return mirrored(np.vstack([[(0.0, -0.08), (0.2, -0.07)], through(trace_wall(build) * 1.02), [(0.98, 1.8)]]))


def trace_dome(build: Build, side: float) -> Points:
    """One half of the diaphragm, from the costophrenic angle to the midline."""
    top = build.domes[0] if side == RIGHT else build.domes[1]
    foot = [(1.0, 0.99), (0.94, top + 0.1), (0.78, top + 0.025), (0.52, top), (0.28, top + 0.015), (0.0, top + 0.06)]
    return on_side(through(foot), side)


def trace_abdomen(build: Build) -> Points:
    """What lies beneath the diaphragm."""
    return np.vstack([trace_dome(build, RIGHT), trace_dome(build, LEFT)[::-1], [(1.0, 1.8), (-1.0, 1.8)]])


def trace_lung(build: Build, side: float) -> Points:
    """One lung, the part behind the heart included."""
    wall = trace_wall(build)
    medial = [(0.0, 0.9), (0.03, 0.5), (0.08, 0.2), (0.13, 0.08), (0.65 * wall[0, 0], 0.0)]
    return np.vstack([on_side(through(np.vstack([medial, wall])), side), trace_dome(build, side)])


def trace_heart(build: Build) -> Points:
    """The heart: the right atrium's curve, the left ventricle's down to the tip, the waist beneath the aortic knob."""
    right = [(-0.10, 0.34), (-0.17, 0.44), (-0.25, 0.55), (-0.275, 0.67), (-0.245, 0.78), (-0.17, 0.88)]
    left = [(0.45, 0.89), (0.54, 0.82), (0.535, 0.72), (0.465, 0.595), (0.36, 0.485), (0.265, 0.395), (0.14, 0.31)]
    outline = through([*right, (0.05, 0.96), (0.28, 0.95), *left, right[0]])
    sag = build.tip * np.clip((outline[:, 0] - 0.1) / 0.4, 0, 1)
    return np.column_stack([outline[:, 0] * build.heart + build.turned, outline[:, 1] + sag])


def trace_mediastinum(build: Build) -> Points:
    """The great vessels on both sides of the spine, with the aortic knob on the left."""
    knob = 0.20 + build.knob
    left = [(0.2, -0.3), (0.15, 0.02), (0.155, 0.13), (knob, 0.20), (knob, 0.265), (0.175, 0.33), (0.15, 0.5)]
    right = [(-0.11, 1.0), (-0.13, 0.5), (-0.165, 0.33), (-0.17, 0.15), (-0.15, 0.02), (-0.2, -0.3)]
    outline = np.vstack([through([*left, (0.13, 1.0)]), through(right)])
    return outline * (1 + 0.3 * build.youth, 1.0) + (build.turned, 0.0)


def trace_ribs(build: Build, side: float, start: float, stop: float) -> Points:
    """The middle lines of a side's ribs between two angles, (11, 24, 2).

    The angle is 0 at the spine and 90 at the flank, and beyond that in front.
    """
    angle = np.radians(np.linspace(start, stop, 24))
    spine = -0.055 + 0.088 * np.arange(RIBS)[:, None]
    drop = build.rib_drop * np.linspace(0.7, 1.25, RIBS)[:, None]
    flank = spine + drop
    wall = np.interp(flank, *trace_wall(build).T[::-1]) + 0.022
    steep = np.where(angle > np.pi / 2, 1.9, 1.0)  # the front falls faster than the back
    x = 0.06 + (wall - 0.06) * np.sin(angle) ** 0.85
    y = flank - drop * steep * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 1.35
    return on_side(np.stack([x, y], axis=-1), side)


def trace_clavicle(build: Build, side: float) -> Points:
    """The collar bone, its outer end the lower the more the arm hangs."""
    upper = [(0.09, 0.105), (0.22, 0.085), (0.45, 0.06), (0.72, 0.0), (0.95, -0.05), (1.18, -0.05), (1.27, -0.03)]
    lower = [(1.27, -0.01), (1.18, -0.01), (0.95, -0.015), (0.72, 0.036), (0.45, 0.092), (0.25, 0.13), (0.12, 0.16)]
    x, y = np.vstack([through(upper), through(lower)]).T
    return np.column_stack([side * x + 1.5 * build.turned, y + 0.08 * (build.arms - 0.8) * x])


def trace_scapula(build: Build, side: float) -> Points:
    """The shoulder blade, farther out the more the arm is lifted."""
    upper = [(1.18, 0.03), (1.02, 0.05), (0.90, 0.12), (0.93, 0.28), (0.99, 0.43)]
    lower = [(1.03, 0.40), (1.07, 0.24), (1.18, 0.1)]
    return on_side(through([*upper, *lower]) + np.array([0.1 * (0.8 - build.arms), 0.0]), side)


def trace_breast(side: float, size: float) -> Points:
    """A breast's shadow, whose lower edge crosses the lung's foot."""
    outer = 0.95 + 0.25 * size
    inside = [(0.35, 0.5), (0.22, 0.68), (0.35, 0.80 + 0.08 * size), (0.65, 0.84 + 0.12 * size)]
    outside = [(outer, 0.78 + 0.05 * size), (outer + 0.05, 0.6), (0.7, 0.4), (0.35, 0.5)]
    return on_side(through([*inside, *outside]), side)


def trace_airways(build: Build) -> tuple[Points, Points, Points]:
    """The middle lines of the windpipe, the right and the left main bronchus."""
    windpipe = [(0.0, -0.5), (0.0, 0.0), (0.012, 0.12), (-0.01, 0.27)]
    right, left = [(-0.01, 0.27), (-0.09, 0.33), (-0.17, 0.40)], [(-0.01, 0.27), (0.1, 0.335), (0.2, 0.385)]
    aside = np.array([build.turned, 0])
    return through(windpipe) + aside, through(right) + aside, through(left) + aside


def grow_tree(rng: np.random.Generator, root: Points, angles: NDArray[np.float64], levels: int) -> list[Points]:
    """Vessels or bronchi that leave the root at the angles and fork: one (branches, 5, 2) a level."""
    tips = np.tile(root, (len(angles), 1))
    length, tree = 0.14, []
    for _ in range(levels):
        bends = angles[:, None] + np.cumsum(rng.normal(0, 0.2, (len(angles), 4)), axis=1)
        strides = length / 4 * rng.uniform(0.4, 1.4, len(angles))
        steps = np.stack([np.cos(bends), np.sin(bends)], axis=-1) * strides[:, None, None]
        tree.append(tips[:, None] + np.concatenate([np.zeros_like(steps[:, :1]), np.cumsum(steps, axis=1)], axis=1))
        fork = rng.uniform(0.15, 0.6, (2, len(angles))) * [[1], [-1]]
        angles = (bends[:, -1] + fork).ravel()
        tips, length = np.tile(tree[-1][:, -1], (2, 1)), length * 0.88
    return tree
