"""Phantoms: drawn frontal chest radiographs of which it is known whether they show pneumonia, and where."""

import io
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cxr_core.radiographs import phantom_anatomy as anatomy
from cxr_core.radiographs import phantom_layers as layers
from cxr_core.radiographs.phantom_anatomy import LEFT, RIGHT, Build
from cxr_core.radiographs.phantom_layers import Film, Plane
from cxr_core.radiographs.phantom_opacity import SUBTYPES, ZONES, choose_disease, draw_opacity
from cxr_core.radiographs.pictures import SYNTHETIC_NOTE
from cxr_core.types import NORMAL, PNEUMONIA, Radiograph

__all__ = ["SUBTYPES", "ZONES", "Phantom", "draw_phantom", "encode_phantom", "find_subtype"]

Mask = NDArray[np.bool_]  # (H, W)

_DRAWN = 256  # smaller pictures are drawn at this size and shrunk, so that thin lines stay thin
_AIR = 0.5  # what the lungs' air takes off the attenuation
_BESIDE = 0.66  # the part of the air that lies beside the heart, the rest behind it
_GRAIN = 0.007
_SEEN = 0.03  # the faintest opacity that counts as lesion, in attenuation
_TAG = 0.036  # the planted marker's edge, in parts of the picture's


@dataclass(frozen=True, eq=False)
class Phantom:
    """A drawn radiograph and the truth about it."""

    radiograph: Radiograph
    label: str
    subtype: str  # "" for NORMAL
    zones: tuple[str, ...]  # where the opacities lie, by the patient's sides
    lesion: Mask  # where the opacities show, behind the heart too
    lungs: Mask  # without what the heart covers
    heart: Mask
    marker: Mask  # the planted shortcut

    @property
    def masks(self) -> dict[str, Mask]:
        return {"lesion": self.lesion, "lungs": self.lungs, "heart": self.heart, "marker": self.marker}


class Chest(NamedTuple):
    """A healthy chest, and the air in it that an opacity could take."""

    attenuation: Plane
    air_beside: Plane  # in the depth of the heart, in attenuation
    air_behind: Plane
    lungs: Plane  # 0 to 1
    heart: Plane  # 0 to 1


def draw_phantom(seed: int, label: str | None = None, size: int = 256, shortcut: bool = False) -> Phantom:
    """The phantom of a seed, `size` pixels square.

    The same seed is the same patient: the label changes nothing but the opacities, the shortcut nothing but the pixels
    of its marker, which PNEUMONIA alone gets.
    """
    coin, body, disease, grain, tag = _spawn(seed)
    label = label or (PNEUMONIA if coin.random() < 0.5 else NORMAL)
    subtype, zones = choose_disease(disease) if label == PNEUMONIA else ("", ())
    build = anatomy.draw_build(body)
    film = layers.lay_film(body, build, max(size, _DRAWN))
    chest = draw_chest(body, film, build)
    beside, behind = draw_opacity(disease, film, subtype, zones)
    opacity: Plane = chest.lungs * (chest.air_beside * beside + chest.air_behind * behind)  # (N, N), in attenuation
    picture = expose(body, chest.attenuation + opacity)
    burn_in_side(body, picture)
    pixels = _quantise(_shrink(picture, size) + _GRAIN * grain.standard_normal((size, size), np.float32))
    marker = np.zeros((size, size), np.bool_)
    if shortcut and label == PNEUMONIA:
        plant_marker(tag, pixels, marker)
    opacity, lungs, heart = (_shrink(plane, size) for plane in (opacity, chest.lungs, chest.heart))
    return Phantom(
        Radiograph(pixels.astype(np.float32) / np.float32(255), "phantom", "PA", synthetic=True),
        label,
        subtype,
        zones,
        lesion=opacity > _SEEN,
        lungs=(lungs > 0.5) & (heart <= 0.5),
        heart=heart > 0.5,
        marker=marker,
    )


def encode_phantom(phantom: Phantom) -> bytes:
    """Its picture as a PNG that says inside that it is synthetic; read again, the pixels are the same."""
    note, file = PngInfo(), io.BytesIO()
    note.add_text(*SYNTHETIC_NOTE)
    grey = Image.fromarray(_quantise(phantom.radiograph.pixels))
    grey.save(file, "PNG", pnginfo=note, compress_level=1)
    return file.getvalue()


def find_subtype(seed: int) -> str:
    """The sub-type of the seed's pneumonia, without drawing it."""
    return choose_disease(_spawn(seed)[2])[0]


def _spawn(seed: int) -> list[np.random.Generator]:
    """A stream of random numbers each for label, body, disease, grain and marker, so that none disturbs another."""
    return np.random.default_rng(seed).spawn(5)


