"""The exported detector and its ten lines: the same scores from the same files, with nothing of the course."""

import ast
import functools
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_capstone_decisions import PRICES
from test_capstone_loading import photograph

from gan_helpers import capstone, datasets, decisions, detectors
from gan_helpers.capstone import kit
from gan_helpers.capstone.trying import BRIGHTNESS, GAN, PCA, PCA_MAX, Trial
from gan_helpers.datasets import reading

pytestmark = pytest.mark.slow

SIZE = 32


@functools.cache
def made_trial(mode):
    folder = Path(tempfile.mkdtemp())
    for i in range(60):
        photograph(folder / "good" / f"{i}.png", i, (40, 30), mode)
    for i in range(12):
        photograph(folder / "bad" / f"{i}.png", 100 + i, (20, 52), mode)
    split = datasets.load_folder(folder, size=SIZE)
    shutil.rmtree(folder)
    fitted = {
        BRIGHTNESS: detectors.MeanBrightness(),
        PCA: detectors.PCAReconstruction(4),
        PCA_MAX: detectors.PCAReconstruction(4, pooling="max"),
        GAN: detectors.RepairGAN(steps=1, base=8),
    }
    for detector in fitted.values():
        detector.fit(split.train.images)
    scores, good = (
        {name: detector.score(side.images) for name, detector in fitted.items()}
        for side in (split.test, split.calibration)
    )
    return Trial(split, fitted, scores, good)


@pytest.fixture
def new_photographs(tmp_path):
    """Make photographs of all kinds that the reader knows, and some that it refuses."""
    folder = tmp_path / "new"
    rng = np.random.default_rng(7)
    photograph(folder / "wide.png", 1, (20, 70))
    photograph(folder / "below" / "colour.png", 2, (50, 50), "RGB")
    photograph(folder / "large.jpg", 3, (700, 500), "RGB")
    Image.fromarray(rng.integers(0, 65536, (33, 47), dtype=np.uint16)).save(folder / "sixteen.png")
    Image.fromarray(rng.integers(0, 256, (40, 40, 4), dtype=np.uint8)).save(folder / "alpha.png")
    turned = Image.fromarray(rng.integers(0, 256, (30, 60, 3), dtype=np.uint8))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(folder / "turned.jpg", exif=exif)
    turned.save(folder / "Büchse 零件.png".replace("ü", "u\u0308"))  # as Macs and archives spell it
    (folder / "Thumbs.db").write_text("of Windows")
    (folder / "broken.png").write_text("not an image")
    (folder / "readme.txt").write_text("hello")
    return folder


def decided(trial, name):
    object.__setattr__(trial, "recommended", name)
    return capstone.choose_threshold(trial, **PRICES)


@pytest.mark.parametrize(("mode", "name"), [("RGB", GAN), ("L", GAN), ("RGB", PCA_MAX), ("L", PCA), ("L", BRIGHTNESS)])
def test_the_script_scores_every_kind_of_photograph_as_the_course_does(mode, name, new_photographs, tmp_path):
    trial = made_trial(mode)
    decision = decided(trial, name)
    exported = capstone.export(trial, decision, tmp_path / "out")
    got, told = scored_in_path(tmp_path / "out", new_photographs)
    grey = trial.split.test.images.shape[3] == 1
    readable = sorted(path for path in new_photographs.rglob("*.*") if path.stem not in ("broken", "readme", "Thumbs"))
    images = np.stack([datasets.load_image(path, SIZE, grey=grey) for path in readable])
    expected = trial.detectors[name].score(images)
    p_values = decisions.conformal_p_values(exported.card["calibration_scores"], expected)
    assert sorted(got) == sorted(path.relative_to(new_photographs).as_posix() for path in readable)
    for path, score, p_value in zip(readable, expected, p_values, strict=True):
        answer = got[path.relative_to(new_photographs).as_posix()]
        assert answer[0] == pytest.approx(score, rel=2e-3, abs=1e-5)
        assert answer[1] == pytest.approx(p_value, abs=1e-4)
        assert answer[2] == ("reject" if score > decision.threshold else "accept")
    assert f"This detector knows: {trial.split.test.title}." in told.stderr
    assert "broken.png is not an image" in told.stderr
    assert "readme.txt is not a photograph" in told.stderr
    assert "7 scored, 2 not scored" in told.stderr
    assert told.returncode == 1


def scored_in_path(folder, photographs):
    """Run the script as its reader does: from anywhere, with its own folder on the path."""
    line = [sys.executable, str(folder / "score.py"), str(photographs)]
    windows = os.environ | {"PYTHONIOENCODING": "cp1252"}  # as its output is written into a file there
    told = subprocess.run(line, capture_output=True, encoding="utf-8", env=windows, check=False)
    rows = [row.split("\t") for row in told.stdout.splitlines()]
    return {name: (float(score), float(p), verdict) for name, score, p, verdict in rows}, told


def test_the_files_answer_alone_and_say_what_is_wrong(tmp_path):
    trial, folder = made_trial("L"), tmp_path / "out"
    decision = decided(trial, PCA_MAX)
    exported = capstone.export(trial, decision, folder)
    assert exported.threshold == decision.threshold
    assert json.loads((folder / "exported.json").read_text())["threshold_basis"] == decision.basis

    _, told = scored_in_path(folder, tmp_path / "nowhere")
    assert "Say which folder" in told.stderr
    (tmp_path / "empty").mkdir()
    assert "0 scored" in scored_in_path(folder, tmp_path / "empty")[1].stderr
    with (folder / "network.onnx").open("ab") as file:
        file.write(b"x")
    _, told = scored_in_path(folder, tmp_path / "empty")
    assert "export both again" in told.stderr
    assert "Traceback" not in told.stderr


class TestKit:
    def test_the_script_has_ten_lines(self):
        code = [line for line in kit.SCRIPT.splitlines()[1:] if line.strip()]
        assert len(code) == kit.SCRIPT_LINES == 10

    def test_neither_file_needs_more_than_numpy_pillow_and_onnxruntime(self):
        needed = set()
        for source in (kit.SCRIPT, kit.reading_source()):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    needed |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    needed.add(node.module.split(".")[0])
        assert needed - sys.stdlib_module_names == {"numpy", "PIL", "onnxruntime", "reading"}

    def test_the_reader_is_the_course_s_own(self):
        names = {node.name for node in ast.parse(kit.reading_source()).body if isinstance(node, ast.FunctionDef)}
        own = inspect.getsource(reading)
        assert {node.name for node in ast.parse(own).body if isinstance(node, ast.FunctionDef)} <= names
