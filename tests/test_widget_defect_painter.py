"""The defect painter without a browser: strokes, answers, messages as the browser sends them, the still."""

import doctest
import json
import math
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_helpers import decisions, detectors
from gan_helpers.widgets import defect_painter as module
from gan_helpers.widgets.defect_painter import DefectPainter
from gan_helpers.widgets.strokes import LUMINANCE, STAIN_TINT, TOOLS, Stroke, scratch

CALIBRATION = np.linspace(0.05, 0.3, 99)


def away_from_grey(image):
    """Find suspicious whatever is not middle grey."""
    heat = np.abs(image - 0.5).max(axis=-1)
    return heat.max(), heat


def new_painter(parts=None, inspect=away_from_grey, **options):
    parts = np.full((2, 32, 32, 1), 0.5, np.float32) if parts is None else parts
    return DefectPainter(inspect, parts, CALIBRATION, **options)


def browser_sends(painter, kind, number="1", **more):
    painter._handle_custom_msg({"kind": kind, "number": number, **more}, [])


def as_sent(points, **more):
    return {"points": points, "width": 3, "strength": 0.8, "soft": 0.5, "tool": "darker", **more}


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(module).failed == 0


# Strokes


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.floats(0.5, 12), st.floats(0, 1))
def test_cover_depends_on_the_distance_from_the_way_alone(seed, width, soft):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-4, 24, (rng.integers(1, 6), 2))
    stroke = Stroke(points, width, 0.5, soft)
    fine = np.concatenate(
        [np.linspace(a, b, 400) for a, b in zip(stroke.points[:-1], stroke.points[1:], strict=True)] or [points]
    )
    y, x = np.mgrid[:20, :20] + 0.5
    away = np.hypot(x[..., None] - fine[:, 0], y[..., None] - fine[:, 1]).min(axis=-1)
    expected = np.clip((width / 2 + 0.25 - away) / max(soft * width / 2, 0.5), 0, 1)
    assert stroke.cover(20, 20) == pytest.approx(expected, abs=0.1)


def test_a_stroke_reaches_full_strength_on_its_way_and_leaves_the_rest_alone():
    image = np.full((32, 32, 1), 0.8, np.float32)
    painted, mask = Stroke([(4, 10.5), (28, 10.5)], width=3, strength=0.75).paint(image)
    assert painted[10, 6:26, 0] == pytest.approx(0.2)
    assert np.array_equal(painted[~mask.any(axis=1)], image[~mask.any(axis=1)])
    assert mask[10, 6:26].all()
    assert not mask[15:].any()
    assert image.min() == pytest.approx(0.8)


def test_crossing_ones_own_way_paints_once():
    image = np.full((32, 32, 1), 0.5, np.float32)
    painted, _ = Stroke([(4, 16), (28, 16), (4, 16)], 3, 0.5).paint(image)
    assert painted.min() == pytest.approx(0.25)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("tool", TOOLS)
def test_tools_pull_towards_black_white_or_the_stain(tool, channels):
    image = np.full((16, 16, channels), 0.6, np.float32)
    painted, _ = Stroke([(8, 8)], width=6, strength=1, tool=tool).paint(image)
    tint = np.array(STAIN_TINT) if channels == 3 else np.dot(STAIN_TINT, LUMINANCE)
    target = {"darker": 0, "brighter": 1, "stain": 0.8 * tint}[tool]
    assert painted[8, 8] == pytest.approx(np.broadcast_to(target, channels), abs=1e-6)


def test_a_long_way_is_thinned_and_keeps_its_ends():
    way = np.column_stack([np.linspace(0, 30, 5000), np.full(5000, 4.0)])
    points = np.array(Stroke(way).points)
    assert len(points) <= 62
    assert points[0].tolist() == [0, 4]
    assert points[-1] == pytest.approx([30, 4], abs=0.5)


def test_the_scratch_fits_and_the_seed_draws_it():
    for seed in range(30):
        way = np.array(scratch(64, 48, np.random.default_rng(seed)))
        assert way.min() >= 0
        assert (way.max(axis=0) <= [48, 64]).all()
    assert scratch(64, 64, np.random.default_rng(1)) == scratch(64, 64, np.random.default_rng(1))


# Painting and being judged


def test_figures_are_what_the_detector_and_decisions_say():
    painter = new_painter()
    assert (painter.verdict, painter.score) == ("accept", 0)
    assert math.isnan(painter.heat_in_mask)
    assert painter.stroke([(6, 6), (20, 12)], width=3, strength=1.0) == "reject"
    score, heat = away_from_grey(painter.image)
    assert painter.score == pytest.approx(score)
    assert painter.p_value == decisions.conformal_p_values(CALIBRATION, [score])[0]
    assert np.array_equal(painter.anomaly_map, heat)
    assert painter.heat_in_mask == pytest.approx(heat[painter.mask].sum() / heat.sum())
    assert painter.heat_in_mask > 0.95


def test_a_faint_stroke_passes_and_a_strong_one_does_not():
    painter = new_painter()
    assert painter.stroke([(6, 6), (20, 12)], strength=0.2) == "accept"
    assert painter.stroke([(6, 20), (20, 26)], strength=0.9) == "reject"


def test_undo_clear_and_another_part():
    parts = np.stack([np.full((32, 32, 1), grey, np.float32) for grey in (0.5, 0.55)])
    painter = new_painter(parts)
    painter.stroke([(6, 6)], strength=1.0)
    after_one = painter.image.copy()
    painter.stroke([(20, 20)], strength=1.0)
    painter.undo()
    assert np.array_equal(painter.image, after_one)
    painter.clear()
    assert np.array_equal(painter.image, parts[0])
    painter.other_part()
    assert np.array_equal(painter.image, parts[1])
    painter.other_part()
    assert painter.part == 0
    with pytest.raises(ValueError, match="part 5 is not there; there are 2"):
        painter.other_part(5)


