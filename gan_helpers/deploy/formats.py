"""In which number format the weights of a network really are, whatever was asked for."""

import numpy as np
import pandas as pd

from gan_helpers.deploy.exported import LITERT, LITERT_INT8, NETWORKS, needed
from gan_helpers.deploy.pruning import kernel_layers
from gan_helpers.deploy.quiet import held_back


def quantised_layers(network):
    """Say layer by layer what a quantisation has reached.

    Keras' ``model.quantize("int8")`` knows dense layers and embeddings. It leaves convolutions as they are, with a
    warning and no error, so a network that consists of them is as large afterwards as before.

    Parameters
    ----------
    network : keras.Model
        After ``network.quantize(...)``, or before.

    Returns
    -------
    pandas.DataFrame
        Indexed by layer: ``kind``, ``weights`` (numbers in its kernel), ``format`` (``"int8"``, ``"float32"`` ...), and
        ``int8``, whether that is so.
    """
    rows = []
    for name, layer in kernel_layers(network).items():
        kernel = layer.kernel
        form = str(getattr(kernel, "dtype", np.asarray(kernel).dtype))
        weights = int(np.prod(kernel.shape))
        rows.append({"layer": name, "kind": type(layer).__name__, "weights": weights, "format": form})
    table = pd.DataFrame(rows).set_index("layer")
    return table.assign(int8=table["format"] == "int8")


def stored_weights(exported):
    """Count the numbers that an exported LiteRT file keeps, by format.

    Parameters
    ----------
    exported : ExportedDetector
        As `deploy.export_litert` returns it.

    Returns
    -------
    dict of str to int
        ``{"int8": ..., "int32": ..., "float32": ...}``: how many constants of each format stand in the file. Biases of
        an int8 layer are int32, and what joins the networks inside stays float32.

    Raises
    ------
    ValueError
        If the file isn't a LiteRT one.
    """
    if exported.kind not in (LITERT, LITERT_INT8):
        raise ValueError(f"{exported.folder} holds an {exported.kind} file; formats are read from LiteRT files only.")
    path = exported.folder / NETWORKS[exported.kind]
    with held_back():
        interpreter = needed("ai_edge_litert.interpreter").Interpreter(str(path))
    counted = {}
    # before tensors are allocated only constants have contents
    for tensor in interpreter.get_tensor_details():
        try:
            kept = interpreter.get_tensor(tensor["index"])
        except ValueError:
            continue
        form = np.dtype(kept.dtype).name
        counted[form] = counted.get(form, 0) + int(kept.size)
    return counted
