"""Which number format trains fastest on this processor: float32, or bfloat16 for the products.

Processors with AVX512-BF16 or AMX multiply bfloat16 one and a half to three times as fast; all others emulate it and
lose. So it is measured, once a process, and chosen at the start. Weights, losses and gradients stay float32 either way
(Micikevicius et al. 2018, arXiv:1710.03740); bfloat16 has float32's range, so no loss scaling is needed.
"""

import contextlib
import functools
import os
import time

from gan_helpers.settings import quiet_tensorflow

FLOAT32, BFLOAT16 = "float32", "mixed_bfloat16"
WORTH_IT = 1.15  # less is noise
CHANNELS, SIDE, BATCH, ROUNDS = 48, 32, 16, 5
HOPELESS = 0.25  # a ratio so low in one round spares the others


def best():
    """Return the policy that trains a convolution fastest here: ``"float32"`` or ``"mixed_bfloat16"``.

    Measured once a process, in about a second. ``GAN_QC_PRECISION`` overrides it at any time, for runs that are to be
    the same on another machine.

    Raises
    ------
    ValueError
        If ``GAN_QC_PRECISION`` names anything else.
    """
    asked = os.environ.get("GAN_QC_PRECISION")
    if asked is not None:
        if asked not in (FLOAT32, BFLOAT16):
            raise ValueError(f"GAN_QC_PRECISION is {asked!r}; set it to {FLOAT32} or {BFLOAT16}, or unset it.")
        return asked
    return _fastest()


@functools.cache
def _fastest():
    return BFLOAT16 if speed_ratio() > WORTH_IT else FLOAT32


def speed_ratio():
    """Measure how many times as fast bfloat16 trains a convolution here: float, above 1 if it gains.

    The two take turns and the fastest of five rounds counts, so that a noisy neighbour harms neither. Where bfloat16 is
    emulated a single round takes a second and says enough.
    """
    quiet_tensorflow()
    steps = {policy: _convolution_step(policy) for policy in (FLOAT32, BFLOAT16)}
    fastest = dict.fromkeys(steps, float("inf"))
    for _ in range(ROUNDS):
        for policy, step in steps.items():
            start = time.perf_counter()
            step()
            fastest[policy] = min(fastest[policy], time.perf_counter() - start)
        if fastest[FLOAT32] < HOPELESS * fastest[BFLOAT16]:
            break
    return fastest[FLOAT32] / fastest[BFLOAT16]


def _convolution_step(policy):
    import keras
    import tensorflow as tf

    layer = keras.layers.Conv2D(CHANNELS, 3, padding="same", dtype=policy)
    layer.build((None, SIDE, SIDE, CHANNELS))
    pictures = tf.random.stateless_normal((BATCH, SIDE, SIDE, CHANNELS), seed=(1, 2))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.cast(layer(layer(pictures)), tf.float32) ** 2)
        return tape.gradient(loss, layer.trainable_variables)[0]

    def finished():
        step().numpy()

    finished()  # the first call traces
    return finished


@contextlib.contextmanager
def using(policy=None):
    """Build networks in a precision: `best` if none is named; what was set before comes back afterwards.

    >>> with precision.using("float32"):
    ...     network = networks.generator((64, 64, 1))
    """
    quiet_tensorflow()
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy or best())
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
