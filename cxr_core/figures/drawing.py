"""What every figure shares: the colours of the classes, and a description for those who cannot see it."""

from typing import Any, NamedTuple

from cxr_core.types import NORMAL, PNEUMONIA

# Blue and orange differ for every kind of colour blindness, and stand out on white and on near-black.
COLOURS = {NORMAL: "#3b8bd4", PNEUMONIA: "#e8743b", "bacteria": "#e8743b", "virus": "#b5489a"}
OTHER_COLOURS = ("#8a8f98", "#4aa564", "#c2a21b", "#6f6fd1")


class Drawing(NamedTuple):
    """A plotly figure and its text alternative."""

    figure: Any  # plotly.graph_objects.Figure
    alt: str


def find_colour(kind: str, number: int = 0) -> str:
    return COLOURS.get(kind, OTHER_COLOURS[number % len(OTHER_COLOURS)])
