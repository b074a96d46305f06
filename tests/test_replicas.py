"""Gradients summed over devices are those of the whole batch, and so are the weights after some rounds."""

import pytest

from gan_helpers import replicas


@pytest.mark.slow
@pytest.mark.parametrize("devices", [2, 4])
def test_the_sum_over_devices_is_the_gradient_of_the_whole_batch(devices):
    told = replicas.measure(devices=devices, rounds=3)
    assert told["devices"] == devices
    assert told["gradient_difference"] < 1e-5 * max(1.0, told["gradient_size"])
    # a share alone says something else, so the comparison could fail
    assert told["share_difference"] > 1e-2 * told["gradient_size"]
    assert told["weight_difference"] < 1e-5 < told["weight_change"]


@pytest.mark.parametrize("devices", [1, 3])
def test_a_batch_that_cannot_be_dealt_out_is_refused(devices):
    with pytest.raises(ValueError, match=f"devices = {devices}"):
        replicas.measure(devices=devices)
