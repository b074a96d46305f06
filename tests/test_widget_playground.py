"""The playground without a browser: messages as the browser sends them, figures, the still, own points."""

import doctest
import json
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
import traitlets

from gan_helpers import datasets, generation, losses
from gan_helpers.widgets import playground as module
from gan_helpers.widgets.playground import FEWEST, SHOWN, SIDE, GanPlayground

CROSS = np.stack([np.linspace(-1, 1, 60), np.zeros(60)], axis=1)


@pytest.fixture(scope="module")
def shared():
    """One playground for all that only look; building one takes a second."""
    return GanPlayground("ring")


@pytest.fixture
def game(shared):
    """Give the shared playground as if it were new."""
    for name, value in (("shape", "ring"), ("game", "non_saturating")):
        setattr(shared, name, value)
    shared.generator_rate = shared.discriminator_rate = module.RATE
    shared.restart(seed=1)
    return shared


@pytest.fixture
def sent(game, monkeypatch):
    """Collect what goes to the browser: (content, buffers)."""
    messages = []
    monkeypatch.setattr(game, "send", lambda content, buffers=None: messages.append((content, buffers)))
    return messages


def browser_sends(game, content, buffers=()):
    game._handle_custom_msg(content, list(buffers))


def frames(sent):
    return [message for message in sent if message[0]["kind"] == "frame"]


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(module).failed == 0


# Playing


def test_play_counts_rounds_and_says_how_it_stands(game):
    figures = game.play(3)
    assert figures == game.figures()
    assert (figures["rounds"], game.rounds) == (3, 3)
    assert figures["modes"] == 8
    assert 0 <= figures["modes_found"] <= 8
    found, share = generation.mode_coverage(game._made, datasets.MODES["ring"], spread=0.04)
    assert (figures["modes_found"], figures["share_in_modes"]) == (found, share)
    assert figures["distance"] == generation.energy_distance(game._real, game._made)
    assert figures["median_pull"] == pytest.approx(np.median(np.linalg.norm(game._pull, axis=1)))
    assert game.play(2)["rounds"] == 5


def test_it_gets_nearer_to_the_real_points(game):
    game.shape = "line"
    before = game.figures()["distance"]
    assert game.play(400)["distance"] < before / 3


def test_the_same_seed_gives_the_same_run_and_another_one_another(game):
    first = game.play(4)
    game.restart()
    assert game.rounds == 0
    assert game.play(4) == first
    game.restart(seed=7)
    assert game.seed == 7
    assert game.play(4)["discriminator_loss"] != first["discriminator_loss"]


def test_another_seed_plays_on_the_same_points(game):
    data = game.data
    game.restart(seed=7)
    assert np.array_equal(game.data, data)


def test_rates_count_from_the_next_round_on(game):
    game.generator_rate = 0.0
    made = game._made
    game.play(2)
    assert np.array_equal(game._made, made)
    game.generator_rate = 0.01
    game.play(2)
    assert not np.array_equal(game._made, made)


def test_rates_outlive_a_restart_and_another_game(game):
    game.discriminator_rate = 0.0
    game.game = "hinge"
    heat = game._heat
    game.generator_rate = 0.0
    game.restart()
    game.play(1)
    assert np.array_equal(game._heat, heat)


def test_another_game_starts_at_round_0_and_a_game_known_is_not_built_again(game):
    game.play(2)
    game.game = "hinge"
    assert game.rounds == 0
    hinge = game._match
    game.game = "non_saturating"
    game.game = "hinge"
    assert game._match is hinge


@pytest.mark.parametrize("shape", datasets.SHAPES)
def test_every_shape_can_be_played(game, shape):
    game.shape = shape
    figures = game.play(1)
    assert (figures["modes_found"] is None) == (shape not in datasets.MODES)
    assert len(game.data) == module.DATA


# What is shown


def test_the_heat_map_is_the_probability_of_real_for_logit_games(game):
    outputs = game._match.judge(game._made[:SHOWN], game._shown_real, module.PLACES)[-1]
    np.testing.assert_allclose(game._heat.ravel(), 1 / (1 + np.exp(-outputs)), rtol=1e-5)


def test_critics_are_shifted_to_the_middle_between_real_and_made(game):
    game.game = "hinge"
    game._middle, game._unit = 3.0, 2.0
    np.testing.assert_allclose(game._shade(np.array([1.0, 3.0, 4.0, 5.0, 99.0])), [0, 0.5, 0.75, 1, 1])
    assert [game._meaning_of_colours()[name] for name in ("low", "middle", "high")] == ["1", "3", "5"]


