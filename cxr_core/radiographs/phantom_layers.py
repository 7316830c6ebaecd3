"""The chest's layers, each drawn on a plane of its own: where it lies and how dense it is, mostly 0 to 1."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cxr_core.radiographs import phantom_anatomy as anatomy
from cxr_core.radiographs.phantom_anatomy import LEFT, RIGHT, Build, Points

Plane = NDArray[np.floating]  # (N, N), float32
Canvas = NDArray[np.uint8]  # (N, N), drawn on by OpenCV, which smooths edges on bytes alone

_GRID = 256  # widths and blurs are given in pixels of a picture this large
_SHIFT = 4  # OpenCV takes corners in sixteenths of a pixel
_LETTERS = {
    "R": [(0, 1), (0, 0), (0.45, 0), (0.6, 0.12), (0.6, 0.4), (0.45, 0.52), (0, 0.52), (0.28, 0.52), (0.62, 1)],
    "L": [(0, 0), (0, 1), (0.55, 1)],
    "P": [(0, 1), (0, 0), (0.45, 0), (0.6, 0.12), (0.6, 0.4), (0.45, 0.52), (0, 0.52)],
}


@dataclass(frozen=True, eq=False)
class Film:
    """A square picture, and how the frame that outlines are given in lies on it."""

    size: int
    matrix: NDArray[np.float64]  # (2, 3), frame to pixels

    def blank(self) -> Canvas:
        return np.zeros((self.size, self.size), np.uint8)

    def place(self, points: Points) -> NDArray[np.int32]:
        """The points on the film, in sixteenths of a pixel."""
        pixels: Points = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return np.asarray(np.round(pixels * 2**_SHIFT), np.int32)

    def fill(self, canvas: Canvas, outline: Points, value: int) -> None:
        cv2.fillPoly(canvas, [self.place(outline)], value, cv2.LINE_AA, _SHIFT)

    def stroke(self, canvas: Canvas, lines: Points, value: int, width: float) -> None:
        """Draw lines of equal length in points, (lines, points, 2)."""
        thickness = max(1, round(width * self.size / _GRID))
        cv2.polylines(canvas, list(self.place(lines)), False, value, thickness, cv2.LINE_AA, _SHIFT)

    def dot(self, canvas: Canvas, centre: Points, value: int, radius: float) -> None:
        x, y = self.place(centre).tolist()
        cv2.circle(canvas, (x, y), round(radius * 2**_SHIFT * self.size / _GRID), value, -1, cv2.LINE_AA, _SHIFT)

    def soften(self, canvas: Canvas, blur: float) -> Plane:
        plane = np.multiply(canvas, 1 / 255, dtype=np.float32)
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), blur * self.size / _GRID), np.float32)

    def shape(self, outline: Points, blur: float) -> Plane:
        canvas = self.blank()
        self.fill(canvas, outline, 255)
        return self.soften(canvas, blur)

    def coordinates(self) -> tuple[Plane, Plane]:
        """x and y of every pixel, in the frame."""
        back = np.linalg.inv(self.matrix[:, :2])
        column = np.arange(self.size)[None] - self.matrix[0, 2]
        row = np.arange(self.size)[:, None] - self.matrix[1, 2]
        x, y = (back[i, 0] * column + back[i, 1] * row for i in range(2))
        return x.astype(np.float32), y.astype(np.float32)


def lay_film(rng: np.random.Generator, build: Build, size: int) -> Film:
    """The film behind a patient who stands a little turned, shifted, near or far."""
    angle = np.radians(rng.normal(0, 1.5))
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = rng.uniform(0.35, 0.42), rng.uniform(0.66, 0.75) - 0.06 * build.youth
    apices = 0.5 + rng.normal(0, 0.012), rng.uniform(0.11, 0.17) + 0.03 * build.youth
    return Film(size, size * np.column_stack([spin * stretch, apices]))


def draw_body(film: Film, build: Build) -> Plane:
    """Soft tissue: thin at the skin, the arms thinner than the trunk."""
    margin = film.size // 4  # a limb cut by the picture's edge is no thinner there
    wide = Film(film.size + 2 * margin, film.matrix + np.array([0, 0, margin]))
    trunk, arms = wide.blank(), wide.blank()
    wide.fill(trunk, anatomy.trace_body(build), 1)
    for side in (RIGHT, LEFT):
        wide.fill(arms, anatomy.trace_arm(build, side), 1)
    inside = slice(margin, margin + film.size)
    thickness = []
    for part, most in ((trunk, 1.0), (arms, 0.62)):
        depth = cv2.distanceTransform(part, cv2.DIST_L2, 3)[inside, inside] / film.size
        thickness.append(most * np.sqrt(0.7 * np.minimum(depth / 0.06, 1) + 0.3 * np.minimum(depth / 0.3, 1)))
    return np.asarray(cv2.GaussianBlur(np.maximum(*thickness), (0, 0), film.size / _GRID), np.float32)


def draw_ribs(film: Film, build: Build, start: float, stop: float, width: float) -> Plane:
    """Ribs between two angles (see `trace_ribs`), their edges denser than their middle."""
    canvas = film.blank()
    lines = np.concatenate([anatomy.trace_ribs(build, side, start, stop) for side in (RIGHT, LEFT)])  # (22, 24, 2)
    along = np.gradient(lines, axis=1)
    across = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    across *= width * build.rib_width / 2 / np.linalg.norm(across, axis=-1, keepdims=True)
    upper, lower = lines - across, lines + across
    for band in np.concatenate([upper, lower[:, ::-1]], axis=1):
        film.fill(canvas, band, 120)
    film.stroke(canvas, np.concatenate([upper, lower]), 215, 1)
    return film.soften(canvas, 0.55)


def draw_spine(film: Film) -> Plane:
    """Vertebrae with gaps for their discs, pedicles and spinous processes."""
    canvas = film.blank()
    process = np.array([(-0.012, 0.05), (0.012, 0.05), (0.016, 0.09), (0, 0.105), (-0.016, 0.09)])
    pedicles = np.array([(-0.055, 0.03), (0.055, 0.03)])
    for k in range(22):
        level, half = np.array([0, -0.33 + 0.09 * k]), 0.085 + 0.002 * k
        body = level + anatomy.mirrored(np.array([(half, 0.008), (half - 0.012, 0.044), (half, 0.080)]))
        film.fill(canvas, body, 120)
        film.stroke(canvas, body[[[0, 5], [2, 3]]], 165, 1)
        film.fill(canvas, level + process, 185)
        for pedicle in level + pedicles:
            film.dot(canvas, pedicle, 180, 1.9)
    return film.soften(canvas, 0.7)


def draw_shoulders(film: Film, build: Build) -> Plane:
    """Collar bones, shoulder blades and upper arms."""
    canvas = film.blank()
    for side in (RIGHT, LEFT):
        blade, clavicle = anatomy.trace_scapula(build, side), anatomy.trace_clavicle(build, side)
        humerus = anatomy.trace_humerus(build, side)
        film.stroke(canvas, humerus[None], 110, 13)
        film.dot(canvas, humerus[0], 125, 10)
        film.fill(canvas, blade, 60)
        film.stroke(canvas, blade[None], 95, 1.5)
        film.fill(canvas, clavicle, 140)
        film.stroke(canvas, clavicle[None], 240, 1)
    return film.soften(canvas, 0.6)


def draw_airways(film: Film, build: Build) -> Plane:
    """The windpipe and the two main bronchi, full of air."""
    canvas = film.blank()
    for tube, value, width in zip(anatomy.trace_airways(build), (200, 130, 130), (9, 6, 5), strict=True):
        film.stroke(canvas, tube[None], value, width)
    return film.soften(canvas, 1.4)


def draw_vessels(rng: np.random.Generator, film: Film) -> Plane:
    """The lungs' vessels: thick at the hila, thin and faint towards the chest wall, in a haze of finer ones."""
    canvas = film.blank()
    widths, values = (2.6, 1.8, 1, 1, 1, 1), (165, 150, 125, 100, 80, 60)
    for side in (RIGHT, LEFT):
        root = np.array([0.18, 0.39 if side == LEFT else 0.42])
        trunk = root + np.array([(-0.03, -0.08), (0.02, -0.03), (0.05, 0.04), (0.09, 0.14), (0.13, 0.22)])
        film.stroke(canvas, anatomy.on_side(anatomy.through(trunk), side)[None], 110, 4.5)
        angles = np.array([-1.3, -0.9, -0.4, 0.1, 0.45, 0.8, 1.1, 1.35]) + rng.normal(0, 0.15, 8)
        tree = anatomy.grow_tree(rng, root, angles, len(widths))
        for level in reversed(range(len(tree))):
            film.stroke(canvas, anatomy.on_side(tree[level], side), values[level], widths[level])
    return film.soften(canvas, 0.5) + 0.5 * film.soften(canvas, 7)


