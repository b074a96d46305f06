"""Write a detector's network as ONNX or LiteRT.

A method that can be exported has ``network()``: one Functional Keras model, images (n, h, w, c) in [0, 1] ->
[score (n,), anomaly map (n, h, w)], in which the trained networks stand as models of their own.

Three things are taken care of:

* *bfloat16*: neither runtime knows it, so the network is built again in float32 with the same weights.
* *int8*: only the trained networks become int8. A score in int8 has 256 steps between the least and the most
  suspicious part that it was quantised with, and those are good parts: every defect would get the score of the most
  suspicious good one. So what joins the networks (differences, squares, means, maxima) stays float32.
* *the threshold*: it is set anew from the exported file's own scores.
"""

import json
import re
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from gan_helpers.deploy.exported import (
    FALSE_ALARM_RATE,
    FORMAT,
    LITERT,
    LITERT_INT8,
    NETWORKS,
    ONNX,
    ExportedDetector,
    checksum,
    needed,
    write_card,
)
from gan_helpers.deploy.quiet import held_back
from gan_helpers.detectors import base
from gan_helpers.settings import quiet_tensorflow

FEWEST_REPRESENTATIVE = 10


def export_onnx(detector, folder, *, calibration=None, false_alarm_rate=FALSE_ALARM_RATE):
    """Export a fitted detector for ONNX Runtime; batches of any size.

    Parameters
    ----------
    detector : Detector
        Fitted, with ``network()``.
    folder : path-like
        Made if missing; an earlier export in it is replaced.
    calibration : numpy.ndarray, optional
        Good parts that the detector was not fitted on, float (n, h, w, c) in [0, 1]: sets the threshold.
    false_alarm_rate : float
        Wanted share of rejected good parts.

    Returns
    -------
    ExportedDetector
        Loaded from the folder.

    Raises
    ------
    RuntimeError, ValueError
        If the detector isn't fitted, or has no network to export.
    ImportError
        If a package is missing; the message names it.
    """
    needed("tf2onnx")
    needed("onnxruntime")
    network = _float32_network(detector)

    def write(path):
        network(np.zeros((1, *detector.image_shape), np.float32))  # Keras exports what was called at least once
        network.export(path, format="onnx", verbose=False)

    return _finish(detector, folder, ONNX, write, calibration, false_alarm_rate)


def export_litert(
    detector, folder, *, int8=False, representative=None, calibration=None, false_alarm_rate=FALSE_ALARM_RATE
):
    """Export a fitted detector for LiteRT, the runtime of phones and small computers; one part at a time.

    Parameters
    ----------
    detector, folder, calibration, false_alarm_rate
        As for `export_onnx`.
    int8 : bool
        Weights and activations of the trained networks become whole numbers of eight bits: a quarter of the size.
    representative : numpy.ndarray, optional
        For int8: about a hundred images, float (n, h, w, c) in [0, 1], from which the range of every activation is
        taken. Good parts, such as some that the detector was fitted on. For a method with a network that answers
        defects (one that marks them), forged defects as well: what is louder than all of these images is cut off.

    Returns
    -------
    ExportedDetector

    Raises
    ------
    RuntimeError, ValueError, ImportError
        As for `export_onnx`; ValueError also if int8 is asked for without at least ten representative images.
    """
    needed("ai_edge_litert.interpreter")
    network = _float32_network(detector)
    if int8:
        representative = _checked_representative(detector, representative)

    def write(path):
        path.write_bytes(_litert(network, representative if int8 else None))

    return _finish(detector, folder, LITERT_INT8 if int8 else LITERT, write, calibration, false_alarm_rate)


def _float32_network(detector):
    """Return the detector's network with every layer in float32; the detector keeps its own."""
    if detector.image_shape is None:
        raise RuntimeError(f"{detector.name} is not fitted yet; call fit(normal_images) before exporting it.")
    if not hasattr(detector, "network"):
        raise ValueError(f"{detector.name} has no network to export; choose a method that has one, such as f_anogan.")
    quiet_tensorflow()
    import keras

    network = detector.network()
    description = json.dumps(keras.saving.serialize_keras_object(network))
    if "bfloat16" not in description:
        return network
    description = json.loads(description.replace('"mixed_bfloat16"', '"float32"').replace('"bfloat16"', '"float32"'))
    again = keras.saving.deserialize_keras_object(description)
    again.set_weights(network.get_weights())
    return again


def _checked_representative(detector, images):
    if images is None:
        raise ValueError(
            "int8 needs representative images; give about a hundred good parts, such as split.train.images[:100]."
        )
    images = base.check_images(images)
    if images.shape[1:] != detector.image_shape:
        raise ValueError(
            f"The representative images have shape {images.shape[1:]}, the detector was fitted on "
            f"{detector.image_shape}; load them at the same size and colour."
        )
    if len(images) < FEWEST_REPRESENTATIVE:
        raise ValueError(
            f"{len(images)} representative images are too few; give at least {FEWEST_REPRESENTATIVE}, better a hundred."
        )
    return images


def _litert(network, representative=None):
    """Return the bytes of a LiteRT file; with representative images an int8 one."""
    import tensorflow as tf

    # with an open batch size the converter loses the shapes behind an upsampling
    one_part = [tf.TensorSpec((1, *network.input_shape[1:]), tf.float32)]
    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, format="tf_saved_model", verbose=False, input_signature=one_part)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        return converter.convert() if representative is None else _quantised(converter, network, representative)


def _quantised(converter, network, representative):
    """Convert so that the networks inside become int8 and what joins them stays float32."""
    import keras
    import tensorflow as tf

    trained = [re.escape(layer.name) for layer in network.layers if isinstance(layer, keras.Model)]
    if not trained:
        raise ValueError("network() holds no trained network as a model of its own; nest them, or leave int8 out.")
    inside = re.compile(rf"/({'|'.join(trained)})(_\d+)?/")  # Keras numbers the calls of a model

    def images():
        for i in range(len(representative)):
            yield [representative[i : i + 1]]

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = images
    debugger = tf.lite.experimental.QuantizationDebugger(converter=converter, debug_dataset=images)
    interpreter = needed("ai_edge_litert.interpreter").Interpreter(model_content=debugger.calibrated_model)
    tensors = [tensor["name"] for tensor in interpreter.get_tensor_details()]
    joints = [name for name in tensors if not inside.search(name)]
    debugger.options = tf.lite.experimental.QuantizationDebugOptions(denylisted_nodes=joints)
    return debugger.get_nondebug_quantized_model()


def _finish(detector, folder, kind, write, calibration, false_alarm_rate):
    """Write network and card, and load what was written."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in NETWORKS.values():
        (folder / name).unlink(missing_ok=True)
    path = folder / NETWORKS[kind]
    with held_back():
        write(path)
    makers = ["keras", "tensorflow", "tf2onnx" if kind == ONNX else "ai-edge-litert"]
    card = {
        "format": FORMAT,
        "kind": kind,
        "method": detector.name,
        "settings": detector.settings(),
        "image_shape": list(detector.image_shape),
        "sha256": checksum(path),
        "versions": {maker: version(maker) for maker in ("gan-helpers", *makers)},
        "threshold": None,
    }
    write_card(folder, card)
    exported = ExportedDetector(folder)
    if calibration is not None:
        exported.calibrate(calibration, false_alarm_rate=false_alarm_rate)
    return exported
