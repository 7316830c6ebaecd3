import os
import resource
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import uid

from cxr_core.radiographs.reading import Limits, open_radiograph, read_facts, read_radiograph
from cxr_core.types import Refusal
from tests.bad_inputs import BadInput, draw, make_bad_inputs, make_bombs, make_dicom, save

# pytest lifts the reader's own filter from what the decoders would print
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom", "ignore::UserWarning:PIL")

ROOT = Path(__file__).resolve().parents[3]
SOUND = (
    save(draw(), "JPEG"),
    save(draw(), "PNG"),
    save(draw(top=65535), "PNG"),
    save(draw(), "TIFF", compression="tiff_lzw"),
    save(draw(top=65535), "TIFF"),
    save(draw(), "BMP"),
    make_dicom(draw(top=4095), BitsStored=12, HighBit=11, WindowCenter=2000, WindowWidth=3000),
    make_dicom(draw(), uid.JPEGBaseline8Bit, save(draw(), "JPEG")),
    make_dicom(draw(), uid.DeflatedExplicitVRLittleEndian),
)


# --- bad inputs


@pytest.mark.parametrize("bad", make_bad_inputs(), ids=lambda bad: ascii(bad.name)[:60])
def test_every_bad_input_ends_in_its_one_sentence(bad: BadInput) -> None:
    with pytest.raises(Refusal) as caught:
        read_radiograph(bad.data, bad.name)
    sentence = str(caught.value)
    assert bad.expects in sentence
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert ": " in sentence
    assert caught.value.__cause__ is None
    assert len(sentence) < 250


def test_the_table_of_bad_inputs_is_long_and_light() -> None:
    bad = make_bad_inputs()
    assert len(bad) >= 70
    assert len({b.name for b in bad}) == len(bad)
    assert sum(len(b.data) for b in bad) < 12_000_000


def grow_by(name: str) -> str:
    """A program that reads one bomb and prints by how many megabytes its memory grew."""
    return f"""
import resource
from cxr_core.radiographs.reading import read_radiograph
from cxr_core.types import Refusal
from tests.bad_inputs import draw, make_bad_inputs, make_dicom, save
for sound in (make_dicom(draw()), save(draw(), "PNG"), save(draw(), "TIFF", compression="tiff_lzw")):
    read_radiograph(sound, "a")
bomb = next(b for b in make_bad_inputs() if b.name == {name!r})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_radiograph(bomb.data, bomb.name)
except Refusal:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


GIANTS = [b.name for b in make_bad_inputs() if b.name.startswith("gigapixel")]


@pytest.mark.parametrize("name", [b.name for b in make_bombs()] + GIANTS)
def test_a_bomb_costs_little_memory(name: str) -> None:
    assert int(run(grow_by(name)).stdout) < 60


def test_a_decoder_prints_nothing_about_any_file() -> None:
    program = """
from cxr_core.radiographs.reading import read_radiograph
from cxr_core.types import Refusal
from tests.bad_inputs import draw, make_bad_inputs, make_dicom
junk = make_dicom(draw()).replace(b"CHEST ", b"J@NE~! ").replace(b"PA", b"~!")
for name, data in [(b.name, b.data) for b in make_bad_inputs()] + [("junk", junk)]:
    try:
        read_radiograph(data, name)
    except Refusal:
        pass
"""
    ran = run(program)
    assert (ran.stdout, ran.stderr) == ("", "")


def test_nothing_is_written_to_disk() -> None:
    program = """
import os, sys
from cxr_core.radiographs.reading import read_radiograph
from cxr_core.types import Refusal
from tests.bad_inputs import make_bad_inputs
from tests.cxr_core.radiographs.test_reading import SOUND
files = [*SOUND, *(bad.data for bad in make_bad_inputs())]
writing = []
def watch(event, details):
    if event == "open" and (set(str(details[1])) & set("wax+") or details[2] & (os.O_WRONLY | os.O_RDWR)):
        writing.append(details)
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "shutil.copyfile", "tempfile.mkstemp"):
        writing.append((event, details))
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for data in files:
    try:
        read_radiograph(data, "a")
    except Refusal:
        pass
