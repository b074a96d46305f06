# %% [markdown]
# # 03 · Building models
#
# Lesson 02 played the game with points. Now the players draw and judge pictures, and for that they need layers that fit
# together. You build the networks of a GAN, and you repair a program of the kind that articles print: it holds six bugs,
# and five of them run without an error message.
#
# You will be able to
#
# - say what comes out of a layer, and how many weights it has, before Keras prints it,
# - build a generator, a discriminator and an encoder for colour pictures,
# - find six common bugs in a GAN listing, and prove that each is mended,
# - write G's half of a `train_step`, and say what a round of the course's `GAN` adds,
# - measure what a moving average, the way of enlarging and spectral normalisation do.
#
# **Before you start:** lesson 02, at least its first half: what G and D want from each other.
#
# Reading: about 40 minutes, with the exercises. Running: about 2 minutes.

# %% [markdown]
# ## Colour pictures
#
# Many articles on GANs use small colour photographs, often the 32x32 pixels of CIFAR-10. This course downloads nothing.
# So the loader looks whether Keras has CIFAR-10 on your disk from earlier. If not, it photographs our cover plates in
# colour. Run the cell and read which of the two you have. (Photographs of all sorts of things take far longer to learn;
# plates take seconds. If you have CIFAR-10 and little time, add `source="plates"`.)

# %%
import numpy as np
import pandas as pd
from gan_helpers import datasets, gan, generation, networks, plots, precision, settings
from gan_helpers.exercises.lesson_03 import lesson

settings.seed_everything()
import keras
import tensorflow as tf
from keras import layers, ops

pictures = datasets.load_colour_images(settings.by_budget(smoke=64, lesson=1000, full=10_000))
pictures

# %% [markdown]
# Sixteen of them:

# %%
plots.show(
    plots.gallery(pictures.train[:16], columns=8),
    alt=f"Sixteen pictures of the kind the networks shall learn to draw: {pictures.title}.",
)

# %% [markdown]
# If you see plates: their colours are a trick of the trade. Three groups of lamps stand around the plate, red, green and
# blue, a third of a turn apart. Turned metal mirrors the lamps that it faces, so **the colour says which way the surface
# slopes**. The cast hub in the middle is matt and lies level: all three lamps light it alike, so it looks grey. (A matt
# slope takes on colour too, only more softly.)
#
# > **In the factory.** Ring lights with coloured sectors serve just that. One shot holds three pictures under three
# > directions of light, so the belt need not stop. A dent turns the surface and with it the colour; a stain, which is
# > matt, makes it paler. For matt surfaces the method is called photometric stereo (Woodham 1980); with three colours one
# > shot is enough (Hernández et al. 2007).

# %% [markdown]
# ## Shapes before code
#
# A *convolution* moves a small window, the *kernel*, over the picture, multiplies the numbers under it by its weights and
# adds them up. The answers of one kernel are one *channel*; $f$ kernels make $f$ channels. With `padding="same"` zeros
# are laid around the border, so that a kernel that moves by one pixel keeps the side.
#
# A network is a chain of layers, and each layer's output has to fit the next one. In a table, for a picture of side $n$
# with $c$ channels (an RGB picture has three). The layer has $f$ outgoing channels, a kernel of $k \times k$ pixels and
# the stride $s$ (how far the kernel jumps), always with that padding:
#
# | layer | side of the output | channels | weights |
# | --- | --- | --- | --- |
# | `Conv2D(f, k, strides=s)` | $n / s$, rounded up | $f$ | $k \cdot k \cdot c \cdot f + f$ |
# | `Conv2DTranspose(f, k, strides=s)` | $n \cdot s$ | $f$ | $k \cdot k \cdot c \cdot f + f$ |
# | `UpSampling2D(2)` | $2n$ | $c$ | none |
# | `Dense(m)` on $j$ numbers | $m$ numbers, no side | | $j \cdot m + m$ |
# | `Reshape`, `Flatten` | the same numbers in the same order, in another shape | | none |
#
# The last $f$ (or $m$) are the biases, one for each outgoing channel. A strided convolution makes a picture smaller, a
# transposed one makes it larger, and otherwise the two are twins (Dumoulin and Visin 2016).
#
# ### Exercise 3.1 · The side after some layers
#
# `steps` is a list such as `[("down", 2), ("up", 2)]`: a convolution with stride 2, then a transposed one. Return the side
# after all of them.


# %% tags=["exercise"] exercise="3.1"
def side_after(side, steps):
    """Return the side of a picture after layers such as [("down", 2), ("up", 2)], all with padding="same"."""
    return ...


# %%
side_after = lesson.check("3.1", side_after)

# %% [markdown]
# **Guess first:** what becomes of 28 pixels that are halved three times and then doubled three times? Your function
# against Keras:


# %%
def keras_side(side, steps):
    """Build the layers and let Keras say the side."""
    x = keras.Input((side, side, 3))
    for way, stride in steps:
        kind = layers.Conv2DTranspose if way == "up" else layers.Conv2D
        x = kind(3, 4, strides=stride, padding="same")(x)
    return x.shape[1]


for side, steps in ((32, [("down", 2)] * 3), (28, [("down", 2)] * 3 + [("up", 2)] * 3)):
    print(
        f"{side} pixels: you say {side_after(side, steps)}, Keras says {keras_side(side, steps)}"
    )
    assert side_after(side, steps) == keras_side(side, steps)

