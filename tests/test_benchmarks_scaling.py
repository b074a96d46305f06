"""The benchmarks of lesson 11: they go on where they were, and what is shipped can be read as the lesson reads it."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gan_helpers import measured, tabular

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
METHODS = 6  # four rivals, two scores of the GAN


@pytest.fixture
def scaling():
    return runpy.run_path(str(BENCHMARKS / "scaling.py"), run_name="scaling")


@pytest.fixture
def tables():
    return runpy.run_path(str(BENCHMARKS / "tables.py"), run_name="tables")


def test_plates_are_written_once_each(scaling, tmp_path):
    folder = scaling["write_plates"](tmp_path / "plates", 7)
    assert [path.name for path in sorted(folder.iterdir())] == [f"{i:06d}.png" for i in range(7)]


def test_decoding_takes_some_time(scaling, tmp_path):
    folder = scaling["write_plates"](tmp_path / "plates", 3)
    assert scaling["measure"]("decode", folder, None) > 0


def test_rows_are_kept_once_a_run(scaling, tmp_path):
    path = tmp_path / "scaling.csv"
    scaling["_keep"].__globals__["PATH"] = path
    for seconds in (1.0, 2.0):
        scaling["_keep"]({"n": 10, "what": "decode", "threads": 1, "repeat": 0, "seconds": seconds})
    assert scaling["_known"](10, 0, "decode") and not scaling["_known"](10, 1, "decode")
    assert pd.read_csv(path)["seconds"].tolist() == [2.0]


def test_the_two_tables_are_drawn_anew_for_each_seed(tables):
    for draw in tables["TABLES"].values():
        assert not draw(0)[0].equals(draw(1)[0])
        assert draw(0)[0].equals(draw(0)[0])


def test_no_case_is_learnt_and_ranked(tables):
    learnt, usual, unusual = tables["TABLES"]["breast tissue"](0)
    assert not set(learnt.index) & {*usual.index, *unusual["malignant"].index}
    assert len(learnt) + len(usual) + len(unusual["malignant"]) == 569


@pytest.mark.skipif(not measured.path_of("scaling").is_file(), reason="not measured yet")
def test_the_shipped_costs_are_whole():
    rows = measured.shipped_rows("scaling")
    assert {"n", "what", "threads", "repeat", "seconds"} <= set(rows)
    assert {"decode", "score", "archive, 1 thread", "archive, 2 threads"} == set(rows["what"])
    assert (rows["seconds"] > 0).all() and rows["n"].nunique() >= 2
    assert not rows.duplicated(["n", "what", "repeat"]).any()


@pytest.mark.skipif(not measured.path_of("tables").is_file(), reason="not measured yet")
def test_the_shipped_tables_are_whole():
    rows = measured.shipped_rows("tables")
    assert rows["auroc"].between(0, 1).all() and np.isfinite(rows["auroc"]).all()
    for data, kinds in (("process", len(tabular.KINDS)), ("breast tissue", 1)):
        found = rows[rows["data"] == data]
        assert found.groupby("seed").size().eq(METHODS * kinds).all() and found["seed"].nunique() >= 5
