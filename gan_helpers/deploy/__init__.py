"""A detector leaves the laptop: ONNX and LiteRT files, proof that they answer alike, and how fast they do.

>>> exported = export_onnx(detector, "my_detector", calibration=split.calibration.images)
>>> exported.score(photographs) > exported.threshold
>>> parity(detector, exported, split.calibration.images)
>>> load_exported("my_detector").p_value(photographs)  # on another machine, without TensorFlow

``export`` writes the files, ``exported`` reads and runs them, ``parity`` compares answers, ``latency`` compares times.
``pruning`` sets weights to zero, ``channels`` takes whole channels out, ``formats`` says which numbers are really int8.
"""

from gan_helpers.deploy.channels import narrowed
from gan_helpers.deploy.export import export_litert, export_onnx
from gan_helpers.deploy.exported import ExportedDetector, load_exported
from gan_helpers.deploy.formats import quantised_layers, stored_weights
from gan_helpers.deploy.latency import latency_table
from gan_helpers.deploy.parity import parity
from gan_helpers.deploy.pruning import (
    MagnitudePruning,
    apply_masks,
    kernel_layers,
    magnitude_masks,
    scheduled_share,
    sparsity,
)

__all__ = [
    "ExportedDetector",
    "MagnitudePruning",
    "apply_masks",
    "export_litert",
    "export_onnx",
    "kernel_layers",
    "latency_table",
    "load_exported",
    "magnitude_masks",
    "narrowed",
    "parity",
    "quantised_layers",
    "scheduled_share",
    "sparsity",
    "stored_weights",
]