# %% [markdown]
# 28 pixels come back as 32: halving rounds up on the way, and doubling doesn't know it. An autoencoder on such pictures
# stops at its first comparison. It is the reason why sides are powers of two so often.
#
# ### Exercise 3.2 · Count the weights
#
# How many weights has `Conv2DTranspose(64, 4, strides=2)` behind a layer with 128 channels? Type the number.

# %% tags=["exercise"] exercise="3.2"
answer_3_2 = ...  # a whole number

# %%
answer_3_2 = lesson.check("3.2", answer_3_2)

# %% [markdown]
# ## A listing with six bugs
#
# The following program was written for this lesson. Each of its bugs circulates. It shall learn to draw 32x32 colour
# pictures from 64 random numbers.
#
# ```python
# (images, labels), _ = load_pictures()                 # bytes from 0 to 255
# images = images.astype("float32")
# labels = labels / 255
#
# generator = keras.Sequential([
#     layers.Dense(7 * 7 * 128, input_shape=(64,)),
#     layers.Reshape((7, 7, 128)),
#     layers.BatchNormalization(), layers.ReLU(),
#     layers.Conv2DTranspose(64, 4, strides=2, padding="same"),
#     layers.BatchNormalization(), layers.ReLU(),
#     layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh"),
# ])
#
# discriminator = keras.Sequential([
#     layers.Conv2DTranspose(32, 4, strides=2, padding="same", input_shape=(32, 32, 3)),
#     layers.LeakyReLU(alpha=0.2),
#     layers.Conv2DTranspose(64, 4, strides=2, padding="same"),
#     layers.LeakyReLU(alpha=0.2),
#     layers.Flatten(),
#     layers.Dense(1),
# ])
#
# discriminator.compile(optimizer="adam", loss="binary_crossentropy")
# discriminator.trainable = False                       # so that G's turn leaves D alone
# combined = keras.Sequential([generator, discriminator])
# combined.compile(optimizer="adam", loss="binary_crossentropy")
#
# for step in range(10_000):
#     noise = keras.random.normal((32, 64), seed=42)
#     real = images[np.random.randint(0, len(images), 32)]
#     discriminator.train_on_batch(real, np.ones((32, 1)))
#     discriminator.train_on_batch(generator(noise, training=True), np.zeros((32, 1)))
#     combined.train_on_batch(noise, np.ones((32, 1)))
# ```
#
# **Guess first:** how many of the six can you name? Which of them will stop the program? Only one does. (Keras 3 also
# grumbles about two old habits, which we drop in passing: `input_shape=` is now a `keras.Input` of its own, and
# `alpha=` in `LeakyReLU` is now `negative_slope=`.)
#
# *Batch normalisation*, which the listing uses, brings each channel to mean 0 and spread 1 over the batch, then
# multiplies it by one learned number and adds another. When a trained network draws (`training=False`) it uses averages
# kept from the training. That is why `training=` matters: without it, D would be taught on other drawings than those
# through which G learns. *ReLU* keeps what is positive and makes zero of the rest, `LeakyReLU` you know from lesson 02,
# and `tanh` bends any number into the range from -1 to 1.
#
# Now the bugs one by one. Each cell holds a piece of the listing. It runs as it is, and it is wrong. Mend it; the check
# says what is still amiss.
#
# ### Exercise 3.3 · A generator that can't reach 32


# %% tags=["exercise"] exercise="3.3"
def make_generator(latent_dim=64):
    """Build G: latent_dim numbers -> a picture of 32x32 pixels in 3 colours, from -1 to 1."""
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(7 * 7 * 128),
            layers.Reshape((7, 7, 128)),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(64, 4, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh"),
        ]
    )


# %%
make_generator = lesson.check("3.3", make_generator)

# %% [markdown]
# Look at the mended generator layer by layer. **Guess first:** which layer holds the most weights? Keras counts four
# numbers a channel for batch normalisation; two of them are learned, two are averages.


# %%
def shape_table(model):
    """List the layers: what comes out of each, and how many weights it has."""
    rows = [
        (type(layer).__name__, layer.output.shape[1:], layer.count_params())
        for layer in model.layers
    ]
    return pd.DataFrame(rows, columns=["layer", "output", "weights"])


shape_table(make_generator())

# %% [markdown]
# From start to picture the side doubles and the channels get fewer. Most of the *weights* sit where noise becomes a
# small picture with many channels: in `Dense` and, if you start from 4x4, in the first transposed convolution, whose
# weights you have counted.
#
# ### Exercise 3.4 · A discriminator that blows up


