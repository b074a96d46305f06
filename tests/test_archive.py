"""An archive scored in pieces: the same answers here, on threads and on a cluster; what can't be read is named."""

import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from gan_helpers import archive
from gan_helpers.datasets import DataError
from gan_helpers.deploy import exported

SIDE = 32


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    """Export a detector by hand whose score is the mean grey value: fast, and workers can load it."""
    onnx = pytest.importorskip("onnx")
    folder = tmp_path_factory.mktemp("detector")
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    axes = [
        onnx.numpy_helper.from_array(np.array(places, np.int64), name)
        for name, places in {"all": [1, 2, 3], "channel": [3]}.items()
    ]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["image", "all"], ["score"], keepdims=0),
            helper.make_node("ReduceMean", ["image", "channel"], ["map"], keepdims=0),
        ],
        "mean_grey",
        [helper.make_tensor_value_info("image", floats, ["n", SIDE, SIDE, 1])],
        [
            helper.make_tensor_value_info("score", floats, ["n"]),
            helper.make_tensor_value_info("map", floats, ["n", SIDE, SIDE]),
        ],
        axes,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path = folder / exported.NETWORKS[exported.ONNX]
    onnx.save(model, path)
    card = {"format": 1, "kind": exported.ONNX, "method": "mean grey", "image_shape": [SIDE, SIDE, 1]}
    exported.write_card(folder, card | {"threshold": None, "sha256": exported.checksum(path)})
    good = np.linspace(0.1, 0.5, 39)[:, None, None, None] * np.ones((1, SIDE, SIDE, 1), np.float32)
    exported.load_exported(folder).calibrate(good.astype(np.float32))
    return folder


@pytest.fixture
def photographs(tmp_path):
    """Nine photographs from dark to bright in two folders, a broken one, and a file that is none."""
    for i, grey in enumerate(np.linspace(20, 220, 9)):
        folder = tmp_path / ("early" if i < 4 else "late")
        folder.mkdir(exist_ok=True)
        Image.fromarray(np.full((SIDE, SIDE), round(grey), np.uint8)).save(folder / f"{i}.png")
    (tmp_path / "early" / "broken.png").write_bytes((tmp_path / "early" / "0.png").read_bytes()[:40])
    (tmp_path / "notes.txt").write_text("no photograph")
    return tmp_path


def test_every_photograph_is_one_row_by_name(photographs, detector):
    table = archive.score_archive(photographs, detector, piece=3)
    assert list(table.columns) == list(archive.COLUMNS)
    assert list(table["name"]) == sorted(table["name"]) and len(table) == 10
    late = table[table["name"] == "late/8.png"].iloc[0]
    assert late["score"] == pytest.approx(220 / 255, abs=1e-5)
    assert late["verdict"] == archive.REJECT and late["p_value"] == pytest.approx(1 / 40)
    assert table[table["name"] == "early/1.png"]["verdict"].item() == archive.ACCEPT


def test_a_broken_photograph_is_named_and_the_rest_is_scored(photographs, detector):
    table = archive.score_archive(photographs, detector, piece=2).set_index("name")
    broken = table.loc["early/broken.png"]
    assert broken["verdict"] == archive.UNREAD and "broken.png" in broken["problem"]
    assert np.isnan(broken["score"])
    assert table.drop("early/broken.png")["score"].notna().all()


@pytest.mark.parametrize("piece", [1, 4, 100])
def test_the_size_of_the_pieces_changes_nothing(photographs, detector, piece):
    whole = archive.score_archive(photographs, detector)
    assert archive.score_archive(photographs, detector, piece=piece).equals(whole)


def test_threads_of_this_process_answer_alike(photographs, detector):
    with archive.connect() as client:
        shared = archive.score_archive(photographs, detector, client=client, piece=2)
    assert shared.equals(archive.score_archive(photographs, detector))


def test_a_run_goes_on_with_what_is_left(photographs, detector, monkeypatch):
    whole = archive.score_archive(photographs, detector)
    asked = []
    real = archive.score_piece
    monkeypatch.setattr(archive, "score_piece", lambda names, *rest: asked.extend(names) or real(names, *rest))
    assert archive.score_archive(photographs, detector, known=whole.iloc[:6]).equals(whole)
    # what couldn't be read is tried again: somebody may have copied it anew
    assert sorted(asked) == sorted([*whole["name"].iloc[6:], "early/broken.png"])


def test_an_archive_of_broken_photographs_only_still_gives_a_table(tmp_path, detector):
    (tmp_path / "one.png").write_bytes(b"nothing")
    table = archive.score_archive(tmp_path, detector)
    assert list(table["verdict"]) == [archive.UNREAD]


@pytest.mark.parametrize("name", ["missing", ""])
def test_a_folder_without_photographs_is_named(tmp_path, detector, name):
    with pytest.raises(DataError, match=str(tmp_path)):
        archive.score_archive(tmp_path / name, detector)


def test_a_detector_without_threshold_is_refused_before_any_work(photographs, detector, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for path in detector.iterdir():
        (bare / path.name).write_bytes(path.read_bytes())
    exported.write_card(bare, exported.read_card(bare) | {"threshold": None})
    with pytest.raises(RuntimeError, match="calibration"):
        archive.score_archive(photographs, bare)


def test_a_piece_holds_at_least_one_photograph(photographs, detector):
    with pytest.raises(ValueError, match="piece = 0"):
        archive.score_archive(photographs, detector, piece=0)


@pytest.mark.slow
def test_an_address_where_nobody_answers_is_named():
    with pytest.raises(ConnectionError, match=r"tcp://127\.0\.0\.1:9"), archive.connect("tcp://127.0.0.1:9"):
        pass


@pytest.fixture
def scheduler(tmp_path):
    """Start a scheduler and one worker, each a process of its own, on the loopback interface."""
    module = [sys.executable, "-m", "distributed.cli"]
    log = (tmp_path / "log.txt").open("w+")
    quiet = {"stdout": log, "stderr": subprocess.STDOUT, "cwd": tmp_path, "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    start = [*module[:-1], "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    processes = [subprocess.Popen(start, **quiet)]
    try:
        address = _address_in(tmp_path / "log.txt")
        worker = [*module[:-1], "distributed.cli.dask_worker", address, "--no-dashboard", "--nthreads", "1"]
        processes.append(subprocess.Popen([*worker, "--no-nanny", "--local-directory", str(tmp_path)], **quiet))
        yield address
    finally:
        for process in processes[::-1]:  # the worker first; there is nothing that either has to save
            process.kill()
            process.wait()
        log.close()


def _address_in(path, seconds=60):
    for _ in range(10 * seconds):
        if found := re.search(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)", path.read_text()):
            return found.group(1)
        time.sleep(0.1)
    raise AssertionError(f"The scheduler didn't start: {path.read_text()[-500:]}")


@pytest.mark.slow
def test_a_cluster_elsewhere_answers_alike(photographs, detector, scheduler):
    with archive.connect(scheduler) as client:
        client.wait_for_workers(1, timeout=60)
        shared = archive.score_archive(photographs, detector, client=client, piece=4)
    assert shared.equals(archive.score_archive(photographs, detector))
