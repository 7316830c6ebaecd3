"""The arrows between the folders, kept true: see docs/architecture.md."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

CORE, PAGES = ROOT / "cxr_core", ROOT / "pages"
TENSORFLOW = {"tensorflow", "keras"}
MAY_IMPORT_TENSORFLOW = ("device.py", "classifier.py", "training/", "architectures/")
COLLECTING_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def list_imports(file: Path) -> set[str]:
    """The dotted names that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def find_breaches(files: list[Path], forbidden: set[str]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in sorted(list_imports(file))
        if any(name == f or name.startswith(f + ".") for f in forbidden)
    ]


def list_core(*under: str) -> list[Path]:
    return [f for place in under or ("",) for f in sorted((CORE / place).rglob("*.py"))]


def test_the_rules_see_an_import(tmp_path):
    file = tmp_path / "page.py"
    file.write_text("def f():\n    from tensorflow.keras import layers\n")
    assert "tensorflow.keras.layers" in list_imports(file)


def test_core_never_imports_streamlit_or_the_pages():
    assert list_core()
    assert find_breaches(list_core(), {"streamlit", "pages"}) == []


def test_pages_choose_ask_and_show():
    files = sorted(PAGES.rglob("*.py"))
    assert files
    assert find_breaches(files, {"numpy", "pandas", "cv2", "sklearn", "scipy", "PIL", *TENSORFLOW}) == []


def test_only_a_few_places_import_tensorflow():
    files = [f for f in list_core() if not f.relative_to(CORE).as_posix().startswith(MAY_IMPORT_TENSORFLOW)]
    assert find_breaches(files, TENSORFLOW) == []


def test_explainers_and_figures_import_downwards_only():
    upwards = {"cxr_core.figures", "cxr_core.cli", "cxr_core.store"}
    assert find_breaches(list_core("explainers", "faithfulness", "performance"), upwards | TENSORFLOW) == []
    assert find_breaches(list_core("figures"), {"cxr_core.explainers", "cxr_core.cli", "cxr_core.store"}) == []


def test_radiographs_know_nothing_of_data_sets():
    assert find_breaches(list_core("radiographs"), {"cxr_core.datasets", "cxr_core.store", "cxr_core.figures"}) == []


@pytest.mark.parametrize("file", [*list_core(), *sorted(PAGES.rglob("*.py"))], ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_is_one_concept(file):
    assert file.stem not in COLLECTING_NAMES
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 350
