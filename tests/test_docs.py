"""The documents say what the code has, and nothing that is not there."""

import re
import subprocess

import pytest

from cxr_core import cli
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_command_is_documented():
    operations = (ROOT / "docs" / "operations.md").read_text()
    commands = [c.name or c.callback.__name__ for c in cli.app.registered_commands]
    commands += [f"data {c.name}" for c in cli.data.registered_commands]
    assert [c for c in commands if not re.search(rf"^\| `{c}\b", operations, re.MULTILINE)] == []


def test_every_setting_is_documented_and_no_other():
    documented = set(re.findall(r"^\| `(CXR_\w+)`", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    code = [*(ROOT / "cxr_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "tests" / "conftest.py"]
    used = {name for file in code for name in re.findall(r'"(CXR_\w+)"', file.read_text())}
    assert used == documented


def test_every_room_of_the_house_is_on_the_map():
    architecture = (ROOT / "docs" / "architecture.md").read_text()
    rooms = [p for p in (ROOT / "cxr_core").iterdir() if not p.name.startswith("_")]
    assert [p.name for p in rooms if f"`cxr_core/{p.name}{'/' if p.is_dir() else ''}`" not in architecture] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_links_lead_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_no_document_or_code_names_a_place_of_one_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    texts = [ROOT / f for f in listed if f.endswith((".py", ".md", ".toml", ".txt", ".in")) or f == "Makefile"]
    assert len(texts) > 50
    private = re.compile(r"(?<![\w.])/(work|home|root|Users)/\w")
    assert [str(f) for f in texts if f.exists() and private.search(f.read_text())] == []
