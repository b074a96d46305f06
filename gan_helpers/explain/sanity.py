"""The sanity check of Adebayo et al. 2018, arXiv:1810.03292: an explanation of a model must depend on the model.

The network is replaced by one of the same build that has learnt nothing. If the map stays as it was, it never told what
the network had learnt, however good it looks.
"""

import numpy as np

from gan_helpers.settings import quiet_tensorflow


def randomised(network, seed=0):
    """Return a copy of a network with new random weights: the same build, nothing learnt.

    Each weight array is drawn afresh from a normal law with its own mean and spread, so that outputs stay in a
    reasonable range.

    Parameters
    ----------
    network : keras.Model
    seed : int
    """
    quiet_tensorflow()
    import keras

    rng = np.random.default_rng(seed)
    copy = keras.models.clone_model(network)
    copy.set_weights([rng.normal(weight.mean(), weight.std(), weight.shape) for weight in network.get_weights()])
    return copy


def similarity(maps, others):
    """Say how alike two sets of maps rank the places: Spearman's correlation for each part, float64 (n,).

    1 is the same order, 0 none in common. A map that is the same everywhere has no order; it counts as 0.
    """
    from scipy.stats import rankdata

    ranks = [np.stack([rankdata(one) for one in np.asarray(side)]) for side in (maps, others)]
    first, second = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    length = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return np.divide((first * second).sum(axis=1), length, out=np.zeros(len(first)), where=length > 0)
