"""The benchmark of explanations: it keeps every row once, and does nothing twice."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from gan_helpers import explain, settings

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "explanations.py"
_spec = importlib.util.spec_from_file_location("benchmark_of_explanations", PATH)
benchmark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(benchmark)

RUN = {"model": "classifier", "seed": 1, "budget": "full", "n": 80}
ROW = RUN | {"method": "lime", "baseline": "grey", "judged_with": "repaired", "pointing": 0.5, "ms": 7.0}


def test_rows_are_kept_in_place_of_earlier_ones_of_the_same_key(tmp_path):
    path = tmp_path / "explanations.csv"
    benchmark._keep([ROW, ROW | {"judged_with": "grey"}], path)
    benchmark._keep([ROW | {"pointing": 0.75}], path)
    table = pd.read_csv(path)
    assert sorted(table["judged_with"]) == ["grey", "repaired"]
    assert table.loc[table["judged_with"] == "repaired", "pointing"].item() == 0.75


def test_what_was_measured_is_known_and_nothing_else(tmp_path):
    path = tmp_path / "explanations.csv"
    assert not benchmark._known(RUN, "lime", "grey", path)
    benchmark._keep([ROW, ROW | {"method": "edge", "baseline": benchmark.NONE}], path)
    assert benchmark._known(RUN, "lime", "grey", path)
    assert benchmark._known(RUN, "edge", benchmark.NONE, path)
    assert not benchmark._known(RUN, "lime", "repaired", path)
    assert not benchmark._known(RUN | {"seed": 2}, "lime", "grey", path)
    assert not benchmark._known(RUN | {"n": 8}, "lime", "grey", path)


def test_an_unknown_model_is_named(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--models", "oracle"])
    assert "no model 'oracle'" in capsys.readouterr().err


def test_the_shipped_table_is_read_through_one_function(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"make it with `python benchmarks/explanations.py`"):
        explain.measured()
    rows = [ROW, ROW | {"method": "edge", "baseline": benchmark.NONE, "pointing": 0.9}, ROW | {"judged_with": "grey"}]
    benchmark._keep(rows, tmp_path / "benchmarks" / "explanations.csv")
    assert explain.measured("classifier")["method"].tolist() == ["edge", "lime"]
    assert len(explain.measured(judged_with=None)) == 3
    assert explain.measured("repair_gan").empty
