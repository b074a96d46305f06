"""Adversarial losses and gradient penalties, one function each, formula in the docstring.

``real`` and ``fake`` are a critic's raw outputs, float (n, 1) or (n,); every loss is a scalar to be minimised.
"""

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

from keras import ops


def wasserstein_critic_loss(real, fake):
    """Return ``E[D(fake)] - E[D(real)]``: what the critic minimises.

    Its negative estimates the Wasserstein-1 distance between real and made images, as far as D is 1-Lipschitz.

    References
    ----------
    Arjovsky, Chintala & Bottou 2017, arXiv:1701.07875, equation 2.
    """
    return ops.mean(fake) - ops.mean(real)


def wasserstein_generator_loss(fake):
    """Return ``-E[D(fake)]``: what the generator minimises against a Wasserstein critic (arXiv:1701.07875)."""
    return -ops.mean(fake)


def gradient_penalty(gradients):
    """Return ``E[(|g| - 1)²]``, which pulls the critic's slope towards 1 where real and made images mix.

    Parameters
    ----------
    gradients : tensor
        Float (n, h, w, c): the gradient of D at ``x = a real + (1 - a) fake`` with respect to x, ``a`` uniform in
        [0, 1], one draw an image. The caller takes the gradient, since that is the framework's business.

    Returns
    -------
    tensor
        Scalar; multiply it by lambda (10 in the paper).

    References
    ----------
    Gulrajani et al. 2017, arXiv:1704.00028, equation 3. The norm is taken as ``sqrt(sum g² + 1e-12)``: without the
    small term its own gradient is NaN where g = 0.
    """
    squared = ops.sum(ops.square(gradients), axis=list(range(1, len(gradients.shape))))
    return ops.mean(ops.square(ops.sqrt(squared + 1e-12) - 1.0))
