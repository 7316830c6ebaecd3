import pytest

from cxr_core.types import Refusal, shorten_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("chest.dcm", "chest.dcm"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\a.png", "a.png"),
        ("two\nlines.png", "two�lines.png"),
        ("gnp.\u202etxe.exe", "gnp.�txe.exe"),
        ("🫁.png", "🫁.png"),
        ("", "unnamed file"),
        ("///", "unnamed file"),
    ],
)
def test_a_name_fits_on_one_line_and_hides_nothing(name, shown):
    assert shorten_name(name) == shown


def test_a_long_name_keeps_its_beginning_and_end():
    short = shorten_name("a" * 200 + ".png")
    assert len(short) == 80
    assert short.startswith("aaa")
    assert short.endswith(".png")


def test_a_refusal_is_one_sentence_with_file_problem_and_remedy():
    assert str(Refusal("x/a.png", "is empty", "copy it again")) == "“a.png” is empty: copy it again."
