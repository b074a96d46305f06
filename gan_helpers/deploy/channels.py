"""Channel pruning: a network that is really narrower, with the weights of the filters that were worth most.

A filter of a convolution makes one channel, and whoever reads the channel has weights for it. So taking out a filter
takes out a slice of the next kernels too, and what is left is an ordinary dense network: smaller on disk, smaller in
memory, faster everywhere. A filter is worth the sum of its absolute weights (Li et al. 2017, arXiv:1608.08710, section
3.1). Channels that are added to each other have to go together; their filters' sums are added as well.
"""

from dataclasses import dataclass

import numpy as np

from gan_helpers.settings import quiet_tensorflow

PASSING = (  # layers that treat each channel for itself and have no weights
    "Activation",
    "ReLU",
    "LeakyReLU",
    "UpSampling2D",
    "MaxPooling2D",
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Dropout",
    "ZeroPadding2D",
    "Identity",
)
MAKING = ("Conv2D", "Dense")  # layers that make new channels
TURNING = ("Reshape", "Permute")  # layers that mix places and channels: what they read stays whole


@dataclass(eq=False)
class Channels:
    """Channels that stay or go together: how many, how much each is worth, and whether they may go."""

    n: int
    worth: np.ndarray
    whole: bool = False
    joined: object = None
    kept: np.ndarray = None

    def root(self):
        """Return the channels that these were joined to, or themselves."""
        return self if self.joined is None else self.joined.root()


def narrowed(network, share, *, keep=()):
    """Build a narrower network out of a trained one.

    Parameters
    ----------
    network : keras.Model
        Functional, of convolutions, dense layers, ReLU and its kin, batch normalisation, sums, concatenations,
        upsampling and pooling. Channels of the inputs and outputs stay, and so do those that a reshaping layer reads.
    share : float
        In [0, 1): of each layer's channels, rounded down; at least one channel stays.
    keep : sequence of str
        Names of layers whose channels all stay.

    Returns
    -------
    keras.Model
        With weights of its own; the network given is left as it is.

    Raises
    ------
    ValueError
        If the share is no share, or a layer is of a kind that can't be pruned.
    """
    quiet_tensorflow()
    import keras

    if not 0 <= share < 1:
        raise ValueError(f"share is {share}; give a share of at least 0 and below 1, such as 0.5.")
    plan = _Plan(network, keep)
    plan.choose(share)

    def rebuilt(layer):
        config = layer.get_config()
        if layer.name in plan.made:
            config["filters" if "filters" in config else "units"] = len(plan.made[layer.name].root().kept)
        return type(layer).from_config(config)

    narrow = keras.models.clone_model(network, clone_function=rebuilt)
    for layer in network.layers:
        if layer.weights:
            narrow.get_layer(layer.name).set_weights(plan.weights(layer))
    return narrow


class _Plan:
    """Which layers read and make which channels; a tensor's channels are a list of `Channels`, one after the other."""

    def __init__(self, network, keep):
        self.made, self.read, self._of_tensor = {}, {}, {}
        if unknown := set(keep) - {layer.name for layer in network.layers}:
            raise ValueError(f"There is no layer {sorted(unknown)[0]!r} in {network.name}.")
        for tensor in network.inputs:
            self._of_tensor[id(tensor)] = [Channels(tensor.shape[-1], np.zeros(tensor.shape[-1]), whole=True)]
        for layer, inputs, output in _calls(network):
            read = [self._of_tensor[id(tensor)] for tensor in inputs]
            self.read[layer.name] = read[0]
            self._of_tensor[id(output)] = self._through(layer, read, inputs)
            if layer.name in keep:
                for channels in self._of_tensor[id(output)]:
                    channels.root().whole = True
        for tensor in network.outputs:
            for channels in self._of_tensor[id(tensor)]:
                channels.root().whole = True

    def _through(self, layer, read, inputs):
        kind = type(layer).__name__
        if kind in MAKING:
            if getattr(layer, "groups", 1) != 1:
                raise ValueError(f"The layer {layer.name} convolves in groups, which can't be pruned; leave it out.")
            kernel = np.abs(np.asarray(layer.kernel, dtype=np.float64))
            worth = kernel.sum(axis=tuple(range(kernel.ndim - 1)))
            self.made[layer.name] = Channels(len(worth), worth)
            return [self.made[layer.name]]
        if kind in (*PASSING, "BatchNormalization"):
            return read[0]
        if kind == "Add":
            return self._joined(layer, read)
        if kind == "Concatenate" and layer.axis in (-1, len(inputs[0].shape) - 1):
            return [channels for one in read for channels in one]
        if kind == "Flatten":
            places = int(np.prod(inputs[0].shape[1:-1]))
            return [channels for _ in range(places) for channels in read[0]]
        if kind in TURNING:
            for channels in read[0]:
                channels.root().whole = True
            n = layer.output.shape[-1]
            return [Channels(n, np.zeros(n), whole=True)]
        raise ValueError(
            f"The layer {layer.name} is a {kind}, whose channels can't be pruned; there are {', '.join(MAKING)}, "
            f"BatchNormalization, Add, Concatenate, Flatten, {', '.join(PASSING + TURNING)}."
        )

    def _joined(self, layer, read):
        for other in read[1:]:
            if [channels.n for channels in other] != [channels.n for channels in read[0]]:
                raise ValueError(f"The layer {layer.name} adds channels that were put together differently.")
            for one, two in zip(read[0], other, strict=True):
                one, two = one.root(), two.root()
                if one is not two:
                    one.worth, one.whole, two.joined = one.worth + two.worth, one.whole or two.whole, one
        return read[0]

    def choose(self, share):
        """Decide which channels stay: the most valuable, in their old order."""
        for channels in {id(one.root()): one.root() for one in self._all()}.values():
            n = channels.n if channels.whole else max(channels.n - int(share * channels.n), 1)
            channels.kept = np.sort(np.argsort(-channels.worth, kind="stable")[:n])

    def _all(self):
        return [channels for read in self._of_tensor.values() for channels in read]

    def weights(self, layer):
        """Return a layer's weights without the channels that go."""
        starts = np.cumsum([0, *(channels.n for channels in self.read[layer.name])])
        reads = np.concatenate(
            [start + channels.root().kept for start, channels in zip(starts, self.read[layer.name], strict=False)]
        )
        weights = layer.get_weights()
        if layer.name not in self.made:  # batch normalisation: one number a channel
            return [weight[reads] for weight in weights]
        makes = self.made[layer.name].root().kept
        kernel, *bias = weights
        return [np.take(np.take(kernel, reads, axis=-2), makes, axis=-1), *(one[makes] for one in bias)]


def _calls(network):
    """Return (layer, inputs, output) of every call in the network, in the order in which they run."""
    calls, seen = [], set()
    for nodes in [network._nodes_by_depth[depth] for depth in sorted(network._nodes_by_depth, reverse=True)]:
        for node in nodes:
            layer = node.operation
            if node.is_input:
                continue
            if not hasattr(layer, "weights") or hasattr(layer, "layers"):
                what = "a network of its own" if hasattr(layer, "layers") else "an operation outside a layer"
                raise ValueError(f"The layer {layer.name} is {what}; prune networks made of plain layers.")
            if layer.name in seen:
                raise ValueError(f"The layer {layer.name} is used more than once; such layers can't be pruned.")
            seen.add(layer.name)
            calls.append((layer, node.input_tensors, node.output_tensors[0]))
    return calls