def test_the_heat_map_begins_at_the_top_left():
    first, second, last = module.PLACES[0], module.PLACES[1], module.PLACES[-1]
    assert first[0] == pytest.approx(-first[1])
    assert first[0] < 0
    assert second[0] > first[0]
    np.testing.assert_allclose(last, -first, rtol=1e-5)
    assert module.PLACES.shape == (SIDE**2, 2)


def test_arrows_are_all_scaled_alike_so_that_vanishing_slopes_look_vanishing():
    pull = np.array([[1.0, 0.0], [0.0, 1e-3], [0.0, 0.0], [3e3, 4e3]])
    arrows = module._arrows(pull)
    np.testing.assert_allclose(arrows[:3], module.ARROW * pull[:3])
    np.testing.assert_allclose(arrows[3], module.LONGEST * np.array([0.6, 0.8]))


def test_the_curve_is_thinned_by_means():
    game = GanPlayground.__new__(GanPlayground)
    values = np.random.default_rng(0).random((1000, 2)).astype(np.float32)
    object.__setattr__(game, "_losses", [values[:1], values[1:]])
    curve = game._curve()
    assert curve.shape == (module.CURVE, 3)
    assert curve[-1, 0] == 1000
    lengths = np.diff(np.concatenate([[0], curve[:, 0]]))
    np.testing.assert_allclose((curve[:, 1:] * lengths[:, None]).sum(axis=0) / 1000, values.mean(axis=0), rtol=1e-4)


def test_the_still_shows_points_arrows_and_losses(game):
    game.play(3)
    plane, chart = game.still().axes[:2]
    real, made = (line.get_xydata() for line in plane.lines)
    assert np.array_equal(real, game._shown_real)
    assert np.array_equal(made, game._made[:SHOWN])
    assert "non-saturating, round 3" in plane.get_title()
    assert [len(line.get_xdata()) for line in chart.lines[1:]] == [3, 3]
    assert "modes found" in chart.get_xlabel()


def test_where_widgets_cannot_be_shown_there_is_a_picture(game):
    data, _ = game._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["image/png"].startswith(b"\x89PNG")
    assert "playground.play" in data["text/plain"]


# Talking with the browser


def test_a_frame_is_answered_with_its_id_and_holds_the_picture(game, sent):
    browser_sends(game, {"kind": "play", "id": "a-1", "rounds": 5})
    ((content, buffers),) = frames(sent)
    assert (content["id"], content["phase"], content["figures"]["rounds"]) == ("a-1", "generator", 5)
    heat = np.frombuffer(buffers[0], np.uint8)
    real, made, pull = (np.frombuffer(buffer, np.float32).reshape(-1, 2) for buffer in buffers[1:4])
    curve = np.frombuffer(buffers[4], np.float32).reshape(-1, 3)
    assert heat.shape == (SIDE**2,)
    assert np.array_equal(made, game._made[:SHOWN])
    assert real.shape == made.shape == pull.shape == (SHOWN, 2)
    assert curve[:, 0].tolist() == [1, 2, 3, 4, 5]
    json.dumps(content, allow_nan=False)


def test_in_slow_motion_d_learns_first_and_g_from_the_d_that_has_learnt(game, sent):
    made = game._made[:SHOWN]
    browser_sends(game, {"kind": "look", "id": "a-1"})
    browser_sends(game, {"kind": "play", "id": "a-2", "rounds": 1, "phases": True})
    start, first, second = frames(sent)
    assert [frame[0]["phase"] for frame in (start, first, second)] == [None, "discriminator", "generator"]
    assert first[1][2] == made.tobytes(), "the made points have not moved yet"
    assert first[1][0] != start[1][0], "the heat map has changed"
    assert second[1][0] == first[1][0], "D stands still while G learns"
    assert second[1][2] != first[1][2]


def test_nothing_is_played_when_the_browser_only_looks(game, sent):
    browser_sends(game, {"kind": "look", "id": "a-1"})
    assert game.rounds == 0
    json.dumps(frames(sent)[0][0], allow_nan=False)  # before the first round the losses are NaN in Python


def test_the_browser_cannot_ask_for_more_rounds_than_a_frame_holds(game, sent):
    browser_sends(game, {"kind": "play", "id": "a-1", "rounds": 10**9})
    assert game.rounds == module.MOST_ROUNDS
    browser_sends(game, {"kind": "play", "id": "a-2", "rounds": "many"})
    assert sent[-1][0]["kind"] == "refused"


def test_restart_and_new_seed(game, sent):
    game.play(2)
    browser_sends(game, {"kind": "restart"})
    assert (game.rounds, game.seed) == (0, 1)
    browser_sends(game, {"kind": "restart", "another": True})
    assert (game.rounds, game.seed) == (0, 2)


