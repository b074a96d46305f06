"""A detector leaves the laptop: ONNX and LiteRT files, proof that they answer alike, and how fast they do.

>>> exported = export_onnx(detector, "my_detector", calibration=split.calibration.images)
>>> exported.score(photographs) > exported.threshold
>>> parity(detector, exported, split.calibration.images)
>>> load_exported("my_detector").p_value(photographs)  # on another machine, without TensorFlow

``export`` writes the files, ``exported`` reads and runs them, ``parity`` compares answers, ``latency`` compares times.
"""

from gan_helpers.deploy.export import export_litert, export_onnx
from gan_helpers.deploy.exported import ExportedDetector, load_exported
from gan_helpers.deploy.latency import latency_table
from gan_helpers.deploy.parity import parity

__all__ = ["ExportedDetector", "export_litert", "export_onnx", "latency_table", "load_exported", "parity"]
