"""The live view, outside a notebook."""

import keras
import numpy as np
import pytest

from gan_helpers import datasets, gan, networks
from gan_helpers.widgets.live_view import LiveView

SHAPE = (32, 32, 1)
PICTURES = np.random.default_rng(0).uniform(-1, 1, (16, *SHAPE)).astype(np.float32)


def small_gan(kinds=0):
    keras.utils.set_random_seed(1)
    players = networks.generator(SHAPE, base=8, kinds=kinds), networks.discriminator(SHAPE, base=8, kinds=kinds)
    return gan.ConditionalGAN(*players, ["a", "b"]) if kinds else gan.GAN(*players)


def test_it_keeps_grid_and_curves_of_the_run():
    view = LiveView(n=4, every=2)
    small_gan().fit(PICTURES, steps=5, batch_size=4, callbacks=[view])
    assert view.grid.steps == [0, 2, 4, 5]
    assert list(view.curves.table.index) == [1, 2, 3, 4, 5]
    assert view.seconds > 0


@pytest.mark.parametrize(("kinds", "panels"), [(0, 4), (2, 6)])
def test_the_figure_shows_every_picture_and_the_duel(kinds, panels):
    view = LiveView(n=4 if not kinds else 3, every=2)
    data = (PICTURES, np.array(["a", "b"] * 8)) if kinds else PICTURES
    small_gan(kinds).fit(data, steps=3, batch_size=4, callbacks=[view])
    axes = view.figure("title").axes
    assert len(axes) == panels + 1
    real, made, _zero = axes[-1].get_lines()
    assert (real.get_label(), made.get_label()) == ("real", "made")
    assert len(real.get_xdata()) == 3


def test_the_noise_stays_the_same():
    view = LiveView(n=4, every=1)
    model = small_gan()
    first = model.sample(4)
    model.fit(PICTURES, steps=2, batch_size=4, callbacks=[view])
    np.testing.assert_allclose(view.grid.grids[0], first, atol=1e-6)
    assert datasets.from_tanh(view.grid.grids[-1]).shape == (4, *SHAPE)
