"""The stream of batches: which pictures come in which step is a function of seed and step alone.

So a run that is stopped in mid-epoch goes on with the very pictures that would have come next.
"""

import tensorflow as tf


def stream(arrays, *, batch_size, first, last, seed):
    """Deal arrays in shuffled order, epoch after epoch, one batch a step.

    Parameters
    ----------
    arrays : tuple of numpy.ndarray
        (n, ...) each, dealt alike.
    batch_size : int
        An epoch that doesn't divide by it goes on into the next one; no picture is dropped.
    first, last : int
        Steps ``first`` to ``last - 1`` are dealt.
    seed : int

    Returns
    -------
    tf.data.Dataset
        Tuples of (batch_size, ...).
    """
    n = len(arrays[0])
    held = tuple(tf.constant(array) for array in arrays)

    def deck(epoch):
        return tf.random.experimental.stateless_shuffle(tf.range(n, dtype=tf.int64), seed=tf.stack([seed, epoch]))

    def deal(step):
        places = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        # a batch touches as many epochs as fit into it, and one more
        epochs = places[0] // n + tf.range(batch_size // n + 2, dtype=tf.int64)
        order = tf.reshape(tf.map_fn(deck, epochs), [-1])
        rows = tf.gather(order, places - epochs[0] * n)
        return tuple(tf.gather(array, rows) for array in held)

    return tf.data.Dataset.range(first, last).map(deal).prefetch(2).with_options(_without_autotuning())


def _without_autotuning():
    """Switch off TensorFlow's tuning thread, which sleeps twice as long each time, 10 ms, 20 ms, ..., 41 s, 82 s.

    At its end Keras' `fit` often waits for it to wake: a run of 5.3 seconds took 10.2. There is nothing to tune.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return options