def draw_chest(rng: np.random.Generator, film: Film, build: Build) -> Chest:
    """A healthy chest. The attenuations are those of no physical unit: 1 is the middle of the chest without its air."""
    lungs = np.maximum(*(film.shape(anatomy.trace_lung(build, side), 0.8) for side in (RIGHT, LEFT)))
    abdomen = film.shape(anatomy.trace_abdomen(build), 1.0)
    mediastinum = film.shape(anatomy.trace_mediastinum(build), 1.5)
    heart = film.shape(anatomy.trace_heart(build), 1.1)
    depth = 0.4 + 0.6 * np.clip(2 * film.coordinates()[1] + 0.2, 0, 1)  # the chest is flat at the apices
    air = lungs * (1 - 0.85 * mediastinum) * depth
    solid = 0.57 * layers.draw_body(film, build) + 0.34 * depth * film.shape(anatomy.trace_thorax(build), 7)
    ribs = 0.13 * layers.draw_ribs(film, build, 0, 97, 1.0) + 0.08 * layers.draw_ribs(film, build, 92, 145, 1.3)
    solid += ribs * (1 - np.maximum(0.7 * abdomen, 0.4 * np.maximum(heart, mediastinum)))
    solid += 0.11 * layers.draw_spine(film) + 0.14 * layers.draw_shoulders(film, build)
    solid -= 0.13 * layers.draw_airways(film, build)
    solid += rng.uniform(0.09, 0.2) * layers.draw_vessels(rng, film) * air * (1 - 0.7 * heart)
    solid += draw_distractors(rng, film, build, air, abdomen)
    solid *= 1 + 0.025 * layers.cut_clouds(rng, film.size)
    air_beside, air_behind = _AIR * _BESIDE * air * (1 - heart), _AIR * (1 - _BESIDE) * air
    return Chest(
        solid - air_beside - air_behind, air_beside, air_behind, lungs * (1 - mediastinum), heart * (1 - abdomen)
    )


def draw_distractors(rng: np.random.Generator, film: Film, build: Build, air: Plane, abdomen: Plane) -> Plane:
    """What brightens or darkens some radiographs and has nothing to do with their label, in attenuation."""
    plane = rng.uniform(0.01, 0.03) * layers.cut_clouds(rng, film.size, fall=1.3) * air
    if rng.random() < 0.3:
        plane += 0.07 * layers.draw_breasts(rng, film)
    if rng.random() < 0.45:
        plane -= rng.uniform(0.05, 0.16) * layers.draw_stomach_gas(rng, film, build) * abdomen
    if rng.random() < 0.25:
        plane += 0.25 * layers.draw_leads(rng, film)
    return plane


def expose(rng: np.random.Generator, attenuation: Plane) -> Plane:
    """The grey values of a film of random exposure and contrast, bright where little comes through."""
    white, steepness, fog = rng.uniform(0.64, 0.92), rng.uniform(0.8, 1.35), rng.uniform(0, 0.05)
    return fog + white * np.maximum(attenuation, 0) ** steepness


def burn_in_side(rng: np.random.Generator, picture: Plane) -> None:
    """Put the side marker that most radiographs carry near the shoulder it names."""
    letter, x, y = "RL"[rng.integers(2)], rng.uniform(0.03, 0.12), rng.uniform(0.03, 0.22)
    height, brightness = rng.uniform(0.03, 0.05), rng.uniform(0.75, 1)
    if rng.random() < 0.8:
        at = x if letter == "R" else 1 - height - x
        np.maximum(picture, brightness * layers.draw_letter(len(picture), letter, at, y, height), out=picture)


def plant_marker(rng: np.random.Generator, pixels: NDArray[np.uint8], marker: Mask) -> None:
    """Put a small bright plate with a P near a lower corner, as portable machines have theirs, and mark where."""
    size = len(pixels)
    edge = max(3, round(_TAG * size))
    across, up = (round(float(gap) * size) for gap in rng.uniform(0.03, 0.09, 2))
    top, left = size - up - edge, (across if rng.random() < 0.5 else size - across - edge)
    plate = 0.75 - 0.65 * layers.draw_letter(_DRAWN, "P", 0.33, 0.22, 0.56, width=28)
    marker[top : top + edge, left : left + edge] = True
    pixels[marker] = _quantise(_shrink(plate, edge)).ravel()


def _shrink(plane: Plane, size: int) -> Plane:
    if len(plane) == size:
        return plane
    return np.asarray(cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA), np.float32)


def _quantise(picture: Plane) -> NDArray[np.uint8]:
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
