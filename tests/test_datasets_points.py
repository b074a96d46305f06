"""Points of a plane."""

import numpy as np
import pytest

from gan_helpers import datasets


@pytest.mark.parametrize("shape", datasets.SHAPES)
def test_every_shape_lies_in_its_square_and_is_seeded(shape):
    points = datasets.draw_points(shape, 1000)
    assert points.shape == (1000, 2)
    assert points.dtype == np.float32
    assert np.abs(points).max() <= 1.2
    np.testing.assert_array_equal(points, datasets.draw_points(shape, 1000))
    assert np.abs(points - datasets.draw_points(shape, 1000, seed=1)).max() > 0.01


@pytest.mark.parametrize("shape", datasets.MODES)
def test_heaps_are_round_and_equal(shape):
    modes = datasets.MODES[shape]
    points = datasets.draw_points(shape, 8000)
    nearest = np.linalg.norm(points[:, None] - modes, axis=-1).argmin(axis=1)
    assert np.bincount(nearest).min() > 0.8 * 8000 / len(modes)
    assert (points - modes[nearest]).std() == pytest.approx(0.04, rel=0.03)


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="no shape 'star'; choose one of ring"):
        datasets.draw_points("star", 10)
    with pytest.raises(ValueError, match="at least one"):
        datasets.draw_points("ring", 0)
