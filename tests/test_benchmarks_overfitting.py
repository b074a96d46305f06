"""The benchmark of lesson 07: its variants are what they say, and few parts are a fair draw."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_detectors_repair_gan import SIDE, parts

from gan_helpers import checkpoints, datasets, deploy, detectors, measured, settings

PLACE = Path(__file__).resolve().parent.parent / "benchmarks" / "overfitting.py"
_spec = importlib.util.spec_from_file_location("benchmark_of_overfitting", PLACE)
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
    ("variant", "share", "zeros"),
    [
        ("two thirds of the channels, inherited", 0.5, 0.0),
        ("a third of the channels, inherited", 0.2, 0.0),
        ("80 % zeros", 1.0, 0.8),
    ],
)
def test_variants_are_as_small_as_they_say(teacher, variant, share, zeros):
    student, steps = benchmark.VARIANTS[variant](teacher, parts(20, 0), 0)
    assert weights(student) <= share * weights(teacher)
    assert deploy.sparsity(student.marker) == pytest.approx(zeros, abs=0.01)
    assert steps == (4 if zeros else 2)


def test_a_row_for_each_file_is_kept_once(teacher, tmp_path):
    noise = np.random.default_rng(0).random((40, SIDE, SIDE, 1), np.float32)
    good = datasets.PartSet(parts(60, 0), np.zeros(60))
    test = datasets.PartSet(np.concatenate([parts(40, 1), noise]), np.repeat([0, 1], 40))
    path = tmp_path / "compression.csv"
    for _ in range(2):
        benchmark._examine(path, "teacher", 0, teacher, SimpleNamespace(train=good, test=test), steps=2, minutes=None)
    rows = pd.read_csv(path)
    assert rows["file"].tolist() == list(benchmark.FILES)
    assert rows["kB"].is_monotonic_decreasing
    assert (rows["weights"] == weights(teacher)).all()
    assert not benchmark._missing(path, "teacher", 0)
    assert benchmark._missing(path, "teacher", 1)


def test_few_parts_are_drawn_at_random_and_keep_their_order():
    images = np.arange(50)
    drawn = benchmark.some_normal(images, 10, seed=3)
    assert len(set(drawn)) == 10
    assert list(drawn) == sorted(drawn)
    assert list(drawn) != list(benchmark.some_normal(images, 10, seed=4))
    assert list(benchmark.some_normal(images, 80, seed=3)) == list(images)


def test_unknown_parts_are_refused(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["everything"])
    assert "there is no part 'everything'" in capsys.readouterr().err


def test_a_missing_student_is_named_with_its_command(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=measured.COMMANDS["compression"]):
        checkpoints.load_student()
