"""Every capability without a browser: `python -m cxr_core --help`.

Exit code 0, 1 for a user's error (one line on stderr), 2 for wrong usage.
"""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxr_core import __version__
from cxr_core.progress import Clock, Report
from cxr_core.types import Radiograph, Refusal
from cxr_core.words import say_count, say_radiograph

if TYPE_CHECKING:
    from cxr_core.datasets.check import Findings

app = typer.Typer(
    help="CXR Lens explains chest X-ray pneumonia classifiers. Research and teaching software, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
data = typer.Typer(help="Check, fetch and make data sets.", no_args_is_help=True)
app.add_typer(data, name="data")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
SHOWN_VERSIONS = ("streamlit", "tensorflow", "keras", "numpy", "opencv-python-headless", "scikit-learn", "pydicom")


def main() -> None:
    try:
        app()
    except Refusal as refusal:
        sys.exit(_fail(str(refusal)))
    except OSError as error:  # a full disk, a folder without permission
        sys.exit(_fail(f"{error.filename or 'The system'}: {error.strerror or error}."))


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What works here: device, versions, data sets, models, database and disk."""
    parts: dict[str, Callable[[], Any]] = {
        "device": _ask_device,
        "versions": _list_versions,
        "datasets": _list_datasets,
        "models": _list_models,
        "database": _ask_database,
        "disk": _ask_disk,
    }
    found = {name: _try(ask) for name, ask in parts.items()}
    _print(found, as_json, lambda: _write_doctor(found))


@app.command()
def radiograph(file: Path, as_json: AsJson = False) -> None:
    """What is read from one file: size, view, warnings, or why it is refused."""
    from cxr_core.radiographs.reading import open_radiograph

    facts: dict[str, Any] = {"file": str(file), "ok": False, "width": None, "height": None, "view": None}
    facts |= {"spacing": None, "format": None, "synthetic": None, "warnings": [], "refused": None}
    try:
        read = open_radiograph(file)
    except Refusal as refusal:
        if as_json:
            _print(facts | {"refused": str(refusal)}, True)
        raise
    facts |= {"ok": True, "width": read.width, "height": read.height, "view": read.view, "spacing": read.spacing}
    facts |= {"format": read.source_format, "synthetic": read.synthetic, "warnings": list(read.warnings)}
    _print(facts, as_json, lambda: _write_radiograph(read))


@app.command()
def recipes(as_json: AsJson = False) -> None:
    """The recipes a model can be trained by."""
    from cxr_core.recipes import RECIPES

    rows = [asdict(recipe) for recipe in RECIPES]
    _print(rows, as_json, lambda: _write_table(rows) if rows else typer.echo("There are no recipes in this version."))


@data.command("check")
def check(folder: Annotated[Path, typer.Argument(metavar="DIR")], as_json: AsJson = False) -> None:
    """What to know of a data set (a folder or a zip) before training on it."""
    from cxr_core.datasets.check import check_dataset
    from cxr_core.datasets.layouts import read_dataset

    findings = check_dataset(read_dataset(folder), _show_progress())
    _print(findings.to_json(), as_json, lambda: _write_findings(findings))


@data.command("fetch")
def fetch(
    name: Annotated[str, typer.Argument(metavar="kermany")],
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: the user's own folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Download a public data set, going on where an earlier try stopped, and verify it."""
    from cxr_core.datasets.fetch import CREDIT, fetch_kermany, find_kermany_home

    if name != "kermany":
        raise typer.BadParameter("the one data set that can be fetched is “kermany”")
    folder = (to or find_kermany_home()).expanduser().resolve()
    dataset = fetch_kermany(folder)
    fetched = {"folder": str(folder), "cases": len(dataset.cases), "credit": CREDIT}
    _print(
        fetched, as_json, lambda: typer.echo(f"{len(dataset.cases):,} radiographs, verified, in {folder}. {CREDIT}.")
    )


@data.command("phantoms")
def phantoms(
    count: Annotated[int, typer.Option(min=2, max=100_000, help="How many; half of each class.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")],
    seed: Annotated[int, typer.Option(min=0, help="The first phantom's seed.")] = 0,
    shortcut: Annotated[bool, typer.Option("--shortcut", help="Plant a marker that goes with PNEUMONIA.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw synthetic radiographs with the masks of their opacities, lungs and heart."""
    from cxr_core.datasets.phantoms import write_phantoms
    from cxr_core.datasets.sources import PhantomSource

    write_phantoms(to, PhantomSource(count, seed, shortcut), _show_progress())
    written = {"folder": str(to), "cases": count, "seed": seed, "shortcut": shortcut}
    _print(written, as_json, lambda: typer.echo(f"{count:,} synthetic radiographs in {to}."))


def _ask_device() -> Any:
    from cxr_core.device import choose_device

    device = choose_device()
    return {"kind": device.kind, "names": device.names, "precision": device.precision, "reason": device.reason}


def _list_versions() -> Any:
    versions = {"cxr-lens": __version__, "python": platform.python_version()}
    return versions | {name: version(name) for name in SHOWN_VERSIONS}


def _list_datasets() -> Any:
    from cxr_core.datasets.catalogue import list_datasets

    return [{"name": entry.name, "location": entry.location} for entry in list_datasets()]


def _list_models() -> Any:
    from cxr_core.models import list_models

    return list_models()


def _ask_database() -> Any:
    from cxr_core.store import describe_store

    return asdict(describe_store())


def _ask_disk() -> Any:
    from cxr_core.home import find_home, free_disk

    home = find_home()
    return {"home": str(home), "free_gb": round(free_disk(home) / 1e9, 1)}


def _try(ask: Callable[[], Any]) -> Any:
    """What a part answers, or its refusal: a doctor goes on when one organ fails."""
    try:
        return ask()
    except Refusal as refusal:
        return {"problem": str(refusal)}


def _print(values: Any, as_json: bool, write: Callable[[], object] = lambda: None) -> None:
    if as_json:
        typer.echo(json.dumps(values, indent=2, ensure_ascii=False))
    else:
        write()


def _write_table(rows: list[dict[str, Any]]) -> None:
    """Columns as wide as their longest value."""
    texts = [
        [str(name) for name in rows[0]],
        *([f"{v:,}" if isinstance(v, int) else str(v) for v in row.values()] for row in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for text in texts:
        typer.echo("  ".join(value.ljust(width) for value, width in zip(text, widths, strict=True)).rstrip())


def _write_facts(facts: dict[str, Any]) -> None:
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name.ljust(width)}  {value}")


def _write_doctor(found: dict[str, Any]) -> None:
    for part, facts in found.items():
        typer.echo(part)
        if isinstance(facts, dict):
            _write_facts({f"  {name}": value for name, value in facts.items()})
        for fact in facts if isinstance(facts, list) else ():
            typer.echo("  " + (fact if isinstance(fact, str) else "  ".join(map(str, fact.values())).rstrip()))
        if not facts:
            typer.echo("  none")


def _write_radiograph(read: Radiograph) -> None:
    _write_facts({name: value for name, value in say_radiograph(read).items() if value})
    for warning in read.warnings:
        typer.echo(f"note: {warning}")


def _write_findings(findings: "Findings") -> None:
    from cxr_core.datasets.remarks import list_remarks

    overview = findings.overview
    rows = [
        {"split": split, **classes, "patients": overview.patients[split]} for split, classes in overview.counts.items()
    ]
    typer.echo(f"{overview.name}: {say_count(overview.cases, 'radiograph')}\n")
    _write_table(rows)
    typer.echo()
    for remark in list_remarks(findings):
        typer.echo(f"{remark.level:8}{remark.title}. {remark.sentence}")
    for skipped in findings.unreadable:
        typer.echo(f"skipped {skipped.file}: {skipped.reason}")


def _show_progress() -> Report:
    """One line on stderr that is written over, where a person is looking."""
    clock = Clock()

    def report(doing: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r\033[K{clock.describe(doing, done, total)}", end=end, file=sys.stderr, flush=True)

    return report
