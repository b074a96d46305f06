"""The GAN: two networks, one `train_step`, inside Keras' `fit`.

One round of the game:

1. G draws from noise. The drawing is kept: both players learn from it.
2. D learns to tell the drawing from real data (as often as asked; the last time on the kept drawing).
3. The slope ``dL_G / d G(z)`` says how each pixel would have to change to please the new D, and the chain rule carries
   it on to G's weights.
4. The moving average of G takes a small step towards G. It is what samples and what is saved.

The usual Keras example draws twice, once for each player; keeping the drawing saves one forward pass of G.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from gan_helpers import losses
from gan_helpers.gan import folder, state
from gan_helpers.gan.batches import stream
from gan_helpers.settings import SEED

SAMPLE_BATCH = 128
GENERATOR_RATE, DISCRIMINATOR_RATE = 2e-3, 1e-3
FINAL_RATE = 0.02  # share of the learning rate that is left at the end


class GAN(keras.Model):
    """A generator and a discriminator that learn from each other.

    Parameters
    ----------
    generator : keras.Model
        Float (n, latent_dim) -> data (n, ...). Pictures in [-1, 1].
    discriminator : keras.Model
        Data -> raw output (n, 1), or [features, output] as `networks.discriminator` gives.
    game : str
        Of `losses.GAMES`.
    penalty : {None, "slope_one", "flat"}, optional
        Instead of the game's own penalty.
    penalty_weight : float, optional
        Instead of the game's own; 0 switches the penalty off.
    penalty_batch : int, optional
        Take the penalty on so many pictures of each batch only, which costs less and is as large on average.
    discriminator_steps : int
        Updates of D per update of G; each sees other real data.
    ema_decay : float
        Decay per step of G's moving average, in [0, 1) (Yazici et al. 2019, arXiv:1806.04498).
    seed : int
        Of noise and of the order of the data.
    augment : callable, optional
        ``augment(data, seed)`` changes real and made data alike, wherever D looks at them, in its own steps and in G's:
        a tensor and a `keras.random.SeedGenerator` -> a tensor of the same shape, through which gradients pass, such as
        `balance.diff_augment` (Zhao et al. 2020, arXiv:2006.10738). It isn't saved with the GAN.

    Examples
    --------
    >>> gan = GAN(networks.generator((64, 64, 1)), networks.discriminator((64, 64, 1)))
    >>> history = gan.fit(datasets.to_tanh(images), steps=1000)
    >>> made = datasets.from_tanh(gan.sample(16))
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        game="non_saturating",
        penalty=None,
        penalty_weight=None,
        penalty_batch=None,
        discriminator_steps=1,
        ema_decay=0.995,
        seed=SEED,
        augment=None,
    ):
        super().__init__(name="gan")
        self.game = losses.game(game)
        self.game_name = game
        self.penalty = penalty or self.game.penalty
        self.penalty_weight = self.game.penalty_weight if penalty_weight is None else float(penalty_weight)
        if self.penalty not in (None, "slope_one", "flat"):
            raise ValueError(f"penalty is {penalty!r}; choose 'slope_one', 'flat' or None.")
        if not 0 <= ema_decay < 1:
            raise ValueError(f"ema_decay is {ema_decay}; give a share of at least 0 and below 1.")
        self.generator, self.discriminator = generator, discriminator
        self.average = keras.models.clone_model(generator)
        self.average.set_weights(generator.get_weights())
        self.average.trainable = False
        self.penalty_batch, self.discriminator_steps = penalty_batch, discriminator_steps
        self.ema_decay, self.seed = ema_decay, seed
        self.augment = augment
        self.noise = keras.random.SeedGenerator(seed)
        self.step = keras.Variable(0, dtype="int64", trainable=False, name="step")
        self.last_step = keras.Variable(1, dtype="int64", trainable=False, name="last_step")
        self.final_rate = keras.Variable(1.0, dtype="float32", trainable=False, name="final_rate")
        self.built = True
        self.compile()

    @property
    def latent_dim(self):
        """Length of the latent vector."""
        return self._latent_input.shape[-1]

    @property
    def data_shape(self):
        """Shape of one picture or point."""
        return tuple(self.generator.outputs[0].shape[1:])

    @property
    def _latent_input(self):
        return self.generator.inputs[0]

    def compile(self, generator_optimizer=None, discriminator_optimizer=None):
        """Set the two optimizers.

        By default both are Adam without momentum, which overshoots in a game (beta_1 = 0, beta_2 = 0.9), at learning
        rates of 2e-3 for G and 1e-3 for D.
        """
        super().compile()
        self.generator_optimizer = generator_optimizer or _adam(GENERATOR_RATE)
        self.discriminator_optimizer = discriminator_optimizer or _adam(DISCRIMINATOR_RATE)
        self.generator_optimizer.build(self.generator.trainable_variables)
        self.discriminator_optimizer.build(self.discriminator.trainable_variables)
        # variables, so that a compiled round sees `set_rates`; TensorFlow's own, which aren't part of a saved run
        self._rates = [tf.Variable(float(optimizer.learning_rate)) for optimizer in self._optimizers]

    def set_rates(self, generator_rate, discriminator_rate):
        """Set both learning rates from the next round on, in the midst of a game; `fit` lets them fall from there.

        Parameters
        ----------
        generator_rate, discriminator_rate : float
            At least 0; a player with rate 0 stands still.

        Raises
        ------
        ValueError
            If a rate is negative or not finite.
        """
        for name, variable, rate in zip(
            ("generator_rate", "discriminator_rate"), self._rates, (generator_rate, discriminator_rate), strict=True
        ):
            if not 0 <= rate < float("inf"):
                raise ValueError(f"{name} is {rate}; give a learning rate of at least 0, such as 0.001.")
            variable.assign(rate)

    @property
    def _optimizers(self):
        return [self.generator_optimizer, self.discriminator_optimizer]

    def fit(self, data, *, steps, batch_size=32, callbacks=(), final_rate=FINAL_RATE, resume=None):
        """Train until ``steps`` rounds have been played in all.

        Parameters
        ----------
        data : numpy.ndarray
            Float (n, ...), as the generator draws: pictures in [-1, 1].
        steps : int
            Rounds in all, those of an earlier call or of a resumed run included.
        batch_size : int
            Real data a discriminator's update.
        callbacks : sequence of keras.callbacks.Callback
            See `gan_helpers.gan` for those that are made for GANs.
        final_rate : float
            The learning rates fall along half a cosine to this share of where they start; 1 keeps them.
        resume : path-like, optional
            A folder that `Checkpoints` writes; if it holds a state, the run goes on from there.

        Returns
        -------
        keras.callbacks.History

        Raises
        ------
        ValueError
            If the data don't fit the generator, or the state in the folder not this GAN.
        """
        arrays = self._checked(data)
        if resume is not None:
            state.restore(self, resume)
        done = int(self.step)
        if done >= steps:
            raise ValueError(f"This GAN has played {done} rounds already; ask for more than that, not {steps}.")
        self.last_step.assign(steps)
        self.final_rate.assign(final_rate)
        rows = batch_size * self.discriminator_steps
        batches = stream(arrays, batch_size=rows, first=done, last=steps, seed=self.seed)
        return super().fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=list(callbacks))

    def train_step(self, data):
        """Play one round; see the module for its four parts. Returns the figures of the round."""
        self._set_rates()
        parts = [ops.split(array, self.discriminator_steps) for array in _as_tuple(data)]
        rounds = [self._unpack(part) for part in zip(*parts, strict=True)]
        for real, kinds in rounds[:-1]:
            self._teach_discriminator(real, self._draw(self._latents(real), kinds), kinds)
        real, kinds = rounds[-1]
        with tf.GradientTape() as drawing:
            made = self._draw(self._latents(real), kinds)
        figures = self._teach_discriminator(real, tf.stop_gradient(made), kinds)
        generator_loss, slope = self.slope(made, kinds, real)
        variables = self.generator.trainable_variables
        self.generator_optimizer.apply(drawing.gradient(made, variables, output_gradients=slope), variables)
        self._move_average()
        self.step.assign_add(1)
        n = ops.cast(ops.shape(real)[0], "float32")
        lengths = ops.sqrt(ops.sum(ops.square(ops.reshape(slope, (ops.shape(slope)[0], -1))), axis=1))
        return figures | {
            "generator_loss": generator_loss,
            "slope": n * ops.mean(lengths),  # of one picture's own loss; the batch's is their mean
            "spread": _spread(made) / (_spread(real) + 1e-8),
        }

    def _teach_discriminator(self, real, made, kinds):
        n = ops.shape(real)[0]
        both_kinds = None if kinds is None else ops.concatenate([kinds, kinds])
        with tf.GradientTape() as tape:
            judged = self._discriminate(ops.concatenate([real, made]), both_kinds)
            real_output, made_output = judged[-1][:n], judged[-1][n:]
            loss = self._discriminator_loss(real_output, made_output, [part[:n] for part in judged], kinds)
            penalty = self._penalty(real, made, kinds)
            total = loss + self.penalty_weight * penalty
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(total, variables), variables)
        return {
            "discriminator_loss": loss,
            "penalty": penalty,
            "real_output": ops.mean(real_output),
            "made_output": ops.mean(made_output),
        }

    def slope(self, made, kinds=None, real=None):
        """Return G's loss and its slope with respect to what G drew: where each pixel, or point, is pulled from.

        Parameters
        ----------
        made : tensor
            Float (n, ...).
        kinds : tensor, optional
            Int (n,), for a conditional GAN.
        real : tensor, optional
            Float (n, ...); needed by a relativistic game, which compares in pairs.

        Returns
        -------
        loss : tensor
            Scalar.
        slope : tensor
            Float (n, ...): the gradient of the loss; G moves against it.
        """
        with tf.GradientTape() as tape:
            tape.watch(made)
            real_output = None if real is None else self._judge(real, kinds)
            loss = self.game.generator(real_output, self._judge(made, kinds))
        return loss, tape.gradient(loss, made)

    def _penalty(self, real, made, kinds):
        if self.penalty is None or self.penalty_weight == 0:
            return ops.zeros(())
        share = slice(0, self.penalty_batch)
        real, made, kinds = real[share], made[share], None if kinds is None else kinds[share]
        if self.penalty == "flat":
            return sum(losses.zero_centred_penalty(self._slope_of_output(data, kinds)) for data in (real, made))
        shape = (ops.shape(real)[0],) + (1,) * (len(real.shape) - 1)
        mix = keras.random.uniform(shape, seed=self.noise)
        return losses.gradient_penalty(self._slope_of_output(mix * real + (1 - mix) * made, kinds))

    def _slope_of_output(self, data, kinds):
        with tf.GradientTape() as tape:
            tape.watch(data)
            output = self._judge(data, kinds)
        return tape.gradient(output, data)

    def _set_rates(self):
        share = ops.cast(self.step, "float32") / ops.cast(self.last_step, "float32")
        cosine = 0.5 * (1 + ops.cos(np.pi * ops.minimum(share, 1.0)))
        left = self.final_rate + (1 - self.final_rate) * cosine
        for optimizer, rate in zip(self._optimizers, self._rates, strict=True):
            optimizer.learning_rate.assign(rate * left)

    def _move_average(self):
        step = ops.cast(self.step, "float32")
        decay = ops.minimum(self.ema_decay, (1 + step) / (10 + step))  # a young average forgets its start sooner
        for kept, weight in zip(self.average.weights, self.generator.weights, strict=True):
            if weight.trainable:
                kept.assign(decay * kept + (1 - decay) * weight)
            else:  # the statistics of batch normalisation are averages already
                kept.assign(weight)

    def _latents(self, real):
        return keras.random.normal((ops.shape(real)[0], self.latent_dim), seed=self.noise)

    def _draw(self, latents, kinds, training=True):
        return self.generator(latents, training=training)

    def _judge(self, data, kinds):
        return self._discriminate(data, kinds)[-1]

    def _discriminate(self, data, kinds):
        judged = self.discriminator(self._augmented(data), training=True)
        return judged if isinstance(judged, list | tuple) else [judged]

    def _augmented(self, data):
        # the GAN's own seeds, so that a resumed run goes on with the very changes that would have come next
        return data if self.augment is None else self.augment(data, self.noise)

    def _discriminator_loss(self, real_output, made_output, judged_real, kinds):
        return self.game.discriminator(real_output, made_output)

    def _unpack(self, batch):
        return batch[0], None

    def _checked(self, data):
        data = np.asarray(data, dtype=np.float32)
        if data.shape[1:] != self.data_shape or not len(data):
            raise ValueError(f"The data have shape {data.shape}; this GAN draws {self.data_shape}.")
        if not np.isfinite(data).all():
            raise ValueError("Some of the data are not finite; look for NaN before training.")
        if len(self.data_shape) == 3:
            low, high = data.min(), data.max()
            if low < -1.001 or high > 1.001:
                raise ValueError(f"Pictures run from {low:g} to {high:g}; bring them to [-1, 1], where tanh draws.")
            if low >= 0:
                raise ValueError(
                    "Pictures lie in [0, 1], but the generator's tanh draws in [-1, 1]; give datasets.to_tanh(images)."
                )
        return (data,)

    def sample(self, n, *, seed=SEED, latents=None, average=True):
        """Draw from the moving average of G (or from G itself).

        Parameters
        ----------
        n : int
        seed : int
            Same seed, same latent vectors: so one can watch them learn.
        latents : numpy.ndarray, optional
            Float (n, latent_dim), instead of random ones.
        average : bool

        Returns
        -------
        numpy.ndarray
            float32 (n, ...), as the generator draws.
        """
        return self._sample([self._latents_for(n, seed, latents)], average)

    def _latents_for(self, n, seed, latents):
        if latents is None:
            return np.random.default_rng(seed).standard_normal((n, self.latent_dim), dtype=np.float32)
        latents = np.asarray(latents, dtype=np.float32)
        if latents.shape != (n, self.latent_dim):
            raise ValueError(f"latents have shape {latents.shape}; give ({n}, {self.latent_dim}).")
        return latents

    def _sample(self, inputs, average):
        network = self.average if average else self.generator
        batches = (
            [array[first : first + SAMPLE_BATCH] for array in inputs]
            for first in range(0, len(inputs[0]), SAMPLE_BATCH)
        )
        return np.concatenate(
            [np.asarray(network(batch if len(batch) > 1 else batch[0], training=False)) for batch in batches]
        )

    def save(self, path):
        """Write the GAN into a folder: the moving average as ``generator.keras``, D, and how they belong together.

        Networks are written without code or pickle; `gan.load` reads them in Keras' safe mode. To go on training
        later use `Checkpoints`, which keeps the optimizers as well.
        """
        folder.save(self, path)

    def describe(self):
        """Return the constructor's plain arguments, ready for JSON."""
        return {
            "game": self.game_name,
            "penalty": self.penalty,
            "penalty_weight": self.penalty_weight,
            "penalty_batch": self.penalty_batch,
            "discriminator_steps": self.discriminator_steps,
            "ema_decay": self.ema_decay,
            "seed": self.seed,
        }


def _adam(rate):
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9)


def _as_tuple(data):
    return data if isinstance(data, tuple) else (data,)


def _spread(data):
    """Return how much the data differ from each other: the mean over pixels of the variance over the batch."""
    return ops.mean(ops.var(ops.cast(data, "float32"), axis=0))
