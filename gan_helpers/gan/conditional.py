"""The conditional GAN: both players are told which kind of picture is meant, so kinds can be ordered.

G gets the kind's one-hot code beside the noise (Mirza & Osindero 2014, arXiv:1411.1784), D has an output for each kind.
D learns from three sorts of pairs: real picture and its kind (true), made picture and its kind (false), real picture
and a wrong kind (false as well; Reed et al. 2016, arXiv:1605.05396, section 4.2). Without the third, D can win by
telling real from made and never look at the kind::

    L = (L_D(real, made) + L_D(real, real with a wrong kind)) / 2
"""

import keras
import numpy as np
from keras import ops

from gan_helpers.gan.model import GAN
from gan_helpers.settings import SEED


class ConditionalGAN(GAN):
    """A `GAN` whose pictures come in kinds.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Built with ``kinds=len(kind_names)``.
    kind_names : sequence of str
        Name of each kind.
    others
        As `GAN`.

    Examples
    --------
    >>> names = ["good", "crack"]
    >>> gan = ConditionalGAN(networks.generator(shape, kinds=2), networks.discriminator(shape, kinds=2), names)
    >>> history = gan.fit((pictures, kinds), steps=1000)
    >>> cracks = gan.sample(8, kinds="crack")
    """

    def __init__(self, generator, discriminator, kind_names, **others):
        if len(generator.inputs) != 2 or len(discriminator.inputs) != 2:
            raise ValueError("The networks know no kinds; build both with kinds=len(kind_names).")
        self._kind_names = tuple(kind_names)
        if len(set(self._kind_names)) < 2 or len(set(self._kind_names)) < len(self._kind_names):
            raise ValueError(f"The kinds are {', '.join(self._kind_names)}; name two or more, each once.")
        super().__init__(generator, discriminator, **others)

    @property
    def kind_names(self):
        """Names of the kinds, in the order of their numbers."""
        return list(self._kind_names)

    def sample(self, n, *, kinds, seed=SEED, latents=None, average=True):
        """Draw pictures of given kinds.

        Parameters
        ----------
        n : int
        kinds : str or sequence of str
            One kind for all, or one a picture.
        seed, latents, average
            As `GAN.sample`.

        Returns
        -------
        numpy.ndarray
            float32 (n, ...).

        Raises
        ------
        ValueError
            If a kind is unknown.
        """
        wanted = np.full(n, kinds) if isinstance(kinds, str) else np.asarray(kinds)
        return self._sample([self._latents_for(n, seed, latents), self._numbers(wanted, n)], average)

    def describe(self):
        """Return the constructor's plain arguments, ready for JSON."""
        return super().describe() | {"kind_names": self.kind_names}

    def _numbers(self, kinds, n):
        if kinds.shape != (n,):
            raise ValueError(f"There are {len(kinds)} kinds for {n} pictures; give one a picture.")
        unknown = sorted(set(kinds.tolist()) - set(self._kind_names))
        if unknown:
            raise ValueError(f"This GAN knows no kind {unknown[0]!r}; it knows {', '.join(self._kind_names)}.")
        number = {name: i for i, name in enumerate(self._kind_names)}
        return np.array([number[kind] for kind in kinds.tolist()], dtype=np.int32)

    def _checked(self, data):
        if not isinstance(data, tuple) or len(data) != 2:
            raise ValueError("A conditional GAN learns from pairs; give fit((pictures, kinds), ...).")
        (pictures,) = super()._checked(data[0])
        return pictures, self._numbers(np.asarray(data[1]), len(pictures))

    def _unpack(self, batch):
        return batch

    def _draw(self, latents, kinds, training=True):
        return self.generator([latents, kinds], training=training)

    def _discriminate(self, data, kinds):
        return self.discriminator([self._augmented(data), kinds], training=True)

    def _discriminator_loss(self, real_output, made_output, judged_real, kinds):
        n_kinds = len(self._kind_names)
        shift = keras.random.randint(ops.shape(kinds), 1, n_kinds, seed=self.noise)
        wrong = ops.one_hot((kinds + shift) % n_kinds, n_kinds)
        wrong_output = ops.sum(judged_real[1] * wrong, axis=1, keepdims=True)
        true_or_made, right_or_wrong = (
            self.game.discriminator(real_output, other) for other in (made_output, wrong_output)
        )
        return (true_or_made + right_or_wrong) / 2