# %% tags=["exercise"] exercise="3.4"
def make_discriminator():
    """Build D: a picture of 32x32 pixels in 3 colours -> one raw number, higher for real."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2DTranspose(32, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


# %%
make_discriminator = lesson.check("3.4", make_discriminator)

# %% [markdown]
# The mended one, layer by layer. Compare it with the generator's table, read from below.

# %%
shape_table(make_discriminator())

# %% [markdown]
# It is nearly the generator turned round: the side halves, the channels grow, and one number is left.
#
# ### Exercise 3.5 · Divided by 255, but what?
#
# `images` are bytes from 0 to 255, `labels` say what is on them. Return both as a GAN needs them.


# %% tags=["exercise"] exercise="3.5"
def prepared(images, labels):
    """Return bytes (0 to 255) as the generator draws, from -1 to 1, and the labels as they are."""
    images = images.astype("float32")
    labels = labels / 255
    return images, labels


# %%
prepared = lesson.check("3.5", prepared)

# %% [markdown]
# How bad is it to leave bytes as they are? Here is a "discriminator" without a single weight: it calls a picture real if
# any of its values exceeds 1. **Guess first:** how often is it right?

# %%
as_bytes = np.round(255 * pictures.train).astype("uint8")
as_drawn = np.tanh(np.random.default_rng(1).standard_normal(as_bytes.shape))  # any tanh will do
images, _ = prepared(as_bytes, np.zeros(len(as_bytes), dtype=int))
for name, real in (("left as bytes", as_bytes), ("prepared", images)):
    right = (
        np.mean((real > 1).any(axis=(1, 2, 3))) + np.mean((as_drawn <= 1).all(axis=(1, 2, 3)))
    ) / 2
    print(f"{name:13}: from {real.min():6.2f} to {real.max():6.2f}, right in {right:.0%}")

# %% [markdown]
# 100 % without looking at a part. A real D finds that shortcut in its first rounds, and from then on tells G nothing
# about plates. Prepared, the rule is worth a coin. (The labels were not even used: this GAN doesn't ask what is on a
# picture.)
#
# ### Numbers, or probabilities?
#
# D ends in `Dense(1)`: a raw number from minus to plus infinity, called a *logit*. The loss `binary_crossentropy` is made
# for probabilities from 0 to 1 unless it is told otherwise. What does it do with a raw number? The loss of one real
# picture against D's raw output, three ways:

# %%
raw = ops.linspace(-6.0, 6.0, 241)[:, None]
one = ops.ones_like(raw)
cross_entropy = keras.losses.BinaryCrossentropy
curves = {
    "raw, told so (from_logits=True)": cross_entropy(from_logits=True, reduction=None)(
        one, raw
    ),
    "raw, taken for a probability": cross_entropy(reduction=None)(one, raw),
    "sigmoid taken twice": cross_entropy(from_logits=True, reduction=None)(
        one,
        ops.concatenate([ops.sigmoid(raw)]),  # what stands between hides the first one
    ),
}

# %% [markdown]
# D learns from the slope of this curve. **Guess first:** where is there a slope?

# %%
figure, axes = plots.panels(1, 1, width=7, row_height=2.9)
for (name, values), colour in zip(curves.items(), plots.SERIES, strict=False):
    axes[0, 0].plot(raw[:, 0], values, label=name, color=colour)
axes[0, 0].set(xlabel="raw output of D for a real picture", ylabel="loss")
axes[0, 0].legend(fontsize=8.5)
plots.show(
    figure,
    alt="Loss of a real picture against D's raw output: told that it is raw, the loss falls "
    "smoothly; taken for a probability it is flat at 16 left of 0 and flat at 0 right of 1; "
    "with the sigmoid taken twice it hardly falls and never gets near 0.",
)

# %% [markdown]
# The blue curve pulls wherever D is wrong. The orange one is flat left of 0 and right of 1: **no slope, nothing to
# learn**. An untrained D says about 0, so half the pictures start on the flat. The green one is the opposite mistake: D
# ends in a sigmoid, and the loss applies a second one. Even a perfect D keeps a loss of 0.31 for each real picture and
# of 0.69 for each made one. (Keras 3 on TensorFlow catches this one if the loss sees D's output itself: it warns and
# goes back to the raw number. Anything between the two, such as joining two batches, hides it.)

# %%
flat = curves["raw, taken for a probability"]
assert float(ops.max(flat[:120]) - ops.min(flat[:120])) == 0  # left of 0, to the last digit
assert 0.31 < float(ops.min(curves["sigmoid taken twice"])) < 0.32

# %% [markdown]
# ### Exercise 3.6 · Raw numbers, taken for probabilities


# %% tags=["exercise"] exercise="3.6"
def discriminator_loss(real_output, made_output):
    """Return D's loss from its raw outputs: real pictures should get the label 1, made ones 0."""
    loss = keras.losses.BinaryCrossentropy()
    on_real = loss(ops.ones_like(real_output), real_output)
    on_made = loss(ops.zeros_like(made_output), made_output)
    return on_real + on_made


# %%
discriminator_loss = lesson.check("3.6", discriminator_loss)

# %% [markdown]
# ### The silent trap
#
# The listing compiles D, then sets `trainable = False` for the combined model, in which only G shall learn. In Keras 2
# that was right, for `compile` noted the flag as it stood. Keras 3 looks at it when the model is first trained. **Guess
# first:** by how much do the weights of D move in three steps?

# %%
frozen = make_discriminator()
frozen.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
frozen.trainable = False
before = frozen.get_weights()
losses = [float(frozen.train_on_batch(images[:32], np.ones((32, 1)))) for _ in range(3)]
moved = max(
    np.abs(new - old).max() for new, old in zip(frozen.get_weights(), before, strict=True)
)
print(f"losses {np.round(losses, 3)}, the largest change of a weight: {moved}")
assert moved == 0

# %% [markdown]
# Nothing has moved, not by the last digit, and a warning is all you get: "The model does not have any trainable
# weights". In a notebook that prints a line a second nobody sees it. D stays as it was born, and G learns to please a
# judge who knows nothing. In a trial its loss fell beautifully, from 0.69 to 0.04 in 120 rounds, and its pictures were
# coloured noise.
#
# **Take this with you:** whenever a network "trains", compare its weights before and after.
#
# ### Exercise 3.7 · A discriminator that never learns
#
# The listing's loop as a function. Mend it so that each player learns in its own turn. Two lines are enough.