def draw_breasts(rng: np.random.Generator, film: Film) -> Plane:
    """Breast shadows over the lungs' feet."""
    size = rng.uniform(0.2, 1)
    right, left = (film.shape(anatomy.trace_breast(side, size), 2.5) for side in (RIGHT, LEFT))
    return right + left


def draw_stomach_gas(rng: np.random.Generator, film: Film, build: Build) -> Plane:
    """Gas in the stomach, beneath the left half of the diaphragm."""
    top, half, x = build.domes[1] + rng.uniform(0.02, 0.035), rng.uniform(0.12, 0.24), rng.uniform(0.4, 0.5)
    foot = top + rng.uniform(0.25, 0.5) * half
    arch = [(x - half, foot), (x - 0.8 * half, top + 0.03), (x, top), (x + 0.75 * half, top + 0.02), (x + half, foot)]
    return film.shape(anatomy.through([*arch, (x, foot + 0.15 * half), arch[0]]), 2.2)


def draw_leads(rng: np.random.Generator, film: Film) -> Plane:
    """One to three electrodes on the skin, each with its wire."""
    canvas = film.blank()
    spots = np.array([(-0.62, 0.08), (0.62, 0.1), (-0.75, 0.82), (0.8, 0.75)]) + rng.normal(0, 0.08, (4, 2))
    for spot in spots[rng.permutation(4)[: rng.integers(1, 4)]]:
        x, y = spot.tolist()
        foot = y + rng.uniform(0.4, 1)
        film.stroke(
            canvas, anatomy.through([(x, y), (1.25 * x, y + 0.2), (1.5 * x, foot), (1.5 * x, foot + 1)])[None], 150, 1
        )
        film.dot(canvas, spot, 120, 3.8)
        film.dot(canvas, spot, 255, 1.8)
    return film.soften(canvas, 0.5)


