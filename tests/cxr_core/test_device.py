import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxr_core import device
from cxr_core.device import choose_device, choose_precision, describe_hardware
from cxr_core.types import Refusal

TWO_GPUS = """#!/bin/sh
echo "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5fe13826-c5e7-0b4c-8ec7-2a8ac2b67a36)"
echo "  MIG 1g.5gb      Device  0: (UUID: MIG-98a1)"
echo "GPU 1: Tesla T4 (UUID: GPU-0c5c5a5e)"
"""


@pytest.fixture
def put_nvidia_smi(tmp_path, monkeypatch):
    """Puts a program of that name first on the path; returned as the environment of new processes as well."""

    def put(text):
        (tmp_path / "nvidia-smi").write_text(text)
        (tmp_path / "nvidia-smi").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


def run_fresh(program, **environment):
    """What a new process prints as JSON; TensorFlow can be set up only once a process."""
    clean = {key: value for key, value in os.environ.items() if key not in ("CXR_DEVICE", "TF_CPP_MIN_LOG_LEVEL")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, env=clean | environment
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_two_logical_devices_mirror_the_model_and_add_up_to_the_answer_of_one():
    # With w = 3 the sum of (w x)^2 over 1 ... 8 is 9 * 204, and its slope in w is 6 * 204.
    program = """
        import json
        from cxr_core.device import choose_device, import_tensorflow
        tf = import_tensorflow()
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        device = choose_device(["CPU:0", "CPU:1"])
        with device.strategy.scope():
            weight = tf.Variable(3.0)

        def measure(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum((weight * x) ** 2)
            return loss, tape.gradient(loss, weight), tf.size(x)

        @tf.function
        def step(batch):
            each = device.strategy.run(measure, (batch,))
            return [device.strategy.reduce("SUM", one, axis=None) for one in each], each[2]

        numbers = tf.data.Dataset.range(1, 9, output_type=tf.float32).batch(8)
        batch = next(iter(device.strategy.experimental_distribute_dataset(numbers)))
        sums, sizes = step(batch)
        print(json.dumps({
            "replicas": device.strategy.num_replicas_in_sync,
            "sums": [float(one) for one in sums],
            "sizes": [int(one) for one in device.strategy.experimental_local_results(sizes)],
            "names": device.names, "kind": device.kind, "reason": device.reason,
        }))
    """
    found, _ = run_fresh(program)
    assert found["replicas"] == 2
    assert found["sizes"] == [4, 4]
    assert found["sums"] == [9 * 204, 6 * 204, 8]
    assert (found["names"], found["kind"]) == (["CPU:0", "CPU:1"], "CPU")
    assert "2 devices" in found["reason"]


CHOOSE = """
    import json
    from cxr_core.device import choose_device
    device = choose_device()
    import tensorflow as tf
    with device.strategy.scope():
        total = float(tf.reduce_sum(tf.ones((3, 4))))
    print(json.dumps({
        "names": device.names, "kind": device.kind, "precision": device.precision, "reason": device.reason,
        "replicas": device.strategy.num_replicas_in_sync, "total": total, "again": choose_device().reason,
        "version": ".".join(tf.__version__.split(".")[:2]),
    }))
"""
HIDE_GPUS = {"CUDA_VISIBLE_DEVICES": "-1"}


def test_without_a_gpu_the_cpu_is_chosen_in_words_and_tensorflow_starts_in_silence(put_nvidia_smi):
    put_nvidia_smi("#!/bin/sh\nexit 9\n")
    found, errors = run_fresh(CHOOSE, **HIDE_GPUS)
    cores = describe_hardware().cores
    assert found["reason"] == (
        f"No GPU found by TensorFlow {found['version']}, so models train and explain on the CPU "
        f"({cores} core{'s' if cores > 1 else ''}) in float32."
    )
    assert (found["names"], found["kind"], found["precision"], found["replicas"]) == (["CPU"], "CPU", "float32", 1)
    assert found["total"] == 12
    assert found["again"] == found["reason"]
    assert errors == ""


def test_a_gpu_that_tensorflow_cannot_use_is_named_with_what_helps(put_nvidia_smi):
    put_nvidia_smi(TWO_GPUS)
    program = """
        import json, os
        from cxr_core.device import choose_device
        hidden = choose_device().reason
        del os.environ["CUDA_VISIBLE_DEVICES"]  # TensorFlow has read it: it still sees no GPU
        bare = choose_device().reason
        os.environ["CXR_DEVICE"] = "cpu"
        print(json.dumps([hidden, bare, choose_device().reason]))
    """
    (hidden, bare, asked), _ = run_fresh(program, **HIDE_GPUS)
    assert hidden.startswith("CUDA_VISIBLE_DEVICES hides the GPU (NVIDIA A100-SXM4-40GB, Tesla T4) from TensorFlow")
    assert "cannot use the GPU (NVIDIA A100-SXM4-40GB, Tesla T4)" in bare
    if sys.platform == "linux":
        assert "install requirements-gpu.txt" in bare
    assert asked.startswith("CXR_DEVICE asks for the CPU, so models train and explain on the CPU")


def test_what_python_prints_while_tensorflow_loads_is_not_lost(tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "import os\n"
        "os.write(2, b'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\\n')\n"
        "os.write(2, b'I0000 00:00:1.2 7 port.cc:153] oneDNN custom operations are on.\\n')\n"
        "os.write(2, b'disk is nearly full\\n')\n"
    )
    program = "from cxr_core.device import import_tensorflow; import_tensorflow(); print('null')"
    path = os.pathsep.join([str(tmp_path), *sys.path])
    assert run_fresh(program, PYTHONPATH=path)[1] == "disk is nearly full\n"
    assert len(run_fresh(program, PYTHONPATH=path, TF_CPP_MIN_LOG_LEVEL="0")[1].splitlines()) == 3


@pytest.mark.parametrize("wish", ["tpu", "gpu:", "gpu:one", "cpu:0", "gpu 0"])
def test_a_wish_that_names_no_device_is_refused_with_those_that_do(wish, monkeypatch):
    monkeypatch.setenv("CXR_DEVICE", wish)
    with pytest.raises(Refusal, match=r"“CXR_DEVICE” is .*: set it to cpu, gpu or gpu:0, or leave it unset"):
        choose_device()


def test_a_wish_for_a_gpu_that_is_not_there_is_refused():
    program = """
        import json
        from cxr_core.device import choose_device
        from cxr_core.types import Refusal
        try:
            choose_device()
        except Refusal as refusal:
            print(json.dumps(str(refusal)))
    """
    message, _ = run_fresh(program, CXR_DEVICE="gpu:1", **HIDE_GPUS)
    assert "asks for gpu:1, but TensorFlow finds no GPUs: leave it unset" in message


@pytest.mark.parametrize(
    ("wish", "picked"), [("", ["a", "b"]), ("cpu", []), ("gpu", ["a", "b"]), ("gpu:0", ["a"]), ("gpu:1", ["b"])]
)
def test_a_wish_picks_among_two_gpus(wish, picked):
    assert device._pick_gpus(["a", "b"], wish) == picked


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ([(7, 0)], "mixed_float16"),
        ([(12, 0)], "mixed_float16"),
        ([(6, 1)], "float32"),
        ([(8, 6), (6, 1)], "float32"),  # the slowest sets the pace
        ([None], "float32"),
    ],
)
def test_half_precision_needs_compute_capability_7_on_every_gpu(capabilities, precision):
    assert choose_precision(capabilities) == precision


