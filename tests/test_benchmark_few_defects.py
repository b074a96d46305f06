"""The benchmark of few labelled defects: every draw beside a control, each run once."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import few_defects as benchmark


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "PATH", tmp_path / "few_defects.csv")
    return benchmark.PATH


def test_each_draw_has_its_control_and_no_run_is_done_twice(path, monkeypatch):
    done = []

    def measure(data, method, seed, begun):
        done.append((data, method, seed))
        return {"data": data, "method": method, "seed": seed, "budget": benchmark.settings.budget(), "auroc": 0.5}

    monkeypatch.setattr(benchmark, "measure", measure)
    monkeypatch.setattr(benchmark.checkpoints, "load", lambda data, method: None)
    for seeds in ("0", "0,1"):
        benchmark.main(["--data", "solar", "--seeds", seeds])
    arms = ("few_defects", "few_forged")
    assert done == [("solar", "repair_gan", None), *(("solar", arm, seed) for seed in (0, 1) for arm in arms)]
    assert len(pd.read_csv(path)) == len(done)


def test_where_the_test_set_changes_with_the_draw_the_untouched_detector_has_a_row_a_draw(path, monkeypatch):
    loaded, done = [], []

    def measure(data, method, seed, begun):
        done.append((method, seed))
        return {"data": data, "method": method, "seed": seed, "budget": benchmark.settings.budget(), "auroc": 0.5}

    monkeypatch.setattr(benchmark, "measure", measure)
    monkeypatch.setattr(benchmark.checkpoints, "load", lambda data, method: loaded.append(data))
    benchmark.main(["--data", "solar_known", "--seeds", "0,1"])
    assert loaded == ["solar"]
    assert sorted(done) == [(arm, seed) for arm in ("few_defects", "few_forged", "repair_gan") for seed in (0, 1)]


def test_the_ten_are_in_no_test_set_and_the_known_modules_are_theirs():
    labelled, _, known = benchmark.cells_of_known_modules(1)
    same, _, unseen = benchmark.cells(1)
    np.testing.assert_array_equal(labelled, same)
    pictures = {image.tobytes() for image in labelled}
    assert len(pictures) == benchmark.LABELLED
    for test in (known, unseen):
        assert not pictures & {image.tobytes() for image in test.images}
    assert set(known.good.names) == set(unseen.good.names)
    assert not set(known.defective.names) & set(unseen.defective.names)
    assert not set(known.defective.groups) & set(unseen.defective.groups)


@pytest.mark.slow
def test_the_control_hears_of_no_real_defect(monkeypatch):
    side = benchmark.SIDE
    real, good = np.zeros((10, side, side, 1), np.float32), np.full((30, side, side, 1), 0.5, np.float32)
    test = type("Parts", (), {"images": good[:4], "labels": np.array([0, 0, 1, 1]), "__len__": lambda self: 4})()
    monkeypatch.setitem(benchmark.DATA, "solar", lambda seed: (real, good, test))
    heard = {}

    class Few:
        def fit(self, normal, defective):
            heard[self.method] = defective
            return self

        def score(self, images):
            return np.arange(len(images), dtype=float)

    for method in (benchmark.REAL, benchmark.FORGED):
        monkeypatch.setattr(Few, "method", method, raising=False)
        monkeypatch.setattr(benchmark.detectors.FewDefects, "from_repair_gan", lambda begun, seed: Few())
        row = benchmark.measure("solar", method, 0, None)
        assert (row["method"], row["n_labelled"]) == (method, 10 if method == benchmark.REAL else 0)
        assert row["auroc"] == 1
    np.testing.assert_array_equal(heard[benchmark.REAL], real)
    forged = heard[benchmark.FORGED]
    assert len(forged) == 10
    share = (forged != 0.5).mean(axis=(1, 2, 3))
    assert (share > 0).all() and (share < 0.9).all()  # good parts with something on them
