"""The recommended detector as files that run anywhere: network, card, the ten-line script and its reader."""

import json
from pathlib import Path

import numpy as np

from gan_helpers import deploy, detectors
from gan_helpers.capstone import kit


def export(trial, decision, folder):
    """Write the recommended detector into a folder, ready for ``python score.py PHOTOGRAPHS``.

    The folder gets ``network.onnx``, ``exported.json`` (shape of the images, threshold, calibration scores, checksum),
    ``score.py``, ``reading.py`` and ``requirements.txt``. Network and card are data: reading them runs no code.

    Parameters
    ----------
    trial : Trial
    decision : Decision
        Its threshold is written into the card. It was found on the detector's own scores; the file's scores are
        compared with those first.
    folder : path-like
        Made if missing; an earlier export in it is replaced.

    Returns
    -------
    deploy.ExportedDetector

    Raises
    ------
    RuntimeError
        If the file answers otherwise than the detector.
    """
    folder = Path(folder)
    detector = trial.detectors[decision.detector]
    calibration = trial.split.calibration.images
    exportable = detector if hasattr(detector, "network") else _Plain(detector)
    rate = max(0.05, 1 / (len(calibration) + 1))  # replaced below, by the decision's own threshold
    exported = deploy.export_onnx(exportable, folder, calibration=calibration, false_alarm_rate=rate)
    apart = parity(trial, decision, exported)
    if apart > 0.01:
        raise RuntimeError(
            f"The exported file's scores differ from the detector's by {apart:.1%} of their spread; do not use it, and "
            "report it to those who keep the course."
        )
    exported.card |= {
        "threshold": decision.threshold,
        "threshold_basis": decision.basis,
        "false_alarm_rate": None if np.isnan(decision.promised) else decision.promised,
        "threshold_reason": decision.why,
        "parts": trial.split.test.title,
    }
    (folder / "exported.json").write_text(json.dumps(exported.card, indent=2) + "\n", encoding="utf-8")
    (folder / "score.py").write_text(kit.SCRIPT, encoding="utf-8")
    (folder / "reading.py").write_text(kit.reading_source(), encoding="utf-8")
    (folder / "requirements.txt").write_text(kit.REQUIREMENTS, encoding="utf-8")
    return deploy.load_exported(folder)


def parity(trial, decision, exported):
    """Return the largest difference between scores of file and detector on test parts, as a share of their spread."""
    own = trial.scores[decision.detector]
    return float(np.abs(exported.score(trial.split.test.images) - own).max() / max(own.std(), 1e-12))


class _Plain:
    """A rival of `detectors.simple` in the shape that `deploy.export_onnx` asks for: with a network."""

    def __init__(self, detector):
        self.detector = detector
        self.name, self.image_shape = detector.name, detector.image_shape
        self.settings = detector.settings

    def network(self):
        """Return the detector as one Keras model: images -> [score (n,), map (n, h, w)]."""
        from gan_helpers.detectors import trained  # TensorFlow starts with it
        from gan_helpers.detectors.trained import keras, ops

        image = keras.Input(self.image_shape, name="image", dtype="float32")
        if isinstance(self.detector, detectors.MeanBrightness):
            score, heat = self._brightness(image, ops)
        else:
            score, heat = self._pca(image, ops, trained)
        outputs = [
            keras.layers.Identity(name="score", dtype="float32")(score),
            keras.layers.Identity(name="anomaly_map", dtype="float32")(heat),
        ]
        return keras.Model(image, outputs, name=self.name)

    def _pca(self, image, ops, trained):
        height, width, colours = self.image_shape
        components = self.detector.components.astype(np.float32)
        centred = ops.reshape(image, (-1, height * width * colours)) - self.detector.mean
        left = centred - ops.matmul(ops.matmul(centred, components.T), components)
        heat = ops.mean(ops.square(ops.reshape(left, (-1, height, width, colours))), axis=-1)
        if self.detector.pooling == "mean":
            return ops.mean(heat, axis=(1, 2)), heat
        blur = trained._blurring(height)
        return ops.max(ops.matmul(ops.matmul(blur, heat), blur.T), axis=(1, 2)), heat

    def _brightness(self, image, ops):
        mean, spread = float(self.detector.mean), float(self.detector.spread)
        side = {"both": ops.abs, "dark": ops.negative, "bright": lambda values: values * 1.0}[self.detector.side]
        heat = ops.relu(side(ops.mean(image, axis=-1) - mean))
        return side(ops.mean(image, axis=(1, 2, 3)) - mean) / spread, heat
