"""The inspector game without a browser: messages as the browser sends them, verdicts, rates, the still."""

import doctest
import io
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gan_helpers import decisions
from gan_helpers.widgets import inspector
from gan_helpers.widgets.inspector import InspectorGame


def images_of(n, channels=1, size=8):
    return np.random.default_rng(0).random((n, size, size, channels), dtype=np.float32)


def new_game(labels=(0, 0, 0, 1, 1), **options):
    return InspectorGame(images_of(len(labels)), labels, **options)


def browser_sends(game, **state):
    """Hand over a state update as the widget's channel does."""
    game.set_state(state)


def verdicts_in_order(game, right=None):
    """Type the verdicts of a player who is right about the parts in `right` (all of them by default)."""
    right = range(len(game.labels)) if right is None else right
    return "".join("gd"[game.labels[part] if part in right else 1 - game.labels[part]] for part in game.order)


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(inspector).failed == 0


# Playing


def test_a_perfect_player_has_no_escapes_and_no_overkill():
    game = new_game()
    you = game.play(verdicts_in_order(game)).loc["you"]
    assert (you["escapes"], you["defective"], you["overkill"], you["good"]) == (0, 2, 0, 3)
    assert you["escape_rate"] == you["overkill_rate"] == 0


def test_verdicts_are_typed_in_the_order_shown_and_kept_in_the_order_given():
    game = new_game(labels=[0] * 10)
    game.play("d" + "g" * 9)
    assert game.verdicts[game.order[0]] == "defective"
    assert game.verdicts.count("defective") == 1


def test_a_part_that_ran_past_is_shipped():
    game = new_game(labels=[1, 1, 1, 0])
    you = game.play("....").loc["you"]
    assert (you["escapes"], you["overkill"]) == (3, 0)
    assert game.verdicts == ["good"] * 4


def test_words_none_spaces_and_capitals_are_understood():
    game = new_game()
    game.play(["good", "Defective", None, "g", "d"])
    first = list(game.verdicts)
    game.play("gD .gd")
    assert game.verdicts == first


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_both_rows_are_what_decisions_counts(parts):
    labels, rejected, alarms = (np.array(column, dtype=int) for column in zip(*parts, strict=True))
    game = InspectorGame(images_of(len(labels)), labels, alarms.astype(float), threshold=0.5)
    table = game.play(["gd"[rejected[part]] for part in game.order])
    for who, said in (("you", rejected), ("detector", alarms)):
        at = decisions.rates(labels, said, 0.5)
        row = table.loc[who]
        assert (row["escapes"], row["defective"]) == (at.escapes, at.defective)
        assert (row["overkill"], row["good"]) == (at.overkill, at.good)
        assert row["escape_rate"] == pytest.approx(at.escape_rate, nan_ok=True)
        assert (row["escape_low"], row["escape_high"]) == decisions.rate_interval(at.escapes, at.defective)
        assert (row["overkill_low"], row["overkill_high"]) == decisions.rate_interval(at.overkill, at.good)


def test_the_detector_rejects_above_its_threshold_only():
    game = new_game(labels=[0, 1], detector_scores=[0.5, 0.6], threshold=0.5)
    detector = game.play("gg").loc["detector"]
    assert (detector["escapes"], detector["overkill"]) == (0, 0)


def test_nobody_played_yet_gives_a_table_all_the_same():
    table = new_game(detector_scores=[0, 0, 1, 1, 0], threshold=0.5).result()
    assert table.loc["you", "judged"] == 0
    assert math.isnan(table.loc["you", "escape_rate"])
    assert table.loc["detector", ["judged", "escapes", "overkill"]].tolist() == [5, 1, 1]


def test_the_seed_draws_the_order_and_a_restart_another_one():
    labels = [0] * 12
    game = new_game(labels, seed=1)
    assert game.order.tolist() == new_game(labels, seed=1).order.tolist()
    assert game.order.tolist() != new_game(labels, seed=2).order.tolist()
    before = game.order.tolist()
    game.play("g" * 12)
    game.restart()
    assert game.order.tolist() != before
    assert sorted(game.order) == list(range(12))
    assert game.verdicts == [None] * 12
    assert game._report == {}


# Kept for a later lesson


