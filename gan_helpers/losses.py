"""Adversarial losses and gradient penalties, one function each, formula in the docstring.

``real`` and ``fake`` are a discriminator's raw outputs D(x) and D(G(z)) (logits; a Wasserstein discriminator is called
critic), float (n, 1) or (n,); every loss is a scalar to be minimised. ``s`` is the logistic function, so that
``-log s(a) = softplus(-a)`` and ``-log(1 - s(a)) = softplus(a)``, which never overflows.

`GAMES` joins what belongs together: the two players' losses and the penalty.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

from keras import ops


def minimax_discriminator_loss(real, fake):
    """Return ``-E[log s(D(x))] - E[log(1 - s(D(G(z))))]``: minus the value V(D, G), which D maximises.

    Minimax and non-saturating GAN share it. At the best D it is ``log 4 - 2 JS(p_data, p_G)``.

    References
    ----------
    Goodfellow et al. 2014, arXiv:1406.2661, equation 1 and theorem 1.
    """
    return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))


def minimax_generator_loss(fake):
    """Return ``E[log(1 - s(D(G(z))))]``, G's side of the minimax game.

    Its gradient with respect to D(G(z)) is ``-s(D(G(z)))``: it vanishes where D is sure that a picture is made
    (saturation), which is where G has most to learn.

    References
    ----------
    Goodfellow et al. 2014, arXiv:1406.2661, equation 1.
    """
    return -ops.mean(ops.softplus(fake))


def non_saturating_generator_loss(fake):
    """Return ``-E[log s(D(G(z)))]``: the same aim as the minimax loss, with a gradient where it is needed.

    References
    ----------
    Goodfellow et al. 2014, arXiv:1406.2661, section 3.
    """
    return ops.mean(ops.softplus(-fake))


def least_squares_discriminator_loss(real, fake):
    """Return ``E[(D(x) - 1)²] / 2 + E[D(G(z))²] / 2``: labels 1 and 0 as targets of a regression.

    References
    ----------
    Mao et al. 2017, arXiv:1611.04076, equation 9 (a = 0, b = c = 1).
    """
    return (ops.mean(ops.square(real - 1.0)) + ops.mean(ops.square(fake))) / 2


def least_squares_generator_loss(fake):
    """Return ``E[(D(G(z)) - 1)²] / 2`` (Mao et al. 2017, arXiv:1611.04076, equation 9)."""
    return ops.mean(ops.square(fake - 1.0)) / 2


def hinge_discriminator_loss(real, fake):
    """Return ``E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]``: what is beyond the margin no longer counts.

    References
    ----------
    Lim & Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equation 16.
    """
    return ops.mean(ops.relu(1.0 - real)) + ops.mean(ops.relu(1.0 + fake))


def hinge_generator_loss(fake):
    """Return ``-E[D(G(z))]`` (Lim & Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, equation 17)."""
    return -ops.mean(fake)


def wasserstein_critic_loss(real, fake):
    """Return ``E[D(G(z))] - E[D(x)]``: what the critic minimises.

    Its negative estimates the Wasserstein-1 distance between real and made images, as far as D is 1-Lipschitz.

    References
    ----------
    Arjovsky, Chintala & Bottou 2017, arXiv:1701.07875, equation 2.
    """
    return ops.mean(fake) - ops.mean(real)


def wasserstein_generator_loss(fake):
    """Return ``-E[D(G(z))]``: what the generator minimises against a Wasserstein critic (arXiv:1701.07875)."""
    return -ops.mean(fake)


def relativistic_discriminator_loss(real, fake):
    """Return ``E[-log s(D(x) - D(G(z)))]``: a real picture has to look more real than a made one beside it.

    Parameters
    ----------
    real, fake : tensor
        Float of the same shape (n, 1) or (n,); pictures are compared in pairs.

    References
    ----------
    Jolicoeur-Martineau 2019, arXiv:1807.00734; Huang et al. 2024 (R3GAN), arXiv:2501.05441, equation 2. There it goes
    with `zero_centred_penalty` on real (R1) and on made pictures (R2).
    """
    return ops.mean(ops.softplus(fake - real))


def relativistic_generator_loss(real, fake):
    """Return ``E[-log s(D(G(z)) - D(x))]``, the same comparison the other way round (arXiv:2501.05441)."""
    return ops.mean(ops.softplus(real - fake))


def gradient_penalty(gradients):
    """Return ``E[(|g| - 1)²]``, which pulls the critic's slope towards 1 where real and made images mix.

    Parameters
    ----------
    gradients : tensor
        Float (n, ...): the gradient of D at ``x = a real + (1 - a) fake`` with respect to x, ``a`` uniform in [0, 1],
        one draw an image. The caller takes the gradient, since that is the framework's business.

    Returns
    -------
    tensor
        Scalar; multiply it by lambda (10 in the paper).

    References
    ----------
    Gulrajani et al. 2017, arXiv:1704.00028, equation 3. The norm is taken as ``sqrt(sum g² + 1e-12)``: without the
    small term its own gradient is NaN where g = 0.
    """
    return ops.mean(ops.square(ops.sqrt(_squared_norms(gradients) + 1e-12) - 1.0))


def zero_centred_penalty(gradients):
    """Return ``E[|g|²] / 2``, which keeps D flat: R1 on real pictures, R2 on made ones.

    Parameters
    ----------
    gradients : tensor
        Float (n, ...): the gradient of D with respect to the pictures at which it was taken.

    Returns
    -------
    tensor
        Scalar; multiply it by gamma.

    References
    ----------
    Mescheder, Geiger & Nowozin 2018, arXiv:1801.04406, equations 9 and 10.
    """
    return ops.mean(_squared_norms(gradients)) / 2


def _squared_norms(gradients):
    """Return one squared length an image, float (n,)."""
    return ops.sum(ops.square(gradients), axis=list(range(1, len(gradients.shape))))


@dataclass(frozen=True)
class Game:
    """A pair of losses that belong together, and the penalty that goes with them.

    Parameters
    ----------
    title : str
    discriminator, generator : function
        ``(real, fake)`` outputs -> scalar loss to minimise.
    penalty : {None, "slope_one", "flat"}
        ``slope_one`` is `gradient_penalty` between real and made pictures, ``flat`` is `zero_centred_penalty` on both.
    penalty_weight : float
        Lambda or gamma.
    """

    title: str
    discriminator: Callable
    generator: Callable
    penalty: str | None = None
    penalty_weight: float = 0.0


def _of_fake(generator_loss):
    return lambda real, fake: generator_loss(fake)


GAMES = {
    "minimax": Game("minimax", minimax_discriminator_loss, _of_fake(minimax_generator_loss)),
    "non_saturating": Game("non-saturating", minimax_discriminator_loss, _of_fake(non_saturating_generator_loss)),
    "least_squares": Game("least squares", least_squares_discriminator_loss, _of_fake(least_squares_generator_loss)),
    "hinge": Game("hinge", hinge_discriminator_loss, _of_fake(hinge_generator_loss)),
    "wasserstein_gp": Game(
        "Wasserstein-GP", wasserstein_critic_loss, _of_fake(wasserstein_generator_loss), "slope_one", 10.0
    ),
    "relativistic": Game(
        "relativistic R1+R2", relativistic_discriminator_loss, relativistic_generator_loss, "flat", 1.0
    ),
}


def game(name):
    """Look up a `Game` by its name in `GAMES`, or say which there are."""
    if name not in GAMES:
        raise ValueError(f"There is no game {name!r}; choose one of {', '.join(GAMES)}.")
    return GAMES[name]


@functools.cache
def undecided_loss(name):
    """Return the lowest loss of a D that gives every point the same output: what it pays if it can't tell them apart.

    log 4 for minimax and non-saturating, log 2 for relativistic, 1/4 for least squares, 2 for hinge, 0 for Wasserstein.
    """
    outputs = np.linspace(-2, 2, 17, dtype=np.float32)[:, None]
    return min(float(game(name).discriminator(output, output)) for output in outputs)