# %% tags=["exercise"] exercise="3.7"
def play_rounds(generator, discriminator, images, rounds):
    """Let both players learn in turn, D first."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(keras.optimizers.Adam(1e-3, beta_1=0.0), loss)
    discriminator.trainable = False
    combined = keras.Sequential([generator, discriminator])
    combined.compile(keras.optimizers.Adam(1e-3, beta_1=0.0), loss)
    is_real, is_made = np.ones((len(images), 1)), np.zeros((len(images), 1))
    for _ in range(rounds):
        noise = keras.random.normal((len(images), generator.input_shape[-1]))
        discriminator.train_on_batch(images, is_real)
        discriminator.train_on_batch(generator(noise, training=True), is_made)
        combined.train_on_batch(noise, is_real)


# %%
play_rounds = lesson.check("3.7", play_rounds)

# %% [markdown]
# ### Exercise 3.8 · Noise that repeats itself
#
# The last bug. `seeds` is a `keras.random.SeedGenerator`; the listing has a number in its place.


# %% tags=["exercise"] exercise="3.8"
def latents(n, seeds):
    """Draw n vectors of 64 random numbers, new ones at every call."""
    return keras.random.normal((n, 64), seed=42)


# %%
latents = lesson.check("3.8", latents)

# %% [markdown]
# ## The mended players train
#
# All pieces are sound now. What remains is a loop that is fast and hangs on no flag: a `train_step` of our own. Keras
# calls it for each batch inside `fit`, compiled, with progress bar and callbacks for free. D's half of a round:


# %%
def teach_discriminator(generator, discriminator, optimizer, real, noise):
    """Let D learn to tell real from made: one step; return the loss."""
    made = generator(noise, training=True)
    with tf.GradientTape() as tape:
        real_output = discriminator(real, training=True)
        made_output = discriminator(made, training=True)
        loss = discriminator_loss(real_output, made_output)
    weights = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% [markdown]
# The tape records what happens to D's weights; the gradient says how the loss changes with each of them; the optimizer
# moves them, and only those that it is given. No flag anywhere.
#
# ### Exercise 3.9 · G's half of the round
#
# Write G's half. G wants D to take its drawings for real, so the label is 1 (the non-saturating loss of lesson 02,
# $-\log s(D(G(z)))$, with $s$ the logistic function). Call both networks with `training=True`, as in D's half.


# %% tags=["exercise"] exercise="3.9"
def teach_generator(generator, discriminator, optimizer, noise):
    """Let G learn to draw what D takes for real: one step against the non-saturating loss; return the loss."""
    return ...


# %%
teach_generator = lesson.check("3.9", teach_generator)

# %% [markdown]
# Both halves in a model, as small as it gets. Adam has no momentum here (`beta_1=0`): momentum goes on in a direction that
# the opponent has just made wrong.


# %%
class HandMadeGAN(keras.Model):
    """Two players, two optimizers, one round."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.seeds = keras.random.SeedGenerator(settings.SEED)
        self.adam_g = keras.optimizers.Adam(1e-3, beta_1=0.0)
        self.adam_d = keras.optimizers.Adam(1e-3, beta_1=0.0)
        self.built = True
        self.compile()

    def train_step(self, real):
        noise = latents(real.shape[0], self.seeds)
        loss_d = teach_discriminator(
            self.generator, self.discriminator, self.adam_d, real, noise
        )
        loss_g = teach_generator(self.generator, self.discriminator, self.adam_g, noise)
        return {"loss_d": loss_d, "loss_g": loss_g}


# %% [markdown]
# Before it trains we need a measure. The kernel inception distance (KID) compares two sets of pictures by *features*,
# numbers that a network computes of a picture, here a small one with random weights: zero on average for two sets of the
# same kind, and larger the further apart they are (lesson 04 looks into it). We compare with pictures that were held out
# from training, and keep what the untrained G draws.

# %%
held_out = generation.random_features(pictures.held_out)
n_made = len(pictures.held_out)


def kid(made):
    """Distance of pictures in [0, 1] from the held-out real ones."""
    return generation.kernel_inception_distance(held_out, generation.random_features(made))


def drawn_by(generator, n=n_made):
    """Draw pictures in [0, 1], always from the same noise."""
    noise = keras.random.normal((n, 64), seed=1)
    return datasets.from_tanh(np.asarray(generator(noise, training=False)))


hand_made = HandMadeGAN(make_generator(), make_discriminator())
untrained = drawn_by(hand_made.generator)

# %% [markdown]
# (There the fixed seed is right: we want the *same* noise before and after.) Now let it train. It takes ten to thirty
# seconds; the bar shows the losses of the latest round. **Guess first:** will G's loss fall?
#
# One setting of the pipeline is no decoration. `tf.data` tunes itself in a thread of its own, which sleeps twice as long
# each time, and `fit` often waits at its end until that thread wakes: a training of 6.2 seconds on such a pipeline took
# 10.2. There is nothing to tune here, so we switch it off.

# %%
rounds = settings.by_budget(smoke=3, lesson=200, full=3000)
batches = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images), seed=settings.SEED)
batches = batches.repeat().batch(32, drop_remainder=True)
options = tf.data.Options()
options.autotune.enabled = False
batches = batches.with_options(options)
weights_before = hand_made.discriminator.get_weights()
clock = gan.Stopwatch()
hand_made.fit(batches, steps_per_epoch=rounds, shuffle=False, callbacks=[clock])
made = drawn_by(hand_made.generator)

# %% [markdown]
# The losses say little: they tell who is ahead just now, not how good the pictures are. So look, and measure.