def test_a_game_is_kept_when_every_part_is_judged_and_not_before():
    kept = []
    game = new_game(labels=[0, 1], names=["a", "b"], keep=lambda name, content: kept.append((name, content)))
    browser_sends(game, verdicts=["good", None])
    assert kept == []
    browser_sends(game, verdicts=["good", "good"], _seconds=[0.5, 1.5], _timed_out=[False, True])
    name, content = kept[-1]
    assert name == "inspector_game"
    assert content == {
        "names": ["a", "b"],
        "labels": [0, 1],
        "verdicts": ["good", "good"],
        "seconds": [0.5, 1.5],
        "ran_past": [False, True],
    }


def test_a_later_lesson_compares_the_kept_game_with_a_detector(empty_home):
    from gan_helpers.exercises.lesson_01 import lesson

    game = new_game(labels=[0, 0, 1, 1, 1], names=list("abcde"), keep=lesson.keep)
    game.play("".join("d" if part in (1, 2, 3) else "g" for part in game.order))
    names, labels, alarms = np.array(list("edcbaz")), np.array([1, 1, 1, 0, 0, 0]), np.array([1, 1, 1, 0, 0, 1])
    rows, rejected = inspector.judged(lesson.kept("inspector_game"), names)
    assert names[rows].tolist() == list("abcde")
    assert rejected.tolist() == [False, True, True, True, False]
    table = decisions.agreement(rejected, alarms[rows], labels[rows])
    assert table[0]["agree"] == pytest.approx(3 / 5)
    assert table[1]["escape_rate"] == pytest.approx(1 / 3)
    assert table[2]["kappa"] == 1


def test_parts_that_were_not_judged_are_left_out():
    game = new_game(labels=[0, 1], names=["a", "b"])
    browser_sends(game, verdicts=["good", None])
    rows, rejected = inspector.judged(game.record(), ["b", "a"])
    assert (rows.tolist(), rejected.tolist()) == ([1], [False])


# Talking with the browser


def test_labels_stay_in_python_until_every_part_is_judged():
    game = new_game(detector_scores=[0, 0, 1, 1, 0], threshold=0.5)
    assert set(game.get_state()) >= {"verdicts", "seconds_per_part", "_pictures", "_order", "_report"}
    assert not {"labels", "detector_rejects"} & set(game.get_state())
    browser_sends(game, verdicts=["good", "good", None, "defective", "good"])
    assert game._report == {}
    browser_sends(game, verdicts=["good", "good", "defective", "defective", "good"])
    assert game._report["rows"][0]["escapes"] == 1


def test_a_game_played_in_the_browser_is_reported_with_its_times():
    game = new_game(labels=[0, 0, 1, 1], detector_scores=[0, 1, 1, 0], threshold=0.5, detector_seconds=0.01)
    browser_sends(
        game,
        verdicts=["good", "defective", "good", "good"],
        _seconds=[0.5, 1.0, 2.0, 4.0],
        _timed_out=[False, False, False, True],
    )
    report = game._report
    assert [row["who"] for row in report["rows"]] == ["you", "detector"]
    assert [row["seconds"] for row in report["rows"]] == [1.5, 0.01]
    assert report["headline"] == (
        "You let 2 of 2 defective parts through and rejected 1 of 2 good ones; "
        "the detector let 1 through and rejected 1."
    )
    assert report["timed_out"] == 1
    notes = {entry["part"]: entry["note"] for entry in report["escapes"] + report["overkill"]}
    assert notes == {
        1: "detector rejected it, too",
        2: "detector rejected it",
        3: "ran past you; detector accepted it, too",
    }
    assert {entry["part"]: entry["number"] for entry in report["escapes"]} == {
        part: list(game.order).index(part) + 1 for part in (2, 3)
    }


def test_the_report_holds_nothing_that_json_cannot():
    game = new_game(labels=[1, 1])
    game.play("gd")
    row = game._report["rows"][0]
    assert row["overkill_rate"] is None
    assert row["seconds"] is None


def test_play_again_shuffles_and_says_that_it_is_ready(monkeypatch):
    game = new_game()
    game.play("ggggg")
    sent = []
    monkeypatch.setattr(game, "send", lambda content, buffers=None: sent.append(content))
    game._handle_custom_msg({"kind": "restart"}, [])
    assert sent == [{"kind": "ready"}]
    assert game.verdicts == [None] * 5


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [(["good"], "1 verdicts for 5 parts"), (["good"] * 4 + ["bad"], "'bad' is no verdict")],
)
def test_verdicts_that_fit_nothing_are_refused(verdicts, sentence):
    game = new_game()
    with pytest.raises(traitlets.TraitError, match=sentence):
        game.verdicts = verdicts
    assert game.verdicts == [None] * 5


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB")])
def test_pictures_reach_the_browser_pixel_by_pixel(channels, mode):
    images = images_of(2, channels)
    game = InspectorGame(images, [0, 1])
    picture = Image.open(io.BytesIO(game._pictures[1]))
    assert picture.mode == mode
    assert np.array_equal(np.asarray(picture).reshape(8, 8, channels), np.round(images[1] * 255))


