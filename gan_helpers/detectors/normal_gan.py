"""The GAN of normal parts on which AnoGAN and f-AnoGAN build."""

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

import keras

from gan_helpers import gan, networks, precision


def train(
    pictures,
    *,
    steps,
    latent_dim,
    base,
    batch,
    game="wasserstein_gp",
    penalty=None,
    penalty_weight=10.0,
    penalty_batch=None,
    critic_steps=1,
    ema_decay=0.995,
    seed,
):
    """Train a GAN on normal parts; ``average`` is the generator to keep, ``discriminator`` gives the features.

    Parameters
    ----------
    pictures : numpy.ndarray
        Float (n, h, w, c) in [-1, 1].
    steps : int
        Rounds; 0 leaves the networks as they start.
    latent_dim, base : int
        Length of the latent vector, channels at half resolution.
    batch : int
    game, penalty, penalty_weight, penalty_batch, critic_steps, ema_decay, seed
        See `gan.GAN`; ``critic_steps`` is its ``discriminator_steps``.

    Returns
    -------
    model : gan.GAN
    distances : list of float
        One a round: mean output for real pictures minus that for made ones. With a Wasserstein critic it estimates the
        distance of their distributions.
    """
    shape = pictures.shape[1:]
    with precision.using():
        model = gan.GAN(
            networks.generator(shape, latent_dim=latent_dim, base=base),
            networks.discriminator(shape, base=base),
            game=game,
            penalty=penalty,
            penalty_weight=penalty_weight,
            penalty_batch=penalty_batch,
            discriminator_steps=critic_steps,
            ema_decay=ema_decay,
            seed=seed,
        )
    distances = []

    def note(batch, logs):
        distances.append(float(logs["real_output"]) - float(logs["made_output"]))

    if steps:
        model.fit(
            pictures,
            steps=steps,
            batch_size=batch,
            callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=note)],
        )
    return model, distances