# No GPU can be counted on where the tests run, so TensorFlow's answers about GPUs are played by these.
def play_tensorflow(details, set_visible_devices=lambda gpus, kind: None, set_memory_growth=lambda gpu, on: None):
    asked = SimpleNamespace(set_memory_growth=set_memory_growth, get_device_details=details.__getitem__)
    config = SimpleNamespace(set_visible_devices=set_visible_devices, experimental=asked)
    strategies = SimpleNamespace(get_strategy=lambda: "default", MirroredStrategy=lambda devices: devices)
    return SimpleNamespace(__version__="2.21.0", config=config, distribute=strategies)


T4 = {"device_name": "Tesla T4", "compute_capability": (7, 5)}
P40 = {"device_name": "Tesla P40", "compute_capability": (6, 1)}


def test_one_modern_gpu_is_used_in_half_precision_without_mirroring():
    found = device._describe_gpus(play_tensorflow([T4]), [0], wish="", started=False)
    assert (found.names, found.kind, found.precision, found.strategy) == (
        ("Tesla T4",),
        "GPU",
        "mixed_float16",
        "default",
    )
    assert found.reason == "TensorFlow 2.21 finds 1 GPU, so models train and explain on Tesla T4 in mixed_float16."


def test_two_gpus_share_each_batch_at_the_precision_of_the_older():
    found = device._describe_gpus(play_tensorflow([T4, P40]), [0, 1], wish="gpu", started=True)
    assert (found.precision, found.strategy) == ("float32", ["GPU:0", "GPU:1"])
    assert found.reason == (
        "CXR_DEVICE asks for gpu, so models train and explain on Tesla T4 and Tesla P40 in float32 "
        "(16 bits gain nothing there), each batch shared among them. "
        "TensorFlow had started before this was set up, so it takes all of the GPU's memory at once."
    )