def test_the_script_is_valid_javascript():
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    script = Path(inspector.__file__).with_name("inspector.js").read_text()
    run = subprocess.run(["node", "--input-type=module", "--check"], input=script, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr


# Words


def test_halves_follow_the_order_shown():
    game = new_game(labels=[0] * 6)
    game.play("ggg" + "ddg")
    assert [(half["judged"], half["wrong"]) for half in game.halves()] == [(3, 0), (3, 2)]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((1, 3), "may be chance (p = 0.59)"),
        ((0, 12), "worse, by more than chance"),
        ((12, 0), "better, by more than chance"),
        ((2, 2), "No sign of tired eyes"),
    ],
)
def test_fatigue_is_claimed_only_beyond_chance(wrong, words):
    first, second = ({"judged": 12, "wrong": w, "seconds": 1.25} for w in wrong)
    said = inspector.fatigue(first, second)
    assert said.startswith(f"First half: {wrong[0]} of 12 wrong, 1.2 s a part. Second half: {wrong[1]} of 12")
    assert words in said


def test_a_single_part_has_no_halves_to_compare():
    game = new_game(labels=[1])
    game.play("d")
    assert game._report["fatigue"] == ""
    assert game._report["headline"] == "You let 0 of 1 defective parts through and rejected 0 of 0 good ones."


# Without a browser


@pytest.mark.parametrize("n", [1, 5, 24, 37])
def test_the_still_numbers_every_part_in_the_order_shown_and_tells_no_label(n):
    game = InspectorGame(images_of(n), np.arange(n) % 2)
    axes = game.still().axes[0]
    assert [text.get_text() for text in axes.texts] == [str(i + 1) for i in range(n)]
    shown = [np.asarray(image.get_array()) for image in axes.images]
    assert all(np.array_equal(a, b[..., 0]) for a, b in zip(shown, game.images[game.order], strict=True))


def test_where_widgets_cannot_be_shown_there_is_a_picture():
    data, _ = new_game()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["image/png"].startswith(b"\x89PNG")
    assert "game.play" in data["text/plain"]


# The door


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: InspectorGame(np.zeros((2, 8, 8)), [0, 1]), r"images has shape \(2, 8, 8\)"),
        (lambda: InspectorGame(np.zeros((0, 8, 8, 1)), []), r"images has shape \(0, 8, 8, 1\)"),
        (lambda: InspectorGame(np.zeros((2, 8, 8, 1), np.uint8), [0, 1]), "divide 8-bit images by 255"),
        (lambda: InspectorGame(np.full((2, 8, 8, 1), np.nan), [0, 1]), "mend NaN"),
        (lambda: InspectorGame(np.full((2, 8, 8, 1), 255.0), [0, 1]), r"not float in \[0, 1\]"),
        (lambda: new_game(labels=[0, 2]), "labels must be 2 numbers"),
        (lambda: InspectorGame(images_of(3), [0, 1]), "labels must be 3 numbers"),
        (lambda: new_game(detector_scores=[1] * 5), "give threshold, too"),
        (lambda: new_game(detector_scores=[1, 2], threshold=1), "must be 5 finite numbers"),
        (lambda: new_game(detector_scores=[np.nan] * 5, threshold=1), "must be 5 finite numbers"),
        (lambda: new_game(seconds_per_part=0), "seconds_per_part is 0"),
        (lambda: new_game(names=["a"]), r"names has shape \(1,\) for 5 parts"),
        (
            lambda: inspector.judged(new_game(names=list("abcde")).record(), ["x", "y"]),
            "None of the 5 parts of the game was judged and is among these 2",
        ),
        (lambda: new_game().play("gg"), "2 verdicts for 5 parts"),
        (lambda: new_game().play("ggxgg"), "'x' is no verdict; use g"),
    ],
)
def test_bad_input_is_named_with_its_cure(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
