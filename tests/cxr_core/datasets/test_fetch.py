"""Against a stand-in for Kaggle on this machine, which kagglehub's own client talks to."""

import hashlib
import io
import json
import socket
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from kagglesdk import kaggle_env

from cxr_core.datasets import fetch
from cxr_core.types import Refusal

FILES = {
    f"chest_xray/{split}/{label}/{split}{i}.jpeg": f"{split} {label} {i}".encode() * 20_000
    for split in ("train", "val", "test")
    for label in ("NORMAL", "PNEUMONIA")
    for i in range(2)
}


def pack() -> bytes:
    """As Kaggle packs it: wrapped in a folder, with a second copy and what macOS leaves behind."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file, content in FILES.items():
            archive.writestr(file, content)
            archive.writestr(f"chest_xray/{file}", content)
            archive.writestr(f"chest_xray/__MACOSX/{file}", b"junk")
    return packed.getvalue()


class Kaggle(BaseHTTPRequestHandler):
    archive = pack()
    cut_at: int | None = None
    starts: list[int]  # where each download began

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("GetDataset"):
            self.answer(json.dumps({"currentVersionNumber": 2}).encode(), "application/json")
        else:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/archive.zip")
            self.end_headers()

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        type(self).starts.append(start)
        self.answer(self.archive[start:], "application/zip", 206 if start else 200)

    def answer(self, body: bytes, kind: str, status: int = 200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if kind == "application/zip" and self.cut_at:
            self.wfile.write(body[: self.cut_at])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(body)


def point_to(monkeypatch, port: int):
    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.PROD, f"http://127.0.0.1:{port}")


@pytest.fixture
def kaggle(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Kaggle)
    point_to(monkeypatch, server.server_port)
    Kaggle.cut_at, Kaggle.starts = None, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Kaggle
    server.shutdown()
    server.server_close()


@pytest.fixture
def small_set(monkeypatch):
    """Takes the stand-in's files for the published ones."""
    digests = sorted(hashlib.sha1(content).hexdigest() for file, content in FILES.items() if "/val/" not in file)
    monkeypatch.setattr(fetch, "COUNTS", dict.fromkeys(fetch.COUNTS, 2))
    monkeypatch.setattr(fetch, "CONTENT", hashlib.sha256("\n".join(digests).encode()).hexdigest())


def test_a_download_is_unpacked_verified_and_leaves_nothing_else(kaggle, small_set, tmp_path):
    dataset = fetch.fetch_kermany(tmp_path / "kermany")
    assert len(dataset.cases) == 12
    assert (tmp_path / "kermany/train/NORMAL/train0.jpeg").read_bytes() == FILES["chest_xray/train/NORMAL/train0.jpeg"]
    assert [p.name for p in tmp_path.iterdir() if "kermany" in p.name] == ["kermany"]
    assert fetch.fetch_kermany(tmp_path / "kermany").cases == dataset.cases
    assert len(kaggle.starts) == 1


def test_a_download_that_was_cut_goes_on_where_it_stopped(kaggle, small_set, tmp_path):
    kaggle.cut_at = 2_000_000
    with pytest.raises(Refusal, match=r"“kermany” could not be fetched: .*it goes on where it stopped"):
        fetch.fetch_kermany(tmp_path / "kermany")
    kaggle.cut_at = None
    assert len(fetch.fetch_kermany(tmp_path / "kermany").cases) == 12
    assert kaggle.starts[0] == 0
    assert kaggle.starts[-1] >= 1_000_000


def test_files_that_are_not_the_published_ones_are_refused(kaggle, tmp_path):
    with pytest.raises(
        Refusal, match="is not the published Kermany set: train/NORMAL holds 2 radiographs and not 1,341"
    ):
        fetch.fetch_kermany(tmp_path / "kermany")


def test_one_changed_byte_is_noticed(kaggle, small_set, tmp_path):
    dataset = fetch.fetch_kermany(tmp_path / "kermany")
    file = tmp_path / "kermany/test/NORMAL/test0.jpeg"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert fetch.find_fault(dataset) == "the numbers are right, but some files are not those that were published"


def test_without_a_network_it_says_what_to_do_by_hand(monkeypatch, tmp_path):
    point_to(monkeypatch, 9)  # nobody listens there
    with pytest.raises(Refusal, match=r"cannot be reached from here: try again later.*download kaggle\.com/datasets/"):
        fetch.fetch_kermany(tmp_path / "kermany")


def test_the_counts_are_those_of_the_real_set(shared_data):
    from collections import Counter

    from cxr_core.datasets.layouts import read_dataset

    dataset = read_dataset(shared_data / "kermany")
    assert Counter((c.split, c.label) for c in dataset.cases) == fetch.COUNTS
    digests = sorted(dataset.originals[c.file].sha1 for c in dataset.cases if c.split != "val")
    assert hashlib.sha256("\n".join(digests).encode()).hexdigest() == fetch.CONTENT
