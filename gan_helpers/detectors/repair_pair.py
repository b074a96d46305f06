"""Pair of repair GANs: each half of the good parts teaches the restorer of one and the marker of the other.

A repair GAN gives the first half of the good parts to its restorer and the second to its marker, and where the parts
come from few lots it can matter much which half teaches whom; no seed shows that. The pair needn't choose. It trains
one repair GAN on the parts in their order and one on the parts in reverse order, and averages what they say::

    e(x) = (e_1(x) + e_2(x)) / 2        log-odds of a defect at each place of part x

so that every good part has served in both roles, as in cross-fitting (Chernozhukov et al. 2018,
doi:10.1111/ectj.12097), and what only one of the two imagines counts half. Map and score follow from e as in
`repair_gan`. Training and judging take twice as long as for one; a `student` can be taught by the pair and judge alone.

Measured (``data/benchmarks``): on polycrystalline cells, where one order has an AUROC of 0.79 and the other 0.65, the
pair has 0.77; on monocrystalline ones it is as good as the better order, and no better. So it is an insurance, no gain.
"""

from gan_helpers.detectors.repair_gan import RepairGAN
from gan_helpers.settings import SEED, quiet_tensorflow

quiet_tensorflow()

import keras

from gan_helpers import networks

PLAYERS = ("restorer", "marker")


class RepairPair(RepairGAN):
    """The detector; see the module for its mathematics.

    It judges as the average of ``RepairGAN(seed=seed).fit(normal)`` and ``RepairGAN(seed=seed).fit(normal[::-1])``.

    Parameters
    ----------
    steps : int, optional
        Batches that *each* of the two learns from; by budget when not given.
    base, batch, adversarial, pooling, mirror, learn_mirrored, ema_decay, seed
        As for `RepairGAN`.

    Attributes
    ----------
    restorer, marker : keras.Model
        Of the one that learnt from the parts in their order.
    other_restorer, other_marker : keras.Model
        Of the one that learnt from them in reverse order.
    history : dict of str to list of float
        ``repair``, ``adversarial``, ``marking``: losses, one a step, the reverse order first.
    """

    name = "repair_pair"
    learned_networks = (*PLAYERS, *(f"other_{player}" for player in PLAYERS))
    learned_arrays = ("mirror_found",)
    other_restorer = other_marker = None
    cross_fit, forged, feature_weight = True, True, 0.0

    def __init__(
        self,
        *,
        steps=None,
        base=48,
        batch=8,
        adversarial=0.02,
        pooling="max",
        mirror="auto",
        learn_mirrored=True,
        ema_decay=0.995,
        seed=SEED,
    ):
        super().__init__(
            steps=steps,
            base=base,
            batch=batch,
            adversarial=adversarial,
            pooling=pooling,
            mirror=mirror,
            learn_mirrored=learn_mirrored,
            ema_decay=ema_decay,
            seed=seed,
        )

    def _learn(self, pictures):
        watch = self.watch
        self.other_restorer = self.other_marker = None
        self.watch = _later(watch, 0.0)
        super()._learn(pictures[::-1])
        reverse = self.history
        self.other_restorer, self.other_marker = self.restorer, self.marker
        for player in PLAYERS:
            getattr(self, f"other_{player}").name = f"other_{player}"  # one exported network holds both
        self._compiled = {}  # from here on two judge
        self.watch = _later(watch, 0.5)
        keras.utils.set_random_seed(self.seed)
        super()._learn(pictures)
        self.history = {name: reverse[name] + told for name, told in self.history.items()}

    def _redraw(self, pictures):
        repair = self.restorer(pictures, training=False)
        return repair if self.other_restorer is None else (repair + self.other_restorer(pictures, training=False)) / 2

    def _evidence(self, pictures):
        evidence = self._log_odds(pictures, self.restorer, self.marker)
        if self.other_restorer is None:  # the first of the two still learns
            return evidence
        return (evidence + self._log_odds(pictures, self.other_restorer, self.other_marker)) / 2

    @staticmethod
    def _log_odds(pictures, restorer, marker):
        return marker(networks.seen_by_marker(pictures, restorer(pictures, training=False)), training=False)


def _later(watch, done):
    """Return ``watch`` as one half of a training calls it that begins when so much of the whole is done."""
    return None if watch is None else lambda detector, share: watch(detector, done + share / 2)
