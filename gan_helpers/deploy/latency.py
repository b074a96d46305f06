"""How long one part takes, and one of many, in Keras and in each exported file."""

import time

import numpy as np
import pandas as pd

from gan_helpers.deploy.exported import LITERT, LITERT_INT8, ONNX, load_exported
from gan_helpers.detectors import base
from gan_helpers.settings import quiet_tensorflow

TITLES = {ONNX: "ONNX Runtime", LITERT: "LiteRT", LITERT_INT8: "LiteRT, int8"}
THREADS = {ONNX: (1, 2), LITERT: (1,), LITERT_INT8: (1,)}
MIDDLE_90 = (0.05, 0.5, 0.95)


def latency_table(detector, exported, images, *, repeats=30):
    """Time every way to score a part, taking turns, so that a busy moment of the machine hits all alike.

    Figures depend on the machine and on what else it does: compare rows of one table, never tables.

    Parameters
    ----------
    detector : Detector or None
        Fitted, with ``network()``: adds ``model.predict``, a call of the model, and a ``tf.function``. None leaves
        Keras out.
    exported : list of ExportedDetector or path-like
        Exports of the same detector.
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1]; the first is the one part, all together the batch.
    repeats : int
        Turns.

    Returns
    -------
    pandas.DataFrame
        Indexed by the way: ``one_ms``, ``one_ms_low``, ``one_ms_high`` (median and the middle 90 % of the turns, one
        part), ``batch_ms``, ``batch_ms_low``, ``batch_ms_high`` (the same for each part of the batch), ``kB`` (size of
        the file; of the weights for Keras).

    Raises
    ------
    ValueError
        If the images don't fit, or ``repeats`` is below 1.
    """
    if repeats < 1:
        raise ValueError(f"repeats is {repeats}; give at least 1, better 30.")
    batch = np.ascontiguousarray(base.check_images(images))
    ways = ({} if detector is None else _keras_ways(detector)) | _exported_ways(exported)
    one, taken = batch[:1], {name: ([], []) for name in ways}
    for turn in range(-1, repeats):  # the first turn warms up
        for name, (run, _) in ways.items():
            for parts, times in zip((one, batch), taken[name], strict=True):
                start = time.perf_counter()
                run(parts)
                if turn >= 0:
                    times.append(1000 * (time.perf_counter() - start) / len(parts))
    rows = []
    for name, times in taken.items():
        row = {"way": name}
        for kind, values in zip(("one_ms", "batch_ms"), times, strict=True):
            row[f"{kind}_low"], row[kind], row[f"{kind}_high"] = np.quantile(values, MIDDLE_90)
        rows.append(row | {"kB": ways[name][1]})
    columns = [f"{kind}{end}" for kind in ("one_ms", "batch_ms") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows).set_index("way")[[*columns, "kB"]]


def _keras_ways(detector):
    quiet_tensorflow()
    import tensorflow as tf

    network = detector.network()
    compiled = tf.function(lambda parts: network(parts, training=False), reduce_retracing=True)
    size = sum(weight.nbytes for weight in network.get_weights()) / 1000
    return {
        "Keras, model.predict": (lambda parts: network.predict(parts, verbose=0), size),
        "Keras, model(x)": (lambda parts: network(parts, training=False)[0].numpy(), size),
        "tf.function": (lambda parts: compiled(parts)[0].numpy(), size),
    }


def _exported_ways(exported):
    ways = {}
    for one in exported:
        folder = getattr(one, "folder", one)
        kind = load_exported(folder).kind
        for threads in THREADS[kind]:
            loaded = load_exported(folder, threads=threads)
            name = TITLES[kind] + (f", {threads} thread{'s' * (threads > 1)}" if len(THREADS[kind]) > 1 else "")
            ways[name if name not in ways else f"{name} ({loaded.folder.name})"] = (loaded.score, loaded.kilobytes)
    return ways
