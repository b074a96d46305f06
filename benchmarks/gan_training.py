"""Speed of a GAN's round, beside the `train_step` of the usual Keras DCGAN example: ``make bench``.

Same networks, same batch, same data, same optimizer, in one run and taking turns. What is added from row to row:

* *usual*: noise is drawn twice, once for each player; cross-entropy on 0/1 labels; float32.
* *one drawing*: both players learn from the same drawing, so G runs forward once (`gan.model`).
* *one drawing, precision.best()*: the networks are built in the number format that is fastest on this processor.
"""

import statistics
import time

from gan_helpers import gan, networks, precision
from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import layers

BATCH, REPEATS = 32, 4


def course_networks():
    """Return generator and discriminator of lesson 04, 64x64 grey."""
    judge = networks.discriminator((64, 64, 1), base=24)
    return networks.generator((64, 64, 1), base=24), keras.Model(judge.input, judge.output[-1])


def dcgan_networks():
    """Return generator and discriminator of the size that DCGAN examples use at 64x64 in colour."""
    latent = keras.Input((128,))
    x = layers.Reshape((8, 8, 128))(layers.Dense(8 * 8 * 128)(latent))
    for width in (128, 256, 512):
        x = layers.LeakyReLU(0.2)(layers.Conv2DTranspose(width, 4, strides=2, padding="same")(x))
    x = layers.Conv2D(3, 5, padding="same")(x)
    generator = keras.Model(latent, layers.Activation("tanh", dtype="float32")(x))
    image = keras.Input((64, 64, 3))
    x = image
    for width in (64, 128, 128):
        x = layers.LeakyReLU(0.2)(layers.Conv2D(width, 4, strides=2, padding="same")(x))
    output = layers.Dense(1, dtype="float32")(layers.Dropout(0.2)(layers.Flatten()(x)))
    return generator, keras.Model(image, output)


def usual_step(generator, discriminator):
    """Return a compiled round that draws twice."""
    optimizers = [keras.optimizers.Adam(1e-4, beta_1=0.5) for _ in range(2)]
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    labels = tf.concat([tf.ones((BATCH, 1)), tf.zeros((BATCH, 1))], axis=0)
    latent_shape = (BATCH, generator.input_shape[-1])

    @tf.function
    def step(real):
        made = generator(tf.random.normal(latent_shape), training=True)
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, discriminator(tf.concat([real, made], axis=0), training=True))
        _apply(optimizers[0], tape, loss, discriminator)
        with tf.GradientTape() as tape:
            judged = discriminator(generator(tf.random.normal(latent_shape), training=True), training=True)
            generator_loss = cross_entropy(labels[:BATCH], judged)
        _apply(optimizers[1], tape, generator_loss, generator)
        return loss + generator_loss

    for optimizer, model in zip(optimizers, (discriminator, generator), strict=True):
        optimizer.build(model.trainable_variables)
    return step


def _apply(optimizer, tape, loss, model):
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)


def course_step(generator, discriminator):
    """Return a compiled round of `gan.GAN`, moving average included."""
    model = gan.GAN(generator, discriminator)

    @tf.function
    def step(real):
        figures = model.train_step(real)
        return figures["generator_loss"] + figures["discriminator_loss"]

    return step


def seconds(step, real, rounds):
    """Return the median duration of a round."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        float(step(real))
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def compare(title, build, rounds):
    """Print one table: images a second, and as a multiple of the usual step."""
    with precision.using(precision.FLOAT32):
        steps = {"usual Keras train_step": usual_step(*build()), "one drawing": course_step(*build())}
    with precision.using():
        steps[f"one drawing, {precision.best()}"] = course_step(*build())
    shape = build()[0].output_shape[1:]
    real = tf.random.uniform((BATCH, *shape), -1, 1)
    for step in steps.values():
        step(real)
    fastest = dict.fromkeys(steps, float("inf"))
    for _ in range(REPEATS):
        for name, step in steps.items():
            fastest[name] = min(fastest[name], seconds(step, real, rounds))
    base = fastest["usual Keras train_step"]
    print(f"\n{title:40} {'images/s':>9} {'times usual':>12}")
    for name, took in fastest.items():
        print(f"{name:40} {BATCH / took:9.0f} {base / took:12.2f}")


def main():
    """Measure and print."""
    print(f"bfloat16 trains a convolution {precision.speed_ratio():.2f} times as fast as float32 here")
    compare("networks of lesson 04, 64x64 grey", course_networks, rounds=5)
    compare("networks of a DCGAN, 64x64 colour", dcgan_networks, rounds=1)


if __name__ == "__main__":
    main()
