"""The threshold desk without a browser: figures as `decisions` has them, and what the browser is sent."""

import doctest
import json
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from gan_helpers import decisions
from gan_helpers.widgets import theme
from gan_helpers.widgets import threshold_desk as module
from gan_helpers.widgets.threshold_desk import ThresholdDesk

RNG = np.random.default_rng(0)
LABELS = np.repeat([0, 1], [120, 80])
SCORES = RNG.normal(size=200) + 1.5 * LABELS
CALIBRATION = RNG.normal(size=199)


def new_desk(**options):
    return ThresholdDesk(LABELS, SCORES, CALIBRATION, **options)


def figure(desk, name):
    return next(row for row in desk._report["figures"] if row[0] == name)


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(module).failed == 0


# One truth


@given(st.floats(-3, 4), st.floats(0.0001, 0.5), st.floats(0.5, 5000), st.floats(0.1, 100))
def test_all_figures_are_those_of_decisions(threshold, defect_rate, cost_escape, cost_overkill):
    prices = {"defect_rate": defect_rate, "cost_escape": cost_escape, "cost_overkill": cost_overkill}
    desk = new_desk(threshold=threshold, parts_per_day=1000, **prices)
    at = decisions.rates(LABELS, SCORES, threshold)
    assert desk.rates == at
    assert desk.cost_per_day == pytest.approx(1000 * decisions.expected_cost(at[0], at[1], **prices))
    ppm = decisions.escapes_ppm(at.escape_rate, at.overkill_rate, defect_rate)
    assert desk.shipped_ppm == pytest.approx(ppm, nan_ok=True)
    assert desk.cheapest == decisions.cheapest_threshold(LABELS, SCORES, **prices)
    assert desk.cheapest_cost_per_day <= desk.cost_per_day
    assert f"{at.escapes} of 80 defective" in figure(desk, "Escape rate")[3]
    low, high = decisions.rate_interval(at.overkill, at.good)
    assert figure(desk, "Overkill rate")[2] == f"{100 * low:.3g} to {100 * high:.3g} %"


@given(st.floats(-3, 4))
def test_the_p_value_parts_rejected_from_accepted(threshold):
    desk = new_desk(threshold=threshold)
    rejected = threshold < SCORES
    p_values = decisions.conformal_p_values(CALIBRATION, SCORES)
    assert np.all(p_values[rejected] <= desk.p_value)
    assert np.all(p_values[~rejected] >= desk.p_value)


def test_it_begins_at_the_promised_threshold_and_keeps_the_promise():
    desk = new_desk(false_alarm_rate=0.1)
    assert desk.threshold == desk.conformal_threshold == decisions.conformal_threshold(CALIBRATION, 0.1)
    assert desk.p_value == pytest.approx(0.1)
    assert "at most 10 % of good parts" in desk._report["promiseText"]


def test_moving_and_pricing_renew_what_the_browser_shows():
    desk = new_desk()
    report, curve = desk._report, desk._curve
    desk.threshold = desk.threshold + 1
    assert desk._report != report
    assert desk._curve == curve
    desk.cost_escape = 7.0
    assert desk._curve != curve
    assert desk._curve["ship"] == pytest.approx(0.01 * 7 * 10_000)
    assert desk._curve["reject"] == pytest.approx(0.99 * 5 * 10_000)
    json.dumps([desk._axis, desk._curve, desk._report], allow_nan=False)


def test_the_drawn_curve_never_lies_below_the_cheapest_point_and_touches_the_threshold():
    desk = new_desk()
    assert min(desk._curve["costs"]) >= desk._curve["best"][1] - 1e-9
    desk.threshold = desk._curve["thresholds"][100]
    assert desk.cost_per_day == pytest.approx(desk._curve["costs"][100])
    desk.to_cheapest()
    assert desk.cost_per_day == pytest.approx(desk._curve["best"][1])


def test_the_ends_of_the_axis_reject_and_accept_everything():
    desk = new_desk()
    desk.threshold = desk.axis["low"]
    assert (desk.escape_rate, desk.overkill_rate) == (0, 1)
    assert math.isnan(desk.shipped_ppm)
    assert figure(desk, "Defective among shipped")[1] == "nothing shipped"
    desk.threshold = desk.axis["high"]
    assert (desk.escape_rate, desk.overkill_rate) == (1, 0)