# %%
rows = np.concatenate([pictures.held_out[:8], untrained[:8], made[:8]])
titles = ["real"] * 8 + ["untrained"] * 8 + ["made"] * 8
colours = [plots.GOOD_COLOUR] * 8 + [plots.NEUTRAL] * 8 + [plots.DEFECTIVE_COLOUR] * 8
plots.show(
    plots.gallery(rows, titles=titles, colours=colours, columns=8, side=1.1),
    alt="Three rows of pictures: real ones, the grey mush of an untrained generator, and "
    "what the mended generator draws after some seconds: plates, if grainy, where it learned "
    "from plates.",
)

# %% [markdown]
# If you train on plates, a grey mush has become plates within 200 rounds, if grainy. (With photographs you see a first
# stage only, still noise.) The number says the same. "Real" compares training pictures with held-out ones: nothing is
# better than that, but for chance. "Noise" is the baseline at the other end.

# %%
noise = np.random.default_rng(1).uniform(size=made.shape).astype("float32")
distances = {
    "noise": kid(noise),
    "untrained": kid(untrained),
    "made": kid(made),
    "real": kid(pictures.train[:n_made]),
}
for name, value in distances.items():
    print(f"KID of {name:9} {value:6.3f}")

# %% [markdown]
# On plates the distance falls to a tenth or less. And the proof that the trap is gone: each of D's weight arrays has
# moved.

# %%
after = hand_made.discriminator.get_weights()
assert min(np.abs(new - old).max() for new, old in zip(after, weights_before, strict=True)) > 0
plates = "plates" in pictures.title
if settings.budget() != "smoke":
    assert distances["made"] < (0.1 if plates else 0.8) * distances["untrained"]

# %% [markdown]
# > **In the factory.** A vision system that learns can be broken and still run, show a bar and print numbers. Put four
# > checks at its start, and let them stop it: the shapes fit, the values lie in the range that the network expects, every
# > weight array moves in the first rounds, and two draws of noise differ. It costs a second, and four of the six bugs
# > above would not have lived to the first coffee.

# %% [markdown]
# ## The course's GAN, and its moving average
#
# `gan.GAN` is the model that you have just built, grown up. A round in it:
#
# 1. G draws from noise, **once**. The drawing is kept: both players learn from it. (Ours drew twice, once in each half.)
# 2. D learns on real pictures and on the drawing.
# 3. D says how each pixel of the drawing would have to change, and the chain rule carries that on to G's weights.
# 4. A **moving average** of G takes a small step: $\bar\theta \leftarrow \beta \bar\theta + (1 - \beta)\,\theta$, where
#    $\theta$ are G's weights and $\bar\theta$ the averaged ones (Yazıcı et al. 2019). $\beta$ rises from 0.1 in the first
#    round to 0.98 at round 360 and to 0.995 much later, so that a young average soon forgets the untrained G.
#
# The average plays no part in the game. It only follows, and it is what samples and what is saved. We let the same
# networks play in it and keep, every 40 rounds, what G and what its average draw from the same noise. (By default the
# learning rates fall towards the end, which calms G as well. Here they stay, `final_rate=1`, so that the average's
# share can be seen.)

# %%
game = gan.GAN(make_generator(), make_discriminator())
adam_g, adam_d = (keras.optimizers.Adam(1e-3, beta_1=0.0) for _ in range(2))
game.compile(adam_g, adam_d)
game_rounds = settings.by_budget(smoke=3, lesson=360, full=3000)
kept = {
    name: gan.SampleGrid(
        settings.by_budget(smoke=16, lesson=200, full=200), every=40, average=average
    )
    for name, average in (("G itself", False), ("moving average", True))
}
watch = gan.Stopwatch()
callbacks = [*kept.values(), watch, gan.Progress()]
history = game.fit(images, steps=game_rounds, final_rate=1.0, callbacks=callbacks)

# %% [markdown]
# **Guess first:** which of the two swings more?

# %%
paths = {name: [kid(datasets.from_tanh(g)) for g in grid.grids] for name, grid in kept.items()}
figure, axes = plots.panels(1, 1, width=7, row_height=2.7)
for (name, path), colour, marker in zip(paths.items(), plots.SERIES, "os", strict=False):
    axes[0, 0].plot(kept[name].steps[1:], path[1:], marker=marker, color=colour, label=name)
axes[0, 0].set(xlabel="round", ylabel="KID (log scale)", yscale="log")
axes[0, 0].legend()
plots.show(
    figure,
    alt="KID over the rounds, falling for both. The moving average lags behind at first; on "
    "plates it is lower and smoother than G itself at the end.",
)

# %% [markdown]
# While G improves fast the average lags: it shows G as it was a few rounds ago, about a tenth of those played. On
# plates it then passes G and is calmer. (With photographs G is still at its beginning, and the average stays behind.)
# The same noise, drawn by both:

# %%
last = [datasets.from_tanh(grid.grids[-1][:8]) for grid in kept.values()]
plots.show(
    plots.gallery(np.concatenate(last), titles=["G itself"] * 8 + ["average"] * 8, columns=8),
    alt="Eight pictures drawn by G and the same eight drawn by its moving average, which "
    "are smoother and more evenly lit.",
)

# %% [markdown]
# One network more in memory, no time worth mentioning, nothing changed in the game. As the figure take the mean of the
# last three grids, since a single one is a matter of luck. Beside it, what a round took in the two models:

# %%
late = {name: np.mean(path[-3:]) for name, path in paths.items()}
for name, value in late.items():
    print(f"{name:14}: KID {value:.3f}, mean of the last three grids")
print(f"a round: {1000 * clock.seconds / clock.rounds:.0f} ms by hand, ", end="")
print(f"{1000 * watch.seconds / watch.rounds:.0f} ms in gan.GAN, grids included")
if plates and settings.budget() != "smoke":
    assert late["moving average"] < 0.9 * late["G itself"]

# %% [markdown]
# ## Enlarging without a checkerboard
#
# G enlarges by transposed convolutions. Such a layer lays its kernel down at every second pixel, like a stamp, and adds up
# where the prints overlap. Does each pixel get the same number of coats?
#
# ### Exercise 3.10 · Which kernel paints evenly?
#
# The stride is 2. Which kernel covers all pixels (away from the border) equally often?
#
# - **a)** A kernel of 3, because the middle of the kernel lies on the pixel
# - **b)** A kernel of 4, because 4 can be divided by the stride 2
# - **c)** A kernel of 5, because a larger kernel smooths more

# %% tags=["exercise"] exercise="3.10"
answer_3_10 = ...  # a letter in quotation marks, such as "a"

# %%
answer_3_10 = lesson.check("3.10", answer_3_10)

# %% [markdown]
# Count the coats: a picture of ones, a kernel of ones, no bias.


# %%
def coats(kernel):
    """Count how often each pixel is painted when 6x6 pixels are enlarged to 12x12."""
    layer = layers.Conv2DTranspose(
        1, kernel, strides=2, padding="same", use_bias=False, kernel_initializer="ones"
    )
    return np.asarray(layer(np.ones((1, 6, 6, 1), "float32")))[0, :, :, 0]


# %% [markdown]
# **Guess first:** what pattern do kernels of 3, 4 and 5 leave?

# %%
figure, axes = plots.panels(1, 3, width=9, row_height=2.9)
for axis, kernel in zip(axes[0], (3, 4, 5), strict=True):
    axis.imshow(coats(kernel), cmap="Blues", vmin=0, vmax=14)
    for (row, column), count in np.ndenumerate(coats(kernel)):
        axis.text(column, row, f"{count:.0f}", ha="center", va="center", fontsize=7)
    axis.set(title=f"kernel {kernel}, stride 2", xticks=[], yticks=[])
plots.show(
    figure,
    alt="Coats a pixel: kernel 3 gives 1, 2, 2 and 4 in a checkerboard, kernel 4 gives 4 "
    "everywhere but at the border, kernel 5 gives 4, 6, 6 and 9 in a checkerboard.",
)

# %% [markdown]
# With 3 and 5 a checkerboard is built in before anything is learned (Odena et al. 2016). With 4 the coats are even in
# *number*, but four neighbours still get different parts of the kernel, and nothing makes these parts alike. A third
# way resizes first, by repeating each pixel, and convolves afterwards. There every pixel meets the whole kernel.
#
# We build generators that enlarge in one way or the other:


# %%
def enlarger(way, kernel):
    """Build an untrained generator that doubles 4x4 three times."""
    stack = [keras.Input((64,)), layers.Dense(4 * 4 * 128, "relu"), layers.Reshape((4, 4, 128))]
    for width, shape in ((64, "relu"), (32, "relu"), (3, "tanh")):
        if way == "resize":
            convolution = layers.Conv2D(width, kernel, padding="same", activation=shape)
            stack += [layers.UpSampling2D(), convolution]
        else:
            stack += [
                layers.Conv2DTranspose(width, kernel, 2, padding="same", activation=shape)
            ]
    return keras.Sequential(stack)


ways = {
    f"{way}, kernel {kernel}": (way, kernel)
    for way, kernel in (("transposed", 3), ("transposed", 4), ("resize", 3))
}
drafts = {name: [drawn_by(enlarger(*way), 64) for _ in range(5)] for name, way in ways.items()}

# %% [markdown]
# Two pictures of each, from two untrained networks, with the contrast turned up. **Guess first:** which will look clean?

# %%
shown = np.concatenate(
    [pictures_of[net][:1] for pictures_of in drafts.values() for net in (0, 1)]
)
shown = shown - shown.mean(axis=(1, 2, 3), keepdims=True)
shown = np.clip(0.5 + shown / (5 * shown.std(axis=(1, 2, 3), keepdims=True)), 0, 1)
plots.show(
    plots.gallery(shown, titles=[name for name in drafts for _ in (0, 1)], columns=6, side=1.6),
    alt="Pictures of untrained generators: with transposed convolutions, kernel 3 or 4, a "
    "strong pattern repeats with every second pixel; with resizing there are smooth blobs.",
)

# %% [markdown]
# Kernel 4 isn't clean either. To measure it, deal the pixels of a picture into four heaps: even or odd row, even or odd
# column. In a smooth picture the four heaps have the same mean. The measure is the share of a picture's contrast that
# lies between the heaps. **Guess first:** how much of it is left in the two generators that you have trained?


# %%
def board_share(images):
    """Share of the contrast that repeats with every second pixel: 0 none, 1 nothing else."""
    inner = images[:, 4:-4, 4:-4]
    means = [inner[:, row::2, column::2].mean((1, 2)) for row in (0, 1) for column in (0, 1)]
    return float(np.var(means, axis=0).mean() / inner.var(axis=(1, 2)).mean())


