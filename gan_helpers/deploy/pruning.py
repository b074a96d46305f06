"""Magnitude pruning: the smallest weights become zero and stay zero while the others learn to do without them.

Keras has no pruning of its own, and TensorFlow's toolkit for it was written for Keras 2, so it is done by hand. It
takes little: a mask for each kernel, multiplied onto it after every step of the optimizer.

Zeros are still numbers. A pruned network is as large in memory and as slow as before, unless the runtime skips zeros;
its *file* shrinks once it is compressed. What makes a network truly smaller is `deploy.channels`.

References
----------
Han et al. 2015, arXiv:1506.02626 (prune, then train what is left); Zhu & Gupta 2017, arXiv:1710.01878, equation 1 (the
schedule).
"""

import numpy as np

EVERY = 20  # steps between two looks at which weights are smallest
KERNEL = "kernel"


class MagnitudePruning:
    """Prunes while a network learns; call it after each step with the network.

    Parameters
    ----------
    share : float
        Share of each kernel's weights that are zero in the end, in [0, 1).
    steps : int
        Calls until the share is reached; at 0 it is reached at the first call. From then on the masks stay as they are.
    start : float
        Share at the beginning.
    every : int
        Calls between two choices of the masks.
    keep : sequence of str
        Names of layers that are left whole.

    Attributes
    ----------
    done : int
        Calls so far.

    Examples
    --------
    >>> pruning = MagnitudePruning(0.8, steps=400)
    >>> prune = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: pruning(network))
    >>> network.fit(x, y, callbacks=[prune])
    """

    def __init__(self, share, *, steps=0, start=0.0, every=EVERY, keep=()):
        for name, value in (("share", share), ("start", start)):
            _check_share(name, value)
        if steps < 0 or every < 1:
            raise ValueError(f"steps is {steps}, every is {every}; give at least 0 and at least 1.")
        self.share, self.steps, self.start, self.every = share, steps, start, every
        self.keep = tuple(keep)
        self.done = 0
        self._masks = None

    def __call__(self, network):
        """Set the weights to zero whose turn has come; the network is changed in place."""
        if self._masks is None or (
            self.done <= self.steps and (self.done % self.every == 0 or self.done == self.steps)
        ):
            share = scheduled_share(self.done, self.steps, start=self.start, final=self.share)
            self._masks = magnitude_masks(network, share, keep=self.keep)
        apply_masks(network, self._masks)
        self.done += 1


def scheduled_share(step, steps, *, start=0.0, final):
    """Say what share of the weights is to be zero at a step: fast at first, while there is much to spare, then slowly.

    ``final + (start - final) * (1 - step / steps)³``, and ``final`` from then on (Zhu & Gupta 2017, arXiv:1710.01878,
    equation 1).
    """
    left = max(1 - step / steps, 0.0) if steps > 0 else 0.0
    return final + (start - final) * left**3


def magnitude_masks(network, share, *, keep=()):
    """Choose the smallest weights of each kernel.

    Parameters
    ----------
    network : keras.Model
        Functional models inside it count as well.
    share : float
        In [0, 1): of each kernel's weights, rounded down. Zeros come first, so a mask grows out of an earlier one.
    keep : sequence of str
        Names of layers that are left whole.

    Returns
    -------
    dict of str to numpy.ndarray
        Path of the kernel inside its network -> float32 mask, 0 where the weight goes.

    Raises
    ------
    ValueError
        If the share is no share, a layer to keep isn't there, or there is no kernel.
    """
    _check_share("share", share)
    layers = kernel_layers(network)
    if unknown := set(keep) - {layer.name for layer in layers.values()}:
        raise ValueError(f"There is no layer {sorted(unknown)[0]!r} with a kernel in {network.name}.")
    masks = {}
    for path, layer in layers.items():
        if layer.name not in keep:
            sizes = np.abs(np.asarray(layer.kernel)).ravel()
            mask = np.ones(sizes.size, np.float32)
            mask[np.argsort(sizes, kind="stable")[: int(share * sizes.size)]] = 0
            masks[path] = mask.reshape(layer.kernel.shape)
    return masks


def apply_masks(network, masks):
    """Multiply kernels by their masks, in place."""
    layers = kernel_layers(network)
    for path, mask in masks.items():
        layers[path].kernel.assign(layers[path].kernel * mask)


def sparsity(network):
    """Return the share of weights in kernels that are exactly zero, in [0, 1]."""
    kernels = [np.asarray(layer.kernel) for layer in kernel_layers(network).values()]
    return float(sum(np.sum(kernel == 0) for kernel in kernels) / sum(kernel.size for kernel in kernels))


def kernel_layers(network, inside=""):
    """Return the layers that have a kernel, by name; those of a network inside another carry its name before theirs.

    Raises
    ------
    ValueError
        If there is none.
    """
    found = {}
    for layer in network.layers:
        if hasattr(layer, "layers"):
            found |= kernel_layers(layer, f"{inside}{layer.name}/")
        elif getattr(layer, KERNEL, None) is not None:
            found[inside + layer.name] = layer
    if not found and not inside:
        raise ValueError(f"{network.name} has no layer with a kernel; there is nothing to prune.")
    return found


def _check_share(name, value):
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value}; give a share of at least 0 and below 1, such as 0.8.")
