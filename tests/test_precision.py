"""The choice of number format."""

import keras
import pytest

from gan_helpers import precision


@pytest.fixture(autouse=True)
def _fresh():
    precision._fastest.cache_clear()
    yield
    precision._fastest.cache_clear()


@pytest.mark.parametrize(("ratio", "policy"), [(2.0, "mixed_bfloat16"), (1.0, "float32"), (0.3, "float32")])
def test_bfloat16_is_chosen_where_it_pays(monkeypatch, ratio, policy):
    monkeypatch.delenv("GAN_QC_PRECISION", raising=False)
    monkeypatch.setattr(precision, "speed_ratio", lambda: ratio)
    assert precision.best() == policy


def test_the_environment_decides_if_it_says_so(monkeypatch):
    monkeypatch.setenv("GAN_QC_PRECISION", "mixed_bfloat16")
    assert precision.best() == "mixed_bfloat16"


def test_the_environment_counts_after_a_measurement_too(monkeypatch):
    monkeypatch.delenv("GAN_QC_PRECISION", raising=False)
    monkeypatch.setattr(precision, "speed_ratio", lambda: 2.0)
    assert precision.best() == "mixed_bfloat16"
    monkeypatch.setenv("GAN_QC_PRECISION", "float32")
    assert precision.best() == "float32"
    monkeypatch.delenv("GAN_QC_PRECISION")
    assert precision.best() == "mixed_bfloat16"


def test_a_wrong_wish_is_named(monkeypatch):
    monkeypatch.setenv("GAN_QC_PRECISION", "float16")
    with pytest.raises(ValueError, match="GAN_QC_PRECISION is 'float16'"):
        precision.best()


def test_the_measurement_is_a_ratio():
    assert 0.01 < precision.speed_ratio() < 100


@pytest.mark.parametrize(("cost", "rounds"), [(20, 1), (1.5, precision.ROUNDS)])
def test_hopeless_formats_are_measured_once(monkeypatch, cost, rounds):
    clock, done = [0.0], {"float32": 0, "mixed_bfloat16": 0}

    def step_of(policy):
        def step():
            done[policy] += 1
            clock[0] += 1.0 if policy == "float32" else cost

        return step

    monkeypatch.setattr(precision, "_convolution_step", step_of)
    monkeypatch.setattr(precision.time, "perf_counter", lambda: clock[0])
    assert precision.speed_ratio() == pytest.approx(1 / cost)
    assert done == {"float32": rounds, "mixed_bfloat16": rounds}


def test_networks_are_built_in_it_and_what_was_set_comes_back():
    before = keras.config.dtype_policy().name
    with pytest.raises(RuntimeError, match="inside"), precision.using("mixed_bfloat16"):
        layer = keras.layers.Dense(2)
        raise RuntimeError("inside")
    assert layer.compute_dtype == "bfloat16"
    assert layer.variable_dtype == "float32"
    assert keras.config.dtype_policy().name == before
