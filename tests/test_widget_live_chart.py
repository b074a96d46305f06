"""The live chart without a browser: what it sends, what it says, what it refuses, and its still."""

import doctest
import json
import shutil
import subprocess

import numpy as np
import pytest
import traitlets

from gan_helpers import process
from gan_helpers.widgets import live_chart as module
from gan_helpers.widgets import theme
from gan_helpers.widgets.live_chart import LiveChart

VALUES = np.array([0.0, 1, 0, 2, 3, 3, 2, 3])
DEFECTIVE = np.array([0, 1, 0, 2, 3, 3, 2, 4])


def new_chart(**options):
    charts = {"evidence": process.cusum(VALUES), "rejects": process.cusum(VALUES / 4)}
    return LiveChart(charts, DEFECTIVE, **{"begin": 3.25} | options)


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(module).failed == 0


def test_what_the_browser_gets_is_what_the_chart_holds():
    live = new_chart(pictures=np.random.default_rng(0).random((8, 32, 32, 1)))
    json.dumps([live._charts, live._line, live._words], allow_nan=False)
    sent = live._charts[0]
    assert sent["alarms"] == live.charts["evidence"].alarms.tolist()
    assert sent["low"] <= min(sent["values"]) and sent["high"] > max(*sent["values"], *sent["upper"])
    assert len(live._pictures) == 8 and all(one.startswith("data:image/png;base64,") for one in live._pictures)


def test_alarms_are_told_when_they_are_seen_and_not_before():
    live = new_chart()
    assert "8 lots of 40 parts are ahead" in live.sentence()
    live.shown = 4
    assert live.sentence() == "Lot 4 of 8. No alarm so far."
    live.shown = 8
    assert 'The chart of "evidence" has alarmed at lot 6' in live._words["sentence"]
    assert "rejects" not in live.sentence()
    assert live.verdict() == ""


def test_stopping_says_what_it_was_worth():
    live = new_chart()
    live.set_state({"shown": 6, "playing": True})
    live.stop()
    assert live.stopped_at == 6 and not live.playing
    assert "The fault began in lot 4; 8 defective parts were made since then" in live.verdict()
    assert "made 6 more" in live.verdict()
    early = new_chart()
    early.shown = 2
    early.stop()
    assert "nothing was wrong yet" in early._words["verdict"]
    assert early.state["stopped_at"] == 2 and early.state["first_alarms"]["rejects"] is None


def test_the_still_shows_all_lots_or_those_seen():
    live = new_chart()
    assert len(live.still().axes[0].lines[0].get_xdata()) == 8
    live.shown = 5
    assert len(live.still().axes[0].lines[0].get_xdata()) == 5
    data, _ = live._repr_mimebundle_()
    assert data["image/png"][:4] == b"\x89PNG"
    assert "without a browser" in data["text/plain"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: LiveChart({}, DEFECTIVE), "0 charts"),
        (lambda: LiveChart({"a": process.cusum(VALUES)}, DEFECTIVE[:3]), "8 values for 3 lots"),
        (lambda: new_chart(pictures=np.zeros((2, 8, 8))), "2 pictures for 8 lots"),
        (lambda: new_chart(begin=99), "begin is 99"),
    ],
)
def test_what_does_not_fit_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_traits_refuse_what_makes_no_sense():
    live = new_chart()
    with pytest.raises(traitlets.TraitError, match="0 to 8"):
        live.shown = 9
    with pytest.raises(traitlets.TraitError, match="seconds"):
        live.seconds_per_lot = 0.0


def test_the_script_is_javascript_and_the_box_has_its_style():
    assert ".live-chart" in theme.styled("live_chart").split("live-chart {")[0]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    done = subprocess.run(
        [node, "--input-type=module", "--check"], input=theme.scripted("live_chart"), text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