def test_skewed_scores_get_a_logarithmic_axis_and_every_part_a_bar():
    desk = ThresholdDesk(LABELS, np.exp(2 * SCORES), np.exp(2 * CALIBRATION))
    assert desk.axis["log"]
    assert not new_desk().axis["log"]
    for name in ("good", "defective"):
        assert sum(desk.axis[name]) == pytest.approx(1)
    edges = np.log(desk.axis["edges"])
    assert np.diff(edges) == pytest.approx(np.full(len(edges) - 1, edges[1] - edges[0]))


def test_where_inspection_does_not_pay_it_is_said():
    desk = new_desk(defect_rate=1e-5)
    assert "at this threshold inspection does not pay" in desk.sentence()
    assert "Inspection saves" in new_desk(cost_escape=300.0).sentence()
    desk.to_cheapest()
    assert desk.threshold <= desk.axis["high"]


def test_a_promise_that_cannot_be_kept_names_the_number_of_parts():
    desk = new_desk(false_alarm_rate=0.001)
    assert desk.conformal_threshold is None
    assert desk._report["promise"] is None
    assert "needs at least 999 held-out good parts" in desk._report["promiseText"]
    with pytest.raises(ValueError, match="999"):
        desk.to_promise()


def test_another_detector_begins_at_its_own_promise():
    desk = ThresholdDesk(LABELS, {"a": SCORES, "b": 100 * SCORES}, {"a": CALIBRATION, "b": 100 * CALIBRATION})
    before = desk.escape_rate
    desk.set_state({"detector": "b"})
    assert desk.threshold == pytest.approx(100 * decisions.conformal_threshold(CALIBRATION, 0.05))
    assert desk.escape_rate == before
    assert desk.axis["high"] > 100
    with pytest.raises(traitlets.TraitError, match="'c' is none of the detectors here; they are a, b"):
        desk.detector = "c"


def test_an_exercise_can_read_the_whole_state():
    state = new_desk(threshold=0.5).state
    assert state["threshold"] == 0.5
    assert state["cost_per_day"] == new_desk(threshold=0.5).cost_per_day
    assert {"escape_rate", "overkill_rate", "shipped_ppm", "p_value", "defect_rate", "cost_escape"} <= set(state)


# In the browser and without one


def test_the_scripts_are_valid_javascript():
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    for name in ("threshold_desk", "defect_painter"):
        script = theme.scripted(name)
        run = subprocess.run(["node", "--input-type=module", "--check"], input=script, text=True, capture_output=True)
        assert run.returncode == 0, run.stderr


def test_every_widget_has_the_common_box():
    names = {path.stem for path in Path(module.__file__).parent.glob("*.css")} - {"theme"}
    assert all(f".{name.replace('_', '-')}" in theme.styled(name).split("{")[0] for name in names)


def test_there_is_a_still_for_where_nothing_moves():
    data, _ = new_desk()._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert "desk.still()" in data["text/plain"]
    ThresholdDesk(LABELS, np.exp(2 * SCORES), np.exp(2 * CALIBRATION), false_alarm_rate=0.001).still()


# The door


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ThresholdDesk([0, 0], [1, 2], [1]), "No defective part"),
        (lambda: ThresholdDesk([0, 1], [1, 2], []), "calibration_scores is empty"),
        (lambda: ThresholdDesk([0, 1], {"a": [1, 2]}, [1]), "scores names a, calibration_scores detector"),
        (lambda: ThresholdDesk([0, 1], {}, {}), "scores names nothing"),
        (lambda: new_desk(defect_rate=2), "defect_rate is 2; give a share"),
        (lambda: new_desk(cost_escape=0), "cost_escape is 0; give a number above 0"),
        (lambda: new_desk(parts_per_day=-1), "parts_per_day is -1"),
    ],
)
def test_bad_input_is_named_with_its_cure(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


@pytest.mark.parametrize(("name", "value"), [("defect_rate", 0.0), ("cost_overkill", -1.0), ("threshold", math.nan)])
def test_settings_that_fit_nothing_are_refused(name, value):
    desk = new_desk()
    before = getattr(desk, name)
    with pytest.raises(traitlets.TraitError, match=name):
        setattr(desk, name, value)
    assert getattr(desk, name) == before
