"""The benchmark of explanations: it keeps every row once, and does nothing twice."""

import importlib.util
from pathlib import Path

import pytest

from gan_helpers import measured, settings

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "explanations.py"
_spec = importlib.util.spec_from_file_location("benchmark_of_explanations", PATH)
benchmark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(benchmark)

RUN = {"model": "classifier", "seed": 1, "budget": "full", "n": 80}
ROW = RUN | {"method": "lime", "baseline": "grey", "judged_with": "repaired", "pointing": 0.5, "ms": 7.0}


def test_what_was_measured_is_known_and_nothing_else(tmp_path):
    path = tmp_path / "explanations.csv"
    assert not benchmark._known(RUN, ("lime", "grey"), path)
    measured.keep_rows(path, [ROW, ROW | {"method": "edge", "baseline": benchmark.NONE}], benchmark.KEY)
    assert benchmark._known(RUN, ("lime", "grey"), path)
    assert benchmark._known(RUN, ("edge", benchmark.NONE), path)
    assert not benchmark._known(RUN, ("lime", "repaired"), path)
    assert not benchmark._known(RUN | {"seed": 2}, ("lime", "grey"), path)
    assert not benchmark._known(RUN | {"n": 8}, ("lime", "grey"), path)


def test_an_unknown_model_is_named(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--models", "oracle"])
    assert "no model 'oracle'" in capsys.readouterr().err


def test_the_shipped_table_is_read_through_one_function(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"make it with `python benchmarks/explanations.py`"):
        measured.explanation_rows()
    rows = [ROW, ROW | {"method": "edge", "baseline": benchmark.NONE, "pointing": 0.9}, ROW | {"judged_with": "grey"}]
    measured.keep_rows(tmp_path / "benchmarks" / "explanations.csv", rows, benchmark.KEY)
    assert measured.explanation_rows("classifier")["method"].tolist() == ["edge", "lime"]
    assert len(measured.explanation_rows(judged_with=None)) == 3
    assert measured.explanation_rows("repair_gan").empty
