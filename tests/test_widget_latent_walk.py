"""The latent walk, without a browser."""

import numpy as np
import pytest
import traitlets

from gan_helpers.widgets import latent_walk
from gan_helpers.widgets.latent_walk import LatentWalk, between


class Painter:
    """Draws the first coordinate of the latent vector as a grey level."""

    latent_dim = 3

    def sample(self, n, *, latents):
        assert latents.shape == (n, 3)
        return np.broadcast_to(np.tanh(latents[:, :1, None, None]), (n, 8, 8, 1))


class KindPainter(Painter):
    kind_names = ("dark", "bright")

    def sample(self, n, *, latents, kinds):
        return super().sample(n, latents=latents) * 0 + (0.9 if kinds == "bright" else -0.9)


def test_corners_are_the_four_vectors_themselves():
    corners = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    grid = between(corners, 7)
    for place, corner in zip(((0, 0), (0, -1), (-1, 0), (-1, -1)), corners, strict=True):
        np.testing.assert_allclose(grid[place], corner, rtol=1e-6)


def test_every_mixture_keeps_the_variance_of_one():
    corners = np.random.default_rng(0).standard_normal((4, 20_000))
    grid = between(corners, 5)
    np.testing.assert_allclose(grid.std(axis=-1), 1, atol=0.03)


def test_all_pictures_of_the_map_are_sent():
    walk = LatentWalk(Painter(), steps=4)
    assert walk.pictures.shape == (4, 4, 8, 8, 1)
    assert len(walk._pixels) == 4 * 4 * 8 * 8
    sent = np.frombuffer(walk._pixels, np.uint8).reshape(walk.pictures.shape)
    np.testing.assert_allclose(sent / 255, walk.pictures, atol=1 / 255)


def test_other_corners_give_another_map_and_the_same_seed_the_same():
    walk = LatentWalk(Painter(), steps=3)
    before = walk._pixels
    walk._on_message(walk, {"kind": "other corners"}, [])
    assert walk._pixels != before
    assert LatentWalk(Painter(), steps=3)._pixels == before


def test_another_kind_is_drawn_when_it_is_chosen():
    walk = LatentWalk(KindPainter(), kind="dark", steps=3)
    assert walk.pictures.max() < 0.1
    walk.kind = "bright"
    assert walk.pictures.min() > 0.9
    with pytest.raises(traitlets.TraitError, match="'green' is no kind"):
        walk.kind = "green"


def test_what_cannot_be_walked_is_named():
    with pytest.raises(ValueError, match="at least 2"):
        LatentWalk(Painter(), steps=1)
    with pytest.raises(ValueError, match="dark, bright: name one"):
        LatentWalk(KindPainter())


def test_there_is_a_still_for_where_nothing_moves():
    data, _ = LatentWalk(Painter(), steps=4)._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert "walk.still()" in data["text/plain"]
    assert latent_walk.STEPS >= 2