boards = {f"{name}, untrained": [*map(board_share, nets)] for name, nets in drafts.items()}
boards["kernel 4, trained above"] = [
    board_share(made),
    board_share(datasets.from_tanh(game.sample(n_made))),
]
boards["real pictures"] = [board_share(pictures.held_out)]

# %% [markdown]
# A dot is a network. The scale is logarithmic, since they differ a thousandfold:

# %%
figure, axes = plots.panels(1, 1, width=7.5, row_height=2.6)
for place, values in enumerate(reversed(boards.values())):
    axes[0, 0].plot(values, [place] * len(values), "o", color=plots.GOOD_COLOUR, alpha=0.6)
axes[0, 0].set_yticks(range(len(boards)), list(reversed(boards)))
axes[0, 0].set(
    xscale="log", xlabel="share of the contrast that is checkerboard", xlim=(1e-4, 1)
)
plots.show(
    figure,
    alt="Share of checkerboard in the contrast: a tenth to a half in untrained generators "
    "with transposed convolutions, kernel 3 or 4; about a thousandth with resizing; under a "
    "hundredth in those trained on plates; least in real plates.",
)

# %% [markdown]
# Resizing starts clean, the other two start with a tenth to a half of their contrast in the pattern, and kernel 4 is no
# better than kernel 3. On plates training then takes nearly all of it away. We repeated the training above five times
# with each way, 200 rounds on plates:
#
# | way | checkerboard after 200 rounds | KID after 200 rounds |
# | --- | --- | --- |
# | transposed, kernel 3 | 0.001 to 0.004 | 0.04 to 0.06 |
# | transposed, kernel 4 | 0.005 to 0.010 | 0.04 to 0.10 |
# | resize, kernel 3 | below 0.001 | 0.28 to 0.48 |
#
# A surprise twice over. Kernel 3, whose coats are so uneven, ends with *less* pattern than kernel 4: G has learned
# against it. And the cleanest pictures are not the nearest to real ones: with these learning rates the resizing
# generator falls behind its D. So take the checkerboard for what it is, a handicap at the start that training has to
# undo. If you see one in your pictures, resize, or train longer. If you don't, leave it.
#
# The course's own generator, `networks.generator`, repeats pixels in every step but the last. That one, for speed,
# computes four times the channels at half the side and unfolds them into 2x2 pixels (Shi et al. 2016). Each of the four
# has its own kernel, as in a transposed convolution, so they are made alike at the start (Aitken et al. 2017). Does it
# start clean?

# %%
course_board = [board_share(drawn_by(networks.generator((32, 32, 3)), 64)) for _ in range(3)]
print("networks.generator, untrained:", *(f"{share:.4f}" for share in course_board))

# %% [markdown]
# Quite clean: at the start the four are one and the same. (With `up="transposed", kernel=3` it is a patient of lesson 04's
# clinic.) The text holds itself to it:

# %%
untrained_boards = [boards[f"{name}, untrained"] for name in ways]
assert min(untrained_boards[0] + untrained_boards[1]) > 10 * max(untrained_boards[2])
assert max(course_board) < 0.02

# %% [markdown]
# ## A discriminator that can't be steep
#
# A D that changes abruptly from real to made is right, and useless: beside the step it is flat, and G gets no hint. One
# remedy bounds how much each layer can stretch a patch. A convolution is a matrix that turns the numbers of a patch
# ($k \cdot k \cdot c$ of them) into $f$ others. Its largest *singular value* $\sigma$ says by how much it stretches the
# one patch that it stretches most. **Spectral normalisation** divides the matrix by it, $W / \sigma(W)$ (Miyato et al.
# 2018): then no patch comes out longer than it went in.
#
# To find $\sigma$, multiply any vector by the matrix and back, again and again. The direction that is stretched most
# wins. It is called *power iteration*. **Guess first:** how many rounds does it take?


# %%
def largest_stretch(matrix, rounds):
    """Find the largest singular value by power iteration."""
    vector = np.random.default_rng(1).standard_normal(matrix.shape[1])
    for _ in range(rounds):
        vector = matrix.T @ (matrix @ vector)
        vector /= np.linalg.norm(vector)
    return np.linalg.norm(matrix @ vector)


# %% [markdown]
# We try it on the second convolution of the D that you have trained. NumPy's exact answer stands beside it.


# %%
def matrices(model):
    """Lay each kernel out as a matrix: a row for every number of a patch, a column a channel."""
    kernels = [np.asarray(weight) for weight in model.weights if weight.name == "kernel"]
    return [kernel.reshape(-1, kernel.shape[-1]) for kernel in kernels]


second = matrices(hand_made.discriminator)[1]
found = {n: largest_stretch(second, n) for n in (1, 3, 10, 30)}
exact = np.linalg.norm(second, 2)
print(
    "  ".join(f"{n} rounds {value:.3f}" for n, value in found.items()), f"  exact {exact:.3f}"
)
assert abs(found[30] / exact - 1) < 0.05

# %% [markdown]
# A few rounds come near, thirty within five per cent: the assert holds them to it. Keras' layer `SpectralNormalization`
# does a single one at each training step and remembers the vector, since the weights change little from step to step.
# (Keras writes the divided kernel back in place of the old one; the paper keeps the old one and divides in passing.)
# `networks.discriminator(..., spectral_norm=True)` wraps every layer in it. Its largest singular values after some
# training calls, beside those of the D that you have trained without:

