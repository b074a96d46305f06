"""The benchmark of small detectors: its variants are what they say, and each file has one row with its own time."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_detectors_repair_gan import SIDE, parts

from gan_helpers import checkpoints, datasets, deploy, detectors, measured, settings

pytestmark = pytest.mark.slow

PLACE = Path(__file__).resolve().parent.parent / "benchmarks" / "compression.py"
_spec = importlib.util.spec_from_file_location("benchmark_of_compression", PLACE)
benchmark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(benchmark)


@pytest.fixture(scope="module")
def teacher():
    return detectors.RepairGAN(steps=2, base=24, batch=4, seed=1).fit(parts(20, 0))


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(benchmark, "STEPS", 2)
    monkeypatch.setattr(benchmark, "ZEROING_STEPS", 4)


def weights(detector):
    return detector.restorer.count_params() + detector.marker.count_params()


@pytest.mark.parametrize(
    ("name", "least", "most", "zeros"),
    [
        ("slim, inherited", 0.35, 0.55, 0.0),
        ("half of the channels, inherited", 0.2, 0.35, 0.0),
        ("a third of the channels, inherited", 0.05, 0.2, 0.0),
        ("80 % zeros", 1.0, 1.0, 0.8),
    ],
)
def test_variants_are_as_small_as_they_say(teacher, name, least, most, zeros):
    variant = benchmark.VARIANTS[name]
    student, steps = variant.learn(variant.begin(teacher), teacher, parts(20, 0), 0)
    assert least * weights(teacher) <= weights(student) <= most * weights(teacher)
    assert deploy.sparsity(student.marker) == pytest.approx(zeros, abs=0.01)
    assert steps == (4 if zeros else 2)


@pytest.mark.parametrize("name", ["two thirds of the channels, afresh", "two thirds of the channels, distilled"])
def test_what_is_timed_is_as_large_as_what_learns(teacher, name):
    variant = benchmark.VARIANTS[name]
    student, _ = variant.learn(None, teacher, parts(20, 0), 0)
    assert sum(network.count_params() for network in variant.begin(teacher)) == weights(student)


def test_a_row_for_each_file_is_kept_and_timed(teacher, tmp_path):
    noise = np.random.default_rng(0).random((40, SIDE, SIDE, 1), np.float32)
    good = datasets.PartSet(parts(60, 0), np.zeros(60))
    test = datasets.PartSet(np.concatenate([parts(40, 1), noise]), np.repeat([0, 1], 40))
    split, path = SimpleNamespace(train=good, test=test), tmp_path / "compression.csv"
    benchmark.examine(path, benchmark.TEACHER, 0, teacher, split, steps=2, minutes=None)
    assert not benchmark._missing(path, benchmark.TEACHER, 0)
    assert benchmark._missing(path, benchmark.TEACHER, 1)
    benchmark.keep_pace(path, teacher, split)
    rows = pd.read_csv(path)
    assert rows["file"].tolist() == list(benchmark.FILES)
    assert rows["kB"].is_monotonic_decreasing
    assert (rows["weights"] == weights(teacher)).all()
    assert (rows["one_ms"] > 0).all()


def test_the_second_look_has_rows_of_its_own(teacher, tmp_path):
    teacher.mirror_found = np.array("left_right")
    seen = [
        (title, teacher.mirror)
        for title in benchmark.missing_looks(tmp_path / "none.csv", benchmark.TEACHER, 0, teacher, teacher)
    ]
    assert seen == [("teacher", "none"), ("teacher, two looks", "left_right")]
    assert teacher.mirror == "none"
    assert benchmark.titles("80 % zeros") == ("80 % zeros",)


def test_a_missing_student_is_named_with_its_command(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=measured.COMMANDS["compression"]):
        checkpoints.load_student()
