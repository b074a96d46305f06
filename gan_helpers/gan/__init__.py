"""GANs inside Keras' `fit`, and the callbacks that look after a training.

``model`` plays the game, ``conditional`` is told the kind of picture, ``batches`` deals the data, ``callbacks`` watch,
``state`` stops and resumes a run, ``folder`` keeps a trained GAN, ``points`` is the recipe for points of a plane.
"""

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

from gan_helpers.gan.callbacks import Checkpoints, Curves, Guard, Memory, Progress, SampleGrid, Stopwatch
from gan_helpers.gan.conditional import ConditionalGAN
from gan_helpers.gan.folder import load
from gan_helpers.gan.model import GAN
from gan_helpers.gan.points import point_gan

__all__ = [
    "GAN",
    "Checkpoints",
    "ConditionalGAN",
    "Curves",
    "Guard",
    "Memory",
    "Progress",
    "SampleGrid",
    "Stopwatch",
    "load",
    "point_gan",
]
