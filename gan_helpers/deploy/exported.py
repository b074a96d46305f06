"""A detector as a file that other programs can run: a folder with the network and a card that says what it is.

``network.onnx`` or ``network.tflite`` answers images in [0, 1] with scores and maps; ``exported.json`` holds what a
number on a screen can't say for itself: which method, which shape of image, which threshold and from which calibration
scores. The two belong together, so the card carries the network's checksum.
"""

import hashlib
import json
from importlib import import_module
from pathlib import Path

import numpy as np

from gan_helpers import decisions
from gan_helpers.deploy.quiet import held_back
from gan_helpers.detectors import base

FORMAT = 1
CARD = "exported.json"
ONNX, LITERT, LITERT_INT8 = "onnx", "litert", "litert_int8"
NETWORKS = {ONNX: "network.onnx", LITERT: "network.tflite", LITERT_INT8: "network.tflite"}
PACKAGES = {"onnxruntime": "onnxruntime", "ai_edge_litert": "ai-edge-litert", "tf2onnx": "tf2onnx"}
BATCH = 64
FALSE_ALARM_RATE = 0.05


class ExportedDetector:
    """An exported detector, ready to judge parts; `load_exported` makes one.

    It offers what `detectors.Detector` offers to those who judge: ``score`` and ``anomaly_map``. A LiteRT file reads
    one part at a time, so that a batch takes as long as its parts one by one.

    Parameters
    ----------
    folder : path-like
        As `export_onnx` or `export_litert` wrote it.
    threads : int
        Processor threads that may work on one part.
    """

    def __init__(self, folder, *, threads=1):
        if not (isinstance(threads, int) and threads >= 1):
            raise ValueError(f"threads is {threads!r}; give a whole number, at least 1.")
        self.folder = Path(folder)
        self.threads = threads
        self.card = read_card(self.folder)
        self.kind = self.card["kind"]
        self.name = f"{self.card['method']} ({self.kind})"
        self.image_shape = tuple(self.card["image_shape"])
        path = self.folder / NETWORKS[self.kind]
        if not path.is_file() or checksum(path) != self.card["sha256"]:
            raise ValueError(f"{path} isn't the network that {CARD} was written for; export the detector again.")
        self._run = (_onnx_runner if self.kind == ONNX else _litert_runner)(path, threads)

    @property
    def threshold(self):
        """Score above which a part is rejected; None until `calibrate` was called."""
        return self.card["threshold"]

    @property
    def kilobytes(self):
        """Size of the network's file in kB."""
        return (self.folder / NETWORKS[self.kind]).stat().st_size / 1000

    def score(self, images):
        """Score parts: float64 (n,), higher is more suspicious. ``images``: float (n, h, w, c) in [0, 1]."""
        return self._answers(images)[0].astype(np.float64)

    def anomaly_map(self, images):
        """Say where the suspicion lies: float32 (n, h, w), blurred as every detector's map is."""
        return base.blurred(self._answers(images)[1])

    def calibrate(self, normal, *, false_alarm_rate=FALSE_ALARM_RATE):
        """Set the threshold from good parts that the detector was not fitted on, as this file scores them.

        An exported network answers a little differently, an int8 one more than a little, so the threshold of the
        detector that it was made from isn't valid here. Threshold and scores are written into the card.

        Parameters
        ----------
        normal : numpy.ndarray
            Float (n, h, w, c) in [0, 1].
        false_alarm_rate : float
            Wanted share of rejected good parts.

        Returns
        -------
        float
            The threshold, as `decisions.conformal_threshold` gives it.
        """
        scores = np.sort(self.score(normal))
        threshold = decisions.conformal_threshold(scores, false_alarm_rate)
        self.card |= {
            "threshold": threshold,
            "false_alarm_rate": false_alarm_rate,
            "calibration_quantiles": {f"{q:g}": float(np.quantile(scores, q)) for q in (0.05, 0.5, 0.95, 0.99)},
            "calibration_scores": scores.tolist(),
        }
        write_card(self.folder, self.card)
        return threshold

    def p_value(self, images):
        """Share of good parts that look at least as suspicious, a part at a time: float (n,).

        Raises
        ------
        RuntimeError
            If the detector was never calibrated.
        """
        return self.p_value_of(self.score(images))

    def p_value_of(self, scores):
        """As `p_value`, for scores (n,) that are known already."""
        if self.threshold is None:
            raise RuntimeError(f"{self.folder} has no calibration scores; call calibrate(good_images) once.")
        return decisions.conformal_p_values(self.card["calibration_scores"], scores)

    def _answers(self, images):
        images = base.check_images(images)
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                f"{self.folder} was exported for parts of shape {self.image_shape}, these have {images.shape[1:]}; "
                "load them at the same size and colour."
            )
        batches = [self._run(images[first : first + BATCH]) for first in range(0, len(images), BATCH)]
        scores, maps = zip(*batches, strict=True)
        return np.concatenate(scores), np.concatenate(maps)

    def __repr__(self):
        threshold = "not calibrated" if self.threshold is None else f"threshold {self.threshold:.4g}"
        return f"ExportedDetector {self.name}: {self.image_shape}, {self.kilobytes:,.0f} kB, {threshold}"


