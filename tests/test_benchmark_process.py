"""The benchmark of production: rows that fit the line they were made from, and a script that goes on where it was."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gan_helpers import measured, parts, process, settings
from gan_helpers.process import production

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import process as benchmark


class Darkness:
    """A detector that scores by the mean brightness."""

    def score(self, images):
        return images.mean(axis=(1, 2, 3))


def test_every_run_has_its_own_production():
    named = [(name, run) for name, run, _ in production.runs()]
    assert len(set(named)) == len(named) == production.NORMAL_RUNS + production.SHIFT_RUNS
    guilty = [process.fault_of(run) for run in range(production.SHIFT_RUNS)]
    assert all(guilty.count(fault) == 5 for fault in process.FAULTS)


@pytest.mark.parametrize("name", ["process_normal", "process_shifts"])
def test_shipped_rows_fit_the_line_that_made_them(name):
    table = measured.shipped_rows(name)
    makers = {run: make for made, run, make in production.runs() if made == name}
    assert not table.duplicated(["run", "part"]).any()
    for run, rows in table.groupby("run"):
        assert len(rows) == process.SHIFT_PARTS
        if run in (0, 3):
            bad = (makers[run]()["kind"] != parts.GOOD).to_numpy()
            assert np.array_equal(rows["defective"].to_numpy(bool), bad)


def test_shipped_searches_keep_what_the_course_says_of_them():
    table = measured.shipped_rows("process_search")
    assert not table.duplicated(["way", "n_parts", "seed"]).any()
    means = table[table["n_parts"] == 400].groupby("way")["regret"].mean()
    assert means["bayesian_search"] < 0.05 < means["random_search"]


def test_runs_are_scored_part_by_part_and_only_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    monkeypatch.setattr(benchmark.checkpoints, "load", lambda *_: Darkness())
    made, asked = process.normal_production(6, seed=1), []

    def make():
        asked.append(1)
        return made

    monkeypatch.setattr(production, "runs", lambda: [("process_normal", run, make) for run in (7, 8)])
    assert benchmark.scores(deadline=float("inf")) and benchmark.scores(deadline=float("inf"))
    rows = pd.read_csv(measured.path_of("process_normal"))
    assert rows.columns.tolist() == ["run", "part", "defective", "score"]
    assert rows["run"].tolist() == [7] * 6 + [8] * 6 and len(asked) == 2


def test_a_missing_table_names_its_command(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"python benchmarks/process\.py"):
        measured.shipped_rows("process_shifts")
    with pytest.raises(ValueError, match="no table 'shifts'"):
        measured.shipped_rows("shifts")