# %%
limited = networks.discriminator((32, 32, 3), spectral_norm=True)
stretches = {
    "trained, without": [np.linalg.norm(m, 2) for m in matrices(hand_made.discriminator)]
}
calls = 0
for wanted in (0, 1, 10):
    for _ in range(wanted - calls):
        limited(images[:1], training=True)
    calls = wanted
    stretches[f"with, after {wanted} calls"] = [np.linalg.norm(m, 2) for m in matrices(limited)]
pd.DataFrame({name: pd.Series(values) for name, values in stretches.items()}).round(2)

# %% [markdown]
# (A row a layer, from the picture on; `NaN` where one of the two networks has no such layer.) The column "0 calls"
# shows such layers as they are born. Compare the first column: training has raised the stretch of the later layers.
# With spectral normalisation one call is a rough estimate; after ten, each *matrix* stretches a patch by about one, and
# stays there whatever training does. (Patches overlap, so a whole picture can be stretched by up to kernel / stride,
# rounded up: three in the first layer, whose kernel is 5, two in the other convolutions.) `LeakyReLU` stretches
# nothing. So the steepness of the whole chain has a bound that D can't lift. (The other way to the same end is a
# penalty on D's slope, as in lesson 02. Lesson 04's clinic cures a D that is too strong with it, beside fewer steps and
# a lower rate.)

# %%
assert np.abs(np.array(stretches["with, after 10 calls"]) - 1).max() < 0.2

# %% [markdown]
# ## The way back: an encoder
#
# G goes from 64 numbers to a picture. To inspect a part we need the way back as well: which 64 numbers make G draw *this*
# part? A network that answers is an **encoder**, E. Lesson 05 builds detectors on it.
#
# ### Exercise 3.11 · The way back
#
# Build E for 32x32 colour pictures. You may take pieces of the lesson.


# %% tags=["exercise"] exercise="3.11"
def make_encoder(latent_dim=64):
    """Build E: a picture of 32x32 pixels in 3 colours -> latent_dim numbers of either sign."""
    return ...


# %%
make_encoder = lesson.check("3.11", make_encoder)

# %% [markdown]
# The shapes go round in a circle. (What the numbers *mean*, E has to learn first.) Beside it the course's own builders,
# which take pictures from 32 to 256 pixels. They are built within `precision.using()`: it measures once which number
# format your processor trains fastest in, `float32` or the shorter `bfloat16` for the products, and builds the networks
# in that.

# %%
encoder, generator = make_encoder(), hand_made.generator
codes = encoder(images[:4])
print("picture", images[:4].shape, "-> code", codes.shape, "-> picture", generator(codes).shape)
with precision.using():
    course = {
        name: getattr(networks, name)((32, 32, 3))
        for name in ("generator", "discriminator", "encoder")
    }
own = {"generator": generator, "discriminator": hand_made.discriminator, "encoder": encoder}
print(f"this processor trains fastest in {precision.best()}")
for name, network in course.items():
    print(
        f"{name:13} {own[name].count_params():8,} weights here, {network.count_params():8,} in the course"
    )

# %% [markdown]
# ## Recap
#
# - **Shapes**: strides decide the side, $k \cdot k \cdot c \cdot f + f$ the number of weights; the kernel never touches
#   the side.
# - **Three networks**: G doubles from a small start to the picture, D halves to one raw number, E has D's body and as many
#   numbers at its end as G takes.
# - **Six bugs**: a start that doesn't double to the picture, a D that enlarges, the wrong array divided, raw numbers
#   taken for probabilities, a D frozen for good, noise that repeats. One stops the program. The others are found by
#   looking at shapes, ranges, the slope of the loss, two draws of noise, and weights before and after.
# - **`train_step`**: each player has its own tape, optimizer and weights; the course's `GAN` draws once a round and
#   keeps a moving average.
# - **Measured**: the moving average of a trained G is nearer to the real pictures than G itself, resizing starts
#   without a checkerboard, which the others have to unlearn, and spectral normalisation holds each matrix's largest
#   singular value at one.

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# What you have solved so far:

# %%
lesson.progress()

# %% [markdown]
# Next: `04_training.ipynb`, where the players learn from photographs for minutes.

# %% [markdown]
# ## Sources
#
# - Radford, Metz and Chintala 2016, DCGAN: strided and transposed convolutions with batch normalisation,
#   [arXiv:1511.06434](https://arxiv.org/abs/1511.06434).
# - Dumoulin and Visin 2016, the arithmetic of convolutions, [arXiv:1603.07285](https://arxiv.org/abs/1603.07285).
# - Goodfellow et al. 2014, the losses, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661).
# - Yazıcı et al. 2019, the moving average, [arXiv:1806.04498](https://arxiv.org/abs/1806.04498).
# - Odena, Dumoulin and Olah 2016, Deconvolution and checkerboard artifacts,
#   [doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003).
# - Shi et al. 2016, enlarging by unfolding channels, [arXiv:1609.05158](https://arxiv.org/abs/1609.05158); Aitken et
#   al. 2017, how to start it clean, [arXiv:1707.02937](https://arxiv.org/abs/1707.02937).
# - Miyato et al. 2018, spectral normalisation, [arXiv:1802.05957](https://arxiv.org/abs/1802.05957).
# - Bińkowski et al. 2018, KID, [arXiv:1801.01401](https://arxiv.org/abs/1801.01401).
# - Woodham 1980, photometric stereo, [doi:10.1117/12.7972479](https://doi.org/10.1117/12.7972479); Hernández et al. 2007,
#   with coloured lights, [doi:10.1109/ICCV.2007.4408939](https://doi.org/10.1109/ICCV.2007.4408939).
