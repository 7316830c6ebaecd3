"""The models that are here: a folder each under models/, with its card."""

from pathlib import Path

MODELS = Path(__file__).resolve().parents[1] / "models"


def list_models(folder: Path = MODELS) -> list[str]:
    """The names of the folders that hold a card, without a model being loaded."""
    return sorted(card.parent.name for card in folder.glob("*/card.json"))