def test_memory_growth_is_set_on_every_gpu_after_the_others_are_hidden():
    calls = []
    tf = play_tensorflow([], lambda gpus, kind: calls.append((gpus, kind)), lambda gpu, on: calls.append((gpu, on)))
    assert device._set_up(tf, ["b", "c"]) is False
    assert calls == [(["b", "c"], "GPU"), ("b", True), ("c", True)]


def refuse(*_):
    raise RuntimeError("Physical devices cannot be modified after being initialized")


def test_a_set_up_that_comes_too_late_is_told_and_a_choice_that_does_is_refused():
    assert device._set_up(play_tensorflow([], set_memory_growth=refuse), ["a"]) is True
    with pytest.raises(Refusal, match="“CXR_DEVICE” came after TensorFlow had started: start CXR Lens again"):
        device._set_up(play_tensorflow([], set_visible_devices=refuse), [])


def test_hardware_is_described_without_tensorflow():
    program = """
        import json, sys
        from cxr_core.device import describe_hardware
        print(json.dumps([describe_hardware().sentence, "tensorflow" in sys.modules, "keras" in sys.modules]))
    """
    (sentence, *loaded), _ = run_fresh(program)
    assert loaded == [False, False]
    assert "CPU core" in sentence


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no process to a core")
def test_a_process_bound_to_one_core_counts_one():
    program = """
        import json, os
        from cxr_core.device import describe_hardware
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
        print(json.dumps([describe_hardware().cores, describe_hardware().sentence]))
    """
    (cores, sentence), _ = run_fresh(program)
    assert cores == 1
    assert sentence.startswith("1 CPU core, ")


@pytest.mark.parametrize(
    ("quota", "limit", "cores", "memory"),
    [("50000 100000", str(2**30), 1, 2**30), ("max 100000", "max", None, None), (None, None, None, None)],
)
def test_a_container_s_share_limits_cores_and_memory(tmp_path, monkeypatch, quota, limit, cores, memory):
    monkeypatch.setattr(device, "CGROUP", tmp_path / "none")
    whole = describe_hardware()
    if quota:
        (tmp_path / "cpu.max").write_text(quota + "\n")
        (tmp_path / "memory.max").write_text(limit + "\n")
    monkeypatch.setattr(device, "CGROUP", tmp_path)
    found = describe_hardware()
    assert (found.cores, found.memory) == (cores or whole.cores, memory or whole.memory)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_memory_is_what_linux_says_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(device, "CGROUP", tmp_path)
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    assert describe_hardware().memory == kilobytes * 1024


def test_the_driver_s_gpus_stand_in_the_sentence(put_nvidia_smi):
    put_nvidia_smi(TWO_GPUS)
    found = describe_hardware()
    assert found.gpus == ("NVIDIA A100-SXM4-40GB", "Tesla T4")
    assert found.sentence.endswith("of memory and 2 GPUs (NVIDIA A100-SXM4-40GB, Tesla T4).")


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\nexec sleep 600\n",
        "#!/bin/sh\necho 'GPU 0: Tesla T4 (UUID: GPU-0)'\nexit 9\n",
        "not a program",
        "#!/no/such/shell\n",
        "#!/bin/sh\nprintf 'No devices found \\377\\n'\n",
    ],
    ids=["hangs", "fails", "is no program", "cannot start", "says nothing of use"],
)
def test_a_driver_tool_that_fails_is_as_no_gpu(text, put_nvidia_smi, monkeypatch):
    monkeypatch.setattr(device, "DRIVER_SECONDS", 0.5)
    put_nvidia_smi(text)
    found = describe_hardware()
    assert found.gpus == ()
    assert found.sentence.endswith("and no NVIDIA GPU.")