open(os.devnull, "w").close()
print(len(writing))
"""
    assert run(program).stdout.strip() == "1"  # the last line's own file: the watch does see what is opened


def run(program: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )


# --- whatever the bytes


def check_it_reads_or_refuses(read: Callable[[bytes, str], object], data: bytes) -> None:
    try:
        read(data, "a")
    except Refusal as refusal:
        assert str(refusal).isprintable()


STARTS = (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"BM", bytes(128) + b"DICM", b"\x08\0\x05\0")


@settings(max_examples=300, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=3000))
def test_random_bytes_are_refused_and_never_crash(start: bytes, rest: bytes) -> None:
    check_it_reads_or_refuses(read_radiograph, start + rest)
    check_it_reads_or_refuses(read_facts, start + rest)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), sound=st.sampled_from(SOUND))
def test_changed_files_are_read_whole_or_refused(data: st.DataObject, sound: bytes) -> None:
    changed = bytearray(sound)
    # Most of what steers a decoder lies in the first and in the last few hundred bytes.
    places = st.one_of(st.integers(0, 700), st.integers(-300, -1), st.integers(0, len(sound) - 1))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)):
        changed[place % len(changed)] = value
    try:
        radiograph = read_radiograph(bytes(changed), "a")
    except Refusal:
        return
    assert radiograph.pixels.dtype == np.float32
    assert radiograph.pixels.min() >= 0
    assert radiograph.pixels.max() <= 1
    assert min(radiograph.pixels.shape) >= 64


def test_many_threads_may_read_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        pixels = list(pool.map(lambda data: read_radiograph(data, "a").pixels, SOUND * 20))
    for i, first in enumerate(pixels[: len(SOUND)]):
        assert all((again == first).all() for again in pixels[i :: len(SOUND)])


# --- limits


def test_the_format_is_taken_from_the_content_not_from_the_name() -> None:
    assert read_radiograph(save(draw(), "PNG"), "a.dcm").source_format == "PNG"
    assert read_radiograph(make_dicom(draw()), "a.jpg").source_format == "DICOM"


@pytest.mark.parametrize("data", SOUND)
def test_limits_are_the_callers_to_set(data: bytes) -> None:
    for limits, problem in (
        (Limits(megabytes=0), "is larger than 0 MB"),
        (Limits(megapixels=0), "is too large"),
        (Limits(shortest_side=81), "is too small"),
    ):
        with pytest.raises(Refusal, match=problem):
            read_radiograph(data, "a", limits)
    assert read_radiograph(data, "a", Limits(shortest_side=80)).width == 96


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "bmp", "dcm"])
def test_no_other_limit_than_the_callers_is_met(ending: str) -> None:
    # Pillow by itself stops at 179 megapixels.
    giant = next(bad.data for bad in make_bad_inputs() if bad.name == f"gigapixel.{ending}")
    assert (read_facts(giant, "a").width, read_facts(giant, "a").height) == (40000, 25000)
    with pytest.raises(Refusal, match=r"is too large \(40000 × 25000 pixels\)"):
        read_radiograph(giant, "a", Limits(megapixels=999))


# --- files on disk


def test_a_file_on_disk_is_read_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(save(draw(), "PNG"))
    (tmp_path / "bad.png").write_bytes(b"")
    assert open_radiograph(tmp_path / "good.png").width == 96
    with pytest.raises(Refusal, match=r"“bad\.png” is empty"):
        open_radiograph(tmp_path / "bad.png")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.dcm").open("wb") as file:
        file.truncate(1_000_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refusal, match="is larger than 64 MB"):
        open_radiograph(tmp_path / "huge.dcm")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    for path, problem in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.png", "is not an ordinary file"),
        (Path("/dev/zero"), "is not an ordinary file"),
        (tmp_path / "missing.png", "was not found"),
        (tmp_path / "loop.png", "was not found"),
        (tmp_path / ("n" * 300 + ".png"), "was not found"),
        (Path("null\0byte.png"), "was not found"),
    ):
        with pytest.raises(Refusal, match=problem):
            open_radiograph(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed.png").touch(mode=0o000)
    with pytest.raises(Refusal, match="may not be read"):
        open_radiograph(tmp_path / "closed.png")


def test_facts_are_given_even_of_pictures_that_would_be_refused() -> None:
    facts = read_facts(save(draw(10, 700), "PNG"), "a")
    assert (facts.width, facts.height) == (700, 10)
    with pytest.raises(Refusal, match="is empty"):
        read_facts(b"", "a")
    with pytest.raises(Refusal, match="is a PDF"):
        read_facts(b"%PDF-1.4", "a")