def load_exported(folder, *, threads=1):
    """Load an exported detector; TensorFlow isn't needed.

    Parameters
    ----------
    folder : path-like
        As `export_onnx` or `export_litert` wrote it.
    threads : int
        Processor threads that may work on one part.

    Raises
    ------
    FileNotFoundError
        If the folder holds no exported detector.
    ValueError
        If the card is damaged or of a later version, or doesn't belong to the network.
    ImportError
        If the package that runs the network is missing; the message names it.
    """
    return ExportedDetector(folder, threads=threads)


def read_card(folder):
    """Read and check ``exported.json``; errors as for `load_exported`."""
    path = Path(folder) / CARD
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no exported detector ({CARD} is missing); export one there first.")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        newer = card["format"] > FORMAT
        known = newer or (card["kind"] in NETWORKS and {"method", "image_shape", "threshold", "sha256"} <= set(card))
    except (json.JSONDecodeError, KeyError, TypeError):
        newer, known = False, False
    if newer:
        raise ValueError(f"{path} was written by a later version of the course; update gan_helpers.")
    if not known:
        raise ValueError(f"{path} is damaged; export the detector again.")
    return card


def write_card(folder, card):
    """Write ``exported.json``."""
    (Path(folder) / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def checksum(path):
    """Return the SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def needed(module):
    """Import a module of a package that only some need, or name the package."""
    try:
        return import_module(module)
    except ImportError as problem:
        package = PACKAGES[module.split(".")[0]]
        raise ImportError(f"The package {package} is missing; install it with `pip install {package}`.") from problem


def _onnx_runner(path, threads):
    onnxruntime = needed("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    image = session.get_inputs()[0].name
    return lambda images: _in_order(session.run(None, {image: images}))


def _litert_runner(path, threads):
    interpreters = needed("ai_edge_litert.interpreter")
    with held_back():  # it announces its delegate
        interpreter = interpreters.Interpreter(str(path), num_threads=threads)
        interpreter.allocate_tensors()
    image = interpreter.get_input_details()[0]["index"]
    outputs = [output["index"] for output in interpreter.get_output_details()]

    def run(images):
        answers = []
        for i in range(len(images)):
            interpreter.set_tensor(image, images[i : i + 1])
            interpreter.invoke()
            answers.append(_in_order(interpreter.get_tensor(index) for index in outputs))
        scores, maps = zip(*answers, strict=True)
        return np.concatenate(scores), np.concatenate(maps)

    return run


def _in_order(answers):
    """Put scores (n,) before maps (n, h, w): converters don't keep the order of a model's outputs."""
    return sorted(answers, key=np.ndim)
