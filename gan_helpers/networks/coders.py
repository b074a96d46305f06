"""Networks that read a picture back into a vector: encoder, variational encoder, autoencoder."""

import keras
from keras import layers

from gan_helpers.networks.adversarial import generator, trunk


def encoder(image_shape, *, latent_dim=64, base=32, name="encoder"):
    """Build E: picture -> latent vector, the generator's inverse once it is trained.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> float (n, latent_dim).
    """
    image = keras.Input(image_shape, name="image")
    latent = layers.Dense(latent_dim, dtype="float32")(trunk(image, base=base))
    return keras.Model(image, latent, name=name)


def variational_encoder(image_shape, *, latent_dim=64, base=32, name="variational_encoder"):
    """Build a variational encoder: picture -> mean and log-variance of a normal law over latent vectors.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> [mean (n, latent_dim), log_variance (n, latent_dim)].

    References
    ----------
    Kingma & Welling 2014, arXiv:1312.6114, appendix C.
    """
    image = keras.Input(image_shape, name="image")
    features = trunk(image, base=base)
    return keras.Model(image, _law(features, latent_dim), name=name)


def _law(features, latent_dim):
    mean = layers.Dense(latent_dim, dtype="float32", name="mean")(features)
    # a start near a variance of one keeps the first steps calm
    small = keras.initializers.RandomNormal(stddev=0.01)
    return [mean, layers.Dense(latent_dim, dtype="float32", kernel_initializer=small, name="log_variance")(features)]


def autoencoder(image_shape, *, latent_dim=64, base=32, name="autoencoder"):
    """Build an autoencoder: picture -> latent vector -> the picture again, as far as the vector holds it.

    The second half has a generator's layers, so that an autoencoder and a GAN of the same ``base`` draw equally well.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> float (n, h, w, c) in [-1, 1].

    References
    ----------
    Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647.
    """
    image = keras.Input(image_shape, name="image")
    latent = encoder(image_shape, latent_dim=latent_dim, base=base)(image)
    again = generator(image_shape, latent_dim=latent_dim, base=base, name="decoder")(latent)
    return keras.Model(image, again, name=name)
