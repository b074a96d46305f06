"""The benchmark of few and many good parts: a fair draw, each run once."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PLACE = Path(__file__).resolve().parent.parent / "benchmarks" / "learning_curve.py"
_spec = importlib.util.spec_from_file_location("benchmark_of_learning_curve", PLACE)
benchmark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(benchmark)


def test_few_parts_are_drawn_at_random_and_keep_their_order():
    images = np.arange(50)
    drawn = benchmark.some_normal(images, 10, seed=3)
    assert len(set(drawn)) == 10
    assert list(drawn) == sorted(drawn)
    assert list(drawn) != list(benchmark.some_normal(images, 10, seed=4))
    assert list(benchmark.some_normal(images, 80, seed=3)) == list(images)


@pytest.mark.slow
def test_a_run_that_has_its_row_is_not_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "METHODS", {"pca_max": benchmark.METHODS["pca_max"]})
    monkeypatch.setattr(benchmark, "NORMALS", (30, 60))
    benchmark.main(["--seeds", "0", "--out", str(tmp_path)])
    rows = pd.read_csv(tmp_path / "learning_curve.csv")
    expected = benchmark.NORMALS[:1] if benchmark.SMOKE else benchmark.NORMALS
    assert rows["n_normal"].tolist() == list(expected)
    assert rows["auroc"].between(0, 1).all()
    monkeypatch.setattr(benchmark, "METHODS", {"pca_max": None})  # would stop if it were called
    benchmark.main(["--seeds", "0", "--out", str(tmp_path)])
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "learning_curve.csv"), rows)