def test_a_fitted_detector_is_asked_for_score_and_map():
    images = np.random.default_rng(0).uniform(0.4, 0.6, (30, 32, 32, 1)).astype(np.float32)
    detector = detectors.PCAReconstruction(n_components=5, pooling="max").fit(images)
    painter = DefectPainter(detector, images[0], detector.score(images))
    painter.stroke([(6, 6), (20, 12)], strength=1.0)
    assert painter.score == pytest.approx(detector.score(painter.image[None])[0])
    assert painter.anomaly_map == pytest.approx(detector.anomaly_map(painter.image[None])[0])
    assert painter.verdict == "reject"


# Talking with the browser


def test_a_stroke_that_grows_replaces_itself_and_a_new_one_is_added():
    painter = new_painter()
    browser_sends(painter, "stroke", id="a", stroke=as_sent([[4, 4]]))
    browser_sends(painter, "stroke", id="a", stroke=as_sent([[4, 4], [9, 9]]))
    browser_sends(painter, "stroke", id="b", stroke=as_sent([[20, 20]]))
    assert [len(stroke.points) for stroke in painter.strokes] == [2, 1]
    browser_sends(painter, "undo")
    assert [len(stroke.points) for stroke in painter.strokes] == [2]
    browser_sends(painter, "stroke", id="b", stroke=as_sent([[20, 20]]))
    assert len(painter.strokes) == 2
    browser_sends(painter, "part")
    assert (painter.part, painter.strokes) == (1, [])


def test_the_answer_names_its_question_and_fits_json():
    painter = new_painter()
    browser_sends(painter, "stroke", number="7", id="a", stroke=as_sent([[4, 4], [20, 9]]))
    answer = json.loads(json.dumps(painter._answer, allow_nan=False))
    assert (answer["asked"], answer["verdict"], answer["strokes"]) == ("7", "reject", 1)
    assert answer["pixels"] == painter.mask.sum()
    pixels = np.frombuffer(painter._picture, np.uint8).reshape(32, 32, 1) / 255
    assert pixels == pytest.approx(painter.image, abs=1 / 255)
    assert np.array_equal(np.frombuffer(painter._mask, np.uint8).reshape(32, 32), painter.mask)
    assert len(painter._heat) == 32 * 32


def test_the_same_question_twice_is_answered_twice():
    painter = new_painter()
    browser_sends(painter, "clear")
    first = painter._answer["turn"]
    browser_sends(painter, "clear")
    assert painter._answer["turn"] > first


def test_a_detector_that_fails_is_reported_and_does_not_leave_the_browser_waiting():
    fails = []

    def inspect(image):
        if fails:
            raise RuntimeError("the lamp is out")
        return away_from_grey(image)

    painter = new_painter(inspect=inspect)
    fails.append(True)
    with pytest.raises(RuntimeError):
        painter._on_message(painter, {"kind": "clear", "number": "3"}, [])
    assert (painter._answer["asked"], painter._answer["problem"]) == ("3", "the lamp is out")
    fails.clear()
    browser_sends(painter, "clear", number="4")
    assert "problem" not in painter._answer


def test_the_detector_is_never_asked_by_two_threads_at_once():
    inside, most = [], []

    def inspect(image):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return away_from_grey(image)

    painter = new_painter(inspect=inspect)
    threads = [threading.Thread(target=painter.stroke, args=([(i, i)],)) for i in range(6)]
    threads += [threading.Thread(target=browser_sends, args=(painter, "clear")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


# Without a browser


def test_the_still_shows_a_seeded_scratch_and_changes_nothing():
    painter = new_painter()
    painter.still()
    assert painter.strokes == []
    data, _ = painter._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert "painter.still()" in data["text/plain"]
    assert "reject" in painter.still().axes[2].get_title()


@pytest.mark.parametrize("shape", [(64, 64, 3), (128, 128, 1), (32, 48, 1)])
def test_grey_and_colour_in_any_size(shape):
    painter = new_painter(np.full(shape, 0.5, np.float32))
    painter.stroke([(10, 10), (30, 20)], tool="stain", width=6)
    painter.still()
    assert painter.image.shape == shape
    assert len(painter._picture) == np.prod(shape)


# The door


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: new_painter(np.zeros((8, 8))), r"parts has shape \(8, 8\)"),
        (lambda: new_painter(np.zeros((8, 8, 1), np.uint8)), "divide 8-bit images by 255"),
        (lambda: new_painter(np.full((8, 8, 1), np.nan)), "mend NaN"),
        (lambda: new_painter(inspect=3), "give a fitted detector or a function"),
        (
            lambda: new_painter(inspect=lambda image: (1, image)),
            r"a map of shape \(32, 32, 1\); give one of the part's",
        ),
        (lambda: new_painter(inspect=lambda image: (np.nan, image[..., 0])), "NaN or infinite"),
        (lambda: new_painter(false_alarm_rate=0.001), "needs at least 999 held-out good parts"),
        (lambda: new_painter(strongest=0), "strongest is 0"),
        (lambda: new_painter().stroke([]), r"points has shape \(0,\)"),
        (lambda: new_painter().stroke([(1, 2)], width=0), "width is 0; give a number above 0"),
        (lambda: new_painter().stroke([(1, 2)], strength=2), "strength is 2; give a number above 0 and up to 1"),
        (lambda: new_painter().stroke([(1, 2)], tool="hammer"), "tool is 'hammer'; choose one of darker, brighter"),
    ],
)
def test_bad_input_is_named_with_its_cure(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
