"""Keras builders of the networks that the course trains.

``sizes`` knows which pictures fit and how wide a network is at each side, ``adversarial`` builds the two players,
``coders`` the networks that read a picture back into a vector, ``classifier`` tells good from defective, ``points`` the
small ones of lesson 02, which play with points of a plane, and ``repair`` the three of the repair GAN.

All are Functional models of built-in layers only, so that a saved one loads in Keras' safe mode.
"""

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

from gan_helpers.networks.adversarial import discriminator, generator
from gan_helpers.networks.classifier import classifier
from gan_helpers.networks.coders import autoencoder, encoder, variational_encoder
from gan_helpers.networks.points import point_discriminator, point_encoder, point_generator
from gan_helpers.networks.repair import fold, marker, patch_discriminator, restorer, seen_by_marker
from gan_helpers.networks.sizes import SIDES

__all__ = [
    "SIDES",
    "autoencoder",
    "classifier",
    "discriminator",
    "encoder",
    "fold",
    "generator",
    "marker",
    "patch_discriminator",
    "point_discriminator",
    "point_encoder",
    "point_generator",
    "restorer",
    "seen_by_marker",
    "variational_encoder",
]
