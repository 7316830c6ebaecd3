"""Zips that are no data sets, or that would do harm: each must end in its one sentence, wherever it is opened."""

import io
import stat
import struct
import zipfile
from typing import NamedTuple

import numpy as np

from tests.pictures import make_picture

WHOLE = {f"train/{label}/{i}.jpg": make_picture(i) for i, label in enumerate(["NORMAL", "PNEUMONIA"] * 3)}


class BadZip(NamedTuple):
    name: str
    data: bytes
    expects: str  # a part of the sentence


def pack(members: dict[str, bytes], mode: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return packed.getvalue()


def change(data: bytes, offset: int, value: bytes) -> bytes:
    """The zip with bytes of its first entry in the list of contents changed."""
    at = data.index(b"PK\x01\x02") + offset
    return data[:at] + value + data[at + len(value) :]


def make_overlapping() -> bytes:
    """Thousands of names for one member: small on disk, vast when unpacked one by one."""
    one = pack({"NORMAL/a.bmp": bytes(1_000_000)})
    central = one.index(b"PK\x01\x02")
    entry, end = one[central : one.index(b"PK\x05\x06")], bytearray(one[one.index(b"PK\x05\x06") :])
    count = 2000
    struct.pack_into("<HHI", end, 8, count, count, count * len(entry))
    return one[:central] + entry * count + bytes(end)


def make_bad_zips() -> list[BadZip]:
    whole = pack(WHOLE)
    outside = "holds a file that points outside of it"
    names = ("../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:/evil.png", "a\\..\\evil.png")
    bad = [BadZip(f"slip{i}.zip", pack(WHOLE | {name: b"evil"}), outside) for i, name in enumerate(names)]
    tenths = [BadZip(f"cut{tenth}.zip", whole[: len(whole) * tenth // 10], "zip file") for tenth in range(1, 10)]
    noise = np.random.default_rng(0).bytes(4000)
    return [
        *bad,
        *tenths,
        BadZip("link.zip", pack({"NORMAL/a.png": b"/etc/passwd"}, stat.S_IFLNK | 0o777), "holds a symbolic link"),
        BadZip("locked.zip", change(whole, 8, b"\x01\x00"), "locked by a password"),
        BadZip("bomb.zip", pack({f"NORMAL/{i}.bmp": bytes(20_000_000) for i in range(3)}), "times its own size"),
        BadZip("overlapping.zip", make_overlapping(), "times its own size"),
        BadZip("empty.zip", pack({}), "holds no cases"),
        BadZip("holiday.zip", pack({"beach/a.jpg": noise}), "holds no cases"),
        BadZip("bad table.zip", pack({"manifest.csv": b"name,class\n"}), "has no column file"),
        BadZip("nothing.zip", b"", "zip file"),
        BadZip("noise.zip", noise, "zip file"),
        BadZip("page.zip", b"<html><script>alert(1)</script></html>", "zip file"),
    ]
