"""What is pinned stays pinned, and the three lists agree."""

import re

import pytest

from tests.conftest import ROOT


def read_pins(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-gpu.txt", "requirements-dev.txt"])
def test_every_requirement_has_one_version_and_no_address(name):
    for pin in read_pins(name):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*==[\w.]+( ; .+)?", pin), pin


def test_a_cpu_machine_gets_no_cuda():
    assert not [pin for pin in read_pins("requirements.txt") if re.match("nvidia|cuda|triton|torch", pin)]


def test_a_gpu_machine_gets_the_same_and_cuda():
    more = read_pins("requirements-gpu.txt") - read_pins("requirements.txt")
    assert read_pins("requirements.txt") <= read_pins("requirements-gpu.txt")
    assert more
    assert all(pin.startswith("nvidia-") for pin in more)


def test_the_tools_come_on_top_of_the_app():
    assert read_pins("requirements.txt") <= read_pins("requirements-dev.txt")


@pytest.mark.parametrize("name", ["requirements", "requirements-gpu", "requirements-dev"])
def test_what_is_asked_for_is_pinned(name):
    asked = {re.split(r"[\[=<> ]", line)[0] for line in read_pins(f"{name}.in") if not line.startswith("-r")}
    assert asked <= {pin.split("==")[0] for pin in read_pins(f"{name}.txt")}
