import subprocess
import sys

from tests.conftest import ROOT
from tests.pages.conftest import read_all
from tests.pictures import make_picture


def test_a_new_user_sees_what_it_is_what_is_here_and_what_to_do(open_page):
    text = read_all(open_page())
    assert "CXR Lens" in text
    assert "not a medical device" in text
    assert "500 synthetic radiographs: 300 train, 100 validation, 100 test" in text
    assert "fetch the public Kermany set" in text


def test_real_data_sets_come_first_and_a_missing_one_hides_no_other(open_page, make_folder, monkeypatch):
    files = {"train/NORMAL/a.jpg": make_picture(0), "train/PNEUMONIA/b.jpg": make_picture(1)}
    monkeypatch.setenv("CXR_DATA", str(make_folder(files, "my_hospital").parent))
    (make_folder({"train/NORMAL/c.jpg": b"not a picture"}, "spoilt"))
    text = read_all(open_page())
    assert text.index("2 radiographs of 2 patients") < text.index("500 synthetic")
    assert "is a text file" in text
    assert "fetch the public" not in text


def test_a_home_that_cannot_be_written_is_said_in_one_sentence(open_page, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CXR_HOME", str(tmp_path / "file" / "home"))
    app = open_page()
    assert len(app.error) == 1
    assert "set CXR" in app.error[0].value


def test_home_and_data_come_up_without_tensorflow():
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('streamlit_app.py', default_timeout=60).run()\n"
        "app.switch_page('pages/data.py').run()\n"
        "assert not app.exception and app.title[0].value == 'Data'\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True).returncode == 0
