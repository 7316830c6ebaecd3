import json
import subprocess
import sys
from pathlib import Path

import pytest

from cxr_core import cli
from tests.bad_inputs import make_bad_inputs
from tests.bad_zips import make_bad_zips
from tests.conftest import ROOT
from tests.pictures import make_picture

COMMANDS = [["doctor"], ["radiograph"], ["recipes"], ["data", "check"], ["data", "fetch"], ["data", "phantoms"]]


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "cxr_core", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def run_here(capsys, monkeypatch, *arguments: object) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of the command line in this process: for many calls."""
    monkeypatch.setattr(sys, "argv", ["cxr_core", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_takes_json(command):
    shown = run(*command, "--help")
    assert shown.returncode == 0
    assert "--json" in shown.stdout


def test_every_command_is_in_the_list_above():
    listed = {c.name or c.callback.__name__ for c in cli.app.registered_commands}
    listed |= {f"data {c.name}" for c in cli.data.registered_commands}
    assert listed == {" ".join(c) for c in COMMANDS}


def test_usage_errors_exit_with_2_and_no_traceback():
    for arguments in (["nonsense"], ["data", "check"], ["data", "fetch", "imagenet"], ["radiograph", "a", "b"]):
        refused = run(*arguments)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("bad", make_bad_inputs(), ids=lambda bad: ascii(bad.name)[:60])
def test_every_bad_input_ends_in_one_clear_line(bad, tmp_path, capsys, monkeypatch):
    file = tmp_path / (Path(bad.name.replace("\\", "/").replace("\x00", "")).name[-120:] or "unnamed file")
    file.write_bytes(bad.data)
    code, out, err = run_here(capsys, monkeypatch, "radiograph", file)
    assert code == 1
    assert out == ""
    assert bad.expects in err
    assert len(err.splitlines()) == 1
    code, out, err = run_here(capsys, monkeypatch, "radiograph", file, "--json")
    assert code == 1
    answer = json.loads(out)
    assert answer["ok"] is False
    assert bad.expects in answer["refused"]


@pytest.mark.parametrize("bad", make_bad_zips(), ids=lambda bad: bad.name)
def test_every_bad_zip_ends_in_one_clear_line(bad, tmp_path, capsys, monkeypatch):
    (tmp_path / bad.name).write_bytes(bad.data)
    code, out, err = run_here(capsys, monkeypatch, "data", "check", tmp_path / bad.name)
    assert (code, out) == (1, "")
    assert bad.expects in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path):
    for path in (tmp_path / "gone.png", tmp_path):
        refused = run("radiograph", path)
        assert refused.returncode == 1
        assert len(refused.stderr.splitlines()) == 1
        assert path.name in refused.stderr


def test_radiograph_tells_what_was_read(tmp_path):
    (tmp_path / "a.dcm").write_bytes(make_picture(0, 90, 120))
    read = json.loads(run("radiograph", tmp_path / "a.dcm", "--json").stdout)
    assert (read["ok"], read["width"], read["height"], read["refused"]) == (True, 120, 90, None)
    assert read["format"].startswith("JPEG")
    assert "120 x 90 pixels" in run("radiograph", tmp_path / "a.dcm").stdout


def test_phantoms_are_written_and_pass_the_check(tmp_path):
    made = run("data", "phantoms", "--count", 20, "--to", tmp_path / "out", "--seed", 7, "--json")
    assert json.loads(made.stdout)["cases"] == 20
    checked = run("data", "check", tmp_path / "out", "--json")
    assert checked.returncode == 0
    report = json.loads(checked.stdout)
    assert report["cases"] == 20
    assert report["unreadable"] == []
    assert set(report) >= {"cases", "counts", "exact_duplicate_groups", "patients_shared", "unreadable", "shortcuts"}
    assert "20 radiographs" in run("data", "check", tmp_path / "out").stdout
    again = run("data", "phantoms", "--count", 20, "--to", tmp_path / "out")
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_data_check_of_kermany(shared_data):
    report = json.loads(run("data", "check", shared_data / "kermany", "--json").stdout)
    assert report["cases"] == 5856
    assert report["counts"]["test"] == {"NORMAL": 234, "PNEUMONIA": 390}
    assert report["exact_duplicate_groups"] == 30
    assert report["patients_shared"]["train-test"] == 0


def test_the_doctor_knows_all_parts():
    found = json.loads(run("doctor", "--json").stdout)
    assert set(found) == {"device", "versions", "datasets", "models", "database", "disk"}
    assert found["device"]["reason"]
    assert found["versions"]["tensorflow"]
    assert found["database"]["problem"] is None
    assert found["disk"]["free_gb"] > 0
    assert [d["name"] for d in found["datasets"]] == ["Phantoms", "Phantoms with a planted marker"]


def test_a_broken_store_does_not_silence_the_doctor(home):
    home.mkdir()
    (home / "store.sqlite").write_text("this is no database, however long one looks at it" * 100)
    seen = run("doctor", "--json")
    assert seen.returncode == 0
    found = json.loads(seen.stdout)
    assert found["database"]["problem"]
    assert found["versions"]["python"]


def test_recipes_are_none_yet():
    assert json.loads(run("recipes", "--json").stdout) == []


def test_the_light_commands_do_not_import_tensorflow(tmp_path):
    (tmp_path / "a.png").write_bytes(make_picture(0))
    code = (
        "import sys; sys.argv = ['cxr_core', 'radiograph', sys.argv[1]]\n"
        "from cxr_core.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert 'tensorflow' not in sys.modules and 'streamlit' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.png")], cwd=ROOT).returncode == 0
