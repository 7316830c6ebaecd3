"""The recipes a model can be trained by: one file each, listed here in the order of the menus."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Data preparation, architecture, loss, optimiser and stopping rule under one name."""

    name: str
    paper: str
    input: str
    parameters: int


RECIPES: tuple[Recipe, ...] = ()
