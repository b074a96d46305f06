"""One GAN on two devices: the sum of the parts equals the whole, shown by numbers.

`tf.distribute.MirroredStrategy` keeps a copy of both networks on each device, deals every batch out in equal shares,
and sums the gradients before anybody takes a step. If each copy divides its loss by the size of the *whole* batch, the
sum is the gradient of the whole batch, and the copies stay equal for ever. This module shows that by numbers on any
machine: it cuts one processor into two logical devices. They share its cores, so nothing becomes faster; with two
graphics cards the same code does.

Devices have to be cut before TensorFlow starts, so it runs in a process of its own: ``python -m gan_helpers.replicas``
prints the figures as JSON, `measure` starts that process and reads them.

Batch normalisation would break the claim: each copy would normalise by its own share. The course's discriminators have
none.
"""

import argparse
import json
import os
import subprocess
import sys

DEVICES, BATCH, ROUNDS, RATE, SEED = 2, 64, 20, 0.05, 11


def measure(*, devices=DEVICES, rounds=ROUNDS):
    """Play the same rounds of a GAN on one device and on several, in a process of its own.

    Parameters
    ----------
    devices : int
        Logical devices, at least two, by which the batch of 64 can be divided.
    rounds : int

    Returns
    -------
    dict
        ``devices``, ``rounds``, ``gradient_size`` (length of the whole batch's gradient), ``gradient_difference``
        (between it and the sum over the devices), ``share_difference`` (between it and what one device alone has),
        ``weight_difference`` (largest, after all rounds), ``weight_change`` (largest, of one weight since the start).

    Raises
    ------
    ValueError
        If the batch can't be dealt out in equal shares.
    RuntimeError
        If the process fails; the message holds the end of what it said.
    """
    if devices < 2 or BATCH % devices:
        raise ValueError(f"devices = {devices}; choose 2 or more by which {BATCH} can be divided, such as 2 or 4.")
    command = [sys.executable, "-m", "gan_helpers.replicas", "--devices", str(devices), "--rounds", str(rounds)]
    asked = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"})
    if asked.returncode:
        raise RuntimeError(f"The process with {devices} devices failed: {asked.stderr.strip()[-300:]}")
    return json.loads(asked.stdout.strip().splitlines()[-1])


def main(arguments=None):
    """Compare one device with several and print the figures; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m gan_helpers.replicas", description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=DEVICES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)

    from gan_helpers.settings import quiet_tensorflow

    quiet_tensorflow()
    import tensorflow as tf

    processor = tf.config.list_physical_devices("CPU")[0]
    logical = [tf.config.LogicalDeviceConfiguration()] * options.devices
    tf.config.set_logical_device_configuration(processor, logical)
    print(json.dumps(compare(options.devices, options.rounds)))
    return 0


def compare(devices, rounds):
    """Play on one device and on several; see `measure` for what is returned."""
    import numpy as np
    import tensorflow as tf

    several = tf.distribute.MirroredStrategy([f"CPU:{number}" for number in range(devices)])
    alone = tf.distribute.OneDeviceStrategy("CPU:0")
    one, many = _Game(alone), _Game(several)
    start = [weight.numpy() for weight in one.weights()]
    whole, summed, share = one.gradient(), many.gradient(), many.share_of_first()
    for step in range(rounds):
        one.play(step)
        many.play(step)
    after, beside = ([weight.numpy() for weight in game.weights()] for game in (one, many))

    def largest(left, right):
        return max(float(np.abs(a - b).max()) for a, b in zip(left, right, strict=True))

    return {
        "devices": devices,
        "rounds": rounds,
        "gradient_size": float(np.linalg.norm(whole)),
        "gradient_difference": float(np.linalg.norm(whole - summed)),
        "share_difference": float(np.linalg.norm(whole - devices * share)),
        "weight_difference": largest(after, beside),
        "weight_change": largest(after, start),
    }


class _Game:
    """The non-saturating game on points of a ring, with plain gradient steps, under a strategy of TensorFlow."""

    def __init__(self, strategy):
        import keras

        from gan_helpers import datasets, losses, networks

        self.strategy, self.losses = strategy, losses
        keras.utils.set_random_seed(SEED)  # the same first weights under every strategy
        with strategy.scope():
            self.generator = networks.point_generator(width=32)
            self.discriminator = networks.point_discriminator(width=32)
        self.real = datasets.draw_points("ring", BATCH * 8, seed=SEED)
        self._compiled = {player: self._on_every_device(player) for player in ("discriminator", "generator")}

    def weights(self):
        """Return the weights of both players."""
        return self.generator.trainable_variables + self.discriminator.trainable_variables

    def gradient(self):
        """Return D's gradient on the first batch, summed over the devices, as one vector."""
        import numpy as np

        gradients = [self.strategy.reduce("SUM", each, axis=None) for each in self._gradients("discriminator", 0)]
        return np.concatenate([np.ravel(gradient) for gradient in gradients])

    def share_of_first(self):
        """Return what the first device alone holds of that gradient."""
        import numpy as np

        local = [self.strategy.experimental_local_results(each)[0] for each in self._gradients("discriminator", 0)]
        return np.concatenate([np.ravel(gradient) for gradient in local])

    def play(self, step):
        """Play one round: D, then G, each by one step against its summed gradient."""
        for player in ("discriminator", "generator"):
            variables = getattr(self, player).trainable_variables
            for variable, each in zip(variables, self._gradients(player, step), strict=True):
                variable.assign(variable - RATE * self.strategy.reduce("SUM", each, axis=None))

    def _gradients(self, player, step):
        """Run one player's loss on every device's share; returns one per-device gradient a variable."""
        import tensorflow as tf

        real = self.real[(step % 8) * BATCH : (step % 8 + 1) * BATCH]
        latents = tf.random.stateless_normal((BATCH, 2), [SEED, step])

        def dealt(array):
            shares = tf.split(tf.convert_to_tensor(array), self.strategy.num_replicas_in_sync)
            return self.strategy.experimental_distribute_values_from_function(
                lambda context: shares[context.replica_id_in_sync_group]
            )

        return self._compiled[player](dealt(real), dealt(latents))

    def _on_every_device(self, player):
        import tensorflow as tf

        variables = [variable.value for variable in getattr(self, player).trainable_variables]

        def gradient_of_share(real, latents):
            with tf.GradientTape() as tape:
                fake = self.discriminator(self.generator(latents))
                if player == "discriminator":
                    loss = self.losses.minimax_discriminator_loss(self.discriminator(real), fake)
                else:
                    loss = self.losses.non_saturating_generator_loss(fake)
                # a mean over the share, divided, so that the sum over the devices is a mean over the batch
                loss = loss / self.strategy.num_replicas_in_sync
            return tape.gradient(loss, variables)

        return tf.function(lambda *dealt: self.strategy.run(gradient_of_share, args=dealt), autograph=False)


if __name__ == "__main__":
    sys.exit(main())