def draw_letter(size: int, letter: str, x: float, y: float, height: float, width: float = 1) -> Plane:
    """A letter of lead: its upper left corner and its height in parts of the picture's side."""
    film = Film(size, size * np.array([[height, 0, x], [0, height, y]]))
    canvas = film.blank()
    film.stroke(canvas, np.array([_LETTERS[letter]]), 255, width)
    return film.soften(canvas, 0.4)


@lru_cache(maxsize=2)
def _grow_clouds(fall: float) -> Plane:
    frequency = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.rfftfreq(512)[None])
    spectrum = np.fft.rfft2(np.random.default_rng(0).standard_normal((512, 512)))
    noise = np.fft.irfft2(spectrum * np.maximum(frequency, 3 / 512) ** -fall)
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)


def cut_clouds(rng: np.random.Generator, size: int, fall: float = 2.0) -> Plane:
    """Noise like clouds, mean 0, spread 1, alike at every size.

    Its amplitude falls with this power of the frequency: the smaller, the finer the clouds.
    """
    top, left = rng.integers(0, 512 - _GRID, 2)
    piece = _grow_clouds(fall)[top : top + _GRID, left : left + _GRID]  # growing takes longer than all the rest
    return (
        piece
        if size == _GRID
        else np.asarray(cv2.resize(piece, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)
    )