def test_a_rate_and_a_game_may_come_in_one_message(game, sent):
    game._matches.pop("least_squares", None)
    game.set_state({"discriminator_rate": 0.004, "game": "least_squares"})
    assert game.game == "least_squares"
    assert frames(sent)
    assert float(game._match.gan._rates[1]) == pytest.approx(0.004)


def test_the_first_rounds_of_a_game_are_announced_since_they_take_seconds(game, sent):
    game._compiled.clear()
    game.play(1)
    game.play(1)
    assert [content["kind"] for content, _ in sent] == ["building", "frame", "frame"]
    assert "non-saturating" in sent[0][0]["text"]


def test_points_painted_in_the_browser_are_learnt_from(game, sent):
    browser_sends(game, {"kind": "draw"}, [CROSS.astype(np.float32).tobytes()])
    assert game.shape == "own"
    np.testing.assert_allclose(game.data, CROSS, atol=1e-6)
    browser_sends(game, {"kind": "draw"}, [CROSS[:5].astype(np.float32).tobytes()])
    assert sent[-1][0]["kind"] == "refused"
    assert "only 5 points" in sent[-1][0]["text"]


def test_broken_weights_are_named(game, sent):
    game._match.gan.generator.set_weights([np.full_like(w, np.nan) for w in game._match.gan.generator.get_weights()])
    browser_sends(game, {"kind": "play", "id": "a-1", "rounds": 1})
    content, _ = sent[-1]
    assert "not numbers any more" in content["broken"]
    json.dumps(content, allow_nan=False)
    game.still()


def test_threads_wait_for_each_other(game):
    """JupyterLab answers the browser in one thread while a cell plays in another."""
    threads = [threading.Thread(target=game.play, args=(5,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert game.rounds == int(game._match.gan.step) == 20


def test_the_script_is_valid_javascript():
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    script = Path(module.__file__).with_name("playground.js").read_text()
    run = subprocess.run(["node", "--input-type=module", "--check"], input=script, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr


def test_the_browser_gets_every_game_and_shape_by_its_title(shared):
    assert dict(shared._constants["games"]) == {name: game.title for name, game in losses.GAMES.items()}
    assert [name for name, _ in shared._constants["shapes"]] == list(datasets.SHAPES)


# The door


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (CROSS[: FEWEST - 1], "only 19 points; draw at least 20"),
        (np.zeros((6000, 2)), "6,000 points; draw at most 5,000"),
        (np.zeros((30, 3)), r"shape \(30, 3\)"),
        (np.full((30, 2), np.nan), "not finite"),
        (100 * CROSS, "reach out to 100; scale them into"),
    ],
)
def test_own_points_that_do_not_fit_are_named_with_the_cure(game, points, sentence):
    with pytest.raises(ValueError, match=sentence):
        game.draw(points)
    assert game.shape == "ring"


@pytest.mark.parametrize("n", [FEWEST, 21, 400])
def test_few_own_points_can_be_played_too(game, n):
    game.draw(np.random.default_rng(0).uniform(-1, 1, (n, 2)))
    figures = game.play(1)
    assert len(game.data) == n
    assert np.isfinite(figures["distance"])
    game.draw(CROSS)
    assert game.rounds == 0
    assert len(game.data) == 60


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: GanPlayground("blob"), "no shape 'blob'"),
        (lambda: GanPlayground(game="chess"), "no game 'chess'"),
        (lambda: GanPlayground(generator_rate=-1), "generator_rate is -1"),
        (lambda: GanPlayground(latent_dim=0), "latent_dim is 0"),
    ],
)
def test_bad_arguments_are_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_rounds_that_cannot_be_played_are_named(game):
    for rounds in (0, -3, 2.5):
        with pytest.raises(ValueError, match=f"rounds is {rounds}"):
            game.play(rounds)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("shape", "blob", "no shape 'blob'"),
        ("game", "chess", "no game 'chess'"),
        ("generator_rate", -1.0, "generator_rate is -1"),
        ("discriminator_rate", float("inf"), "discriminator_rate is inf"),
    ],
)
def test_settings_that_fit_nothing_are_refused(game, name, value, sentence):
    before = getattr(game, name)
    with pytest.raises(traitlets.TraitError, match=sentence):
        setattr(game, name, value)
    assert getattr(game, name) == before


def test_own_points_have_to_be_drawn_first():
    fresh = GanPlayground.__new__(GanPlayground)
    object.__setattr__(fresh, "_own", None)
    with pytest.raises(traitlets.TraitError, match=r"playground\.draw"):
        GanPlayground._valid_shape(fresh, {"value": "own"})
