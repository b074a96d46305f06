"""Exercises and quiz of lesson 03, and the checks that prove each bug mended."""

import numpy as np

from gan_helpers.exercises.lesson_02 import with_slopes
from gan_helpers.lesson import Exercise, Lesson, Option, Question, all_of, on_cases, within
from gan_helpers.lesson.comparators import STUB, is_stub
from gan_helpers.lesson.distance import difference
from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

import keras  # noqa: E402 - after TensorFlow was silenced
import tensorflow as tf  # noqa: E402
from keras import layers, ops  # noqa: E402


def side_after(side, steps):
    """Return the side of a picture after layers such as [("down", 2), ("up", 2)], all with padding="same"."""
    for way, stride in steps:
        side = side * stride if way == "up" else int(np.ceil(side / stride))
    return side


def make_generator(latent_dim=64):
    """Build G: latent_dim numbers -> a picture of 32x32 pixels in 3 colours, from -1 to 1."""
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(4 * 4 * 128),
            layers.Reshape((4, 4, 128)),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(64, 4, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(32, 4, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh"),
        ]
    )


def make_discriminator():
    """Build D: a picture of 32x32 pixels in 3 colours -> one raw number, higher for real."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(128, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def prepared(images, labels):
    """Return bytes (0 to 255) as the generator draws, from -1 to 1, and the labels as they are."""
    images = images.astype("float32") / 127.5 - 1
    return images, labels


def discriminator_loss(real_output, made_output):
    """Return D's loss from its raw outputs: real pictures should get the label 1, made ones 0."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    on_real = loss(ops.ones_like(real_output), real_output)
    on_made = loss(ops.zeros_like(made_output), made_output)
    return on_real + on_made


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
        discriminator.trainable = True
        discriminator.train_on_batch(images, is_real)
        discriminator.train_on_batch(generator(noise, training=True), is_made)
        discriminator.trainable = False
        combined.train_on_batch(noise, is_real)


def latents(n, seeds):
    """Draw n vectors of 64 random numbers, new ones at every call."""
    return keras.random.normal((n, 64), seed=seeds)


def teach_generator(generator, discriminator, optimizer, noise):
    """Let G learn to draw what D takes for real: one step against the non-saturating loss; return the loss."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        output = discriminator(generator(noise, training=True), training=True)
        generator_loss = loss(ops.ones_like(output), output)
    weights = generator.trainable_variables
    optimizer.apply(tape.gradient(generator_loss, weights), weights)
    return generator_loss


def make_encoder(latent_dim=64):
    """Build E: a picture of 32x32 pixels in 3 colours -> latent_dim numbers of either sign."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(128, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(latent_dim),
        ]
    )


def _seen_of_a_generator(model):
    # noise a hundred times too strong shows whether the last layer keeps the picture in range
    drawn = np.asarray(model(100 * np.random.default_rng(1).standard_normal((8, model.input_shape[-1]))))
    ranges = {"stays between -1 and 1": bool(np.abs(drawn).max() <= 1), "draws below 0 too": bool(drawn.min() < 0)}
    return {"takes": model.input_shape, "draws": model.output_shape} | ranges


def _seen_of_an_encoder(model):
    return {"takes": model.input_shape, "gives": model.output_shape}


def _free_at_the_end(answer, reference):
    """Say whether an encoder's numbers are free in sign and size; asked after its shapes were found right."""
    held = _held_back(np.asarray(answer(64)(1000 * np.random.default_rng(1).standard_normal((8, 32, 32, 3)))))
    if held:
        return f"its code {held}; noise has numbers of either sign and of any size, so no activation at the end"
    return None


def _held_back(numbers):
    # the inputs were a thousand times too strong: what is free has left the range from -1 to 1
    if np.abs(numbers).max() <= 1:
        return "stays within -1 and 1"
    if numbers.min() >= 0:
        return "is never negative"
    return "is never positive" if numbers.max() <= 0 else None


def _judges(answer, reference):
    """Ask a discriminator for one raw number, from features smaller than the picture."""
    if is_stub(answer):
        return STUB
    model = answer()
    if not isinstance(model, keras.Model):
        return "a Keras model is expected; is a `return` missing?"
    if (model.input_shape, model.output_shape) != ((None, 32, 32, 3), (None, 1)):
        asked = "(None, 32, 32, 3) and (None, 1) are asked for"
        return f"it takes {model.input_shape} and gives {model.output_shape}; {asked}"
    sides = [layer.output.shape[1] for layer in model.layers if len(layer.output.shape) == 4]
    if not sides or max(sides) > 32 or sides[-1] > 8:
        way = " to ".join(map(str, dict.fromkeys([32, *sides])))
        return f"its side goes from {way} before the verdict; halve it down to 8 or less, or the last layer gets huge"
    if held := _held_back(_outputs_of_either_sign(model)):
        return f"its output {held}; a raw number may be of either sign and of any size, so no activation at the end"
    return None


def _outputs_of_either_sign(model):
    """Ask a judge for its outputs, and once more with its last kernel negated, which turns round a raw number."""
    images = 1000 * np.random.default_rng(1).standard_normal((16, 32, 32, 3))
    outputs = [np.asarray(model(images))]
    last_kernel = [weight for weight in model.trainable_variables if len(weight.shape) > 1][-1]
    start = ops.convert_to_numpy(last_kernel)
    last_kernel.assign(-start)
    outputs.append(np.asarray(model(images)))
    last_kernel.assign(start)
    return np.concatenate(outputs)


def _right_where_d_is_wrong(answer, reference):
    """Compare two losses where D is sure and wrong: there a logarithm of a probability goes flat."""
    verdict = with_slopes((np.array([[-30.0]], np.float32), np.array([[30.0]], np.float32)))(answer, reference)
    if isinstance(verdict, str):
        return f"where D is sure and wrong (-30 for a real picture, 30 for a made one), {verdict}"
    return verdict


def _both_learn(answer, reference):
    """Let tiny players play: both have to learn, and D in its own turn only."""
    if is_stub(answer):
        return STUB
    keras.utils.set_random_seed(5)
    generator = keras.Sequential([keras.Input((4,)), layers.Dense(12, activation="tanh"), layers.Reshape((2, 2, 3))])
    discriminator = _tiny_discriminator("glorot_uniform")
    before = {"discriminator": discriminator.get_weights(), "generator": generator.get_weights()}
    answer(generator, discriminator, np.full((16, 2, 2, 3), 0.9, np.float32), 3)
    for name, player in (("discriminator", discriminator), ("generator", generator)):
        moved = max(float(np.abs(new - old).max()) for new, old in zip(player.get_weights(), before[name], strict=True))
        if moved == 0:
            return f"after 3 rounds no weight of the {name} has moved, not by the last digit"
    # a generator that can't move and draws what is real: D's two lessons cancel, and only a third one shifts it
    stuck = layers.Dense(12, "relu", kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(-1))
    generator = keras.Sequential([keras.Input((4,)), stuck, layers.Rescaling(1.0, 1.0), layers.Reshape((2, 2, 3))])
    discriminator, same = _tiny_discriminator("zeros"), np.ones((16, 2, 2, 3), np.float32)
    answer(generator, discriminator, same, 40)
    if float(ops.mean(discriminator(same))) > 0.05:
        return "both players learn, but D learns in G's turn as well, where made pictures carry the label of real ones"
    return None


def _tiny_discriminator(start):
    return keras.Sequential([keras.Input((2, 2, 3)), layers.Flatten(), layers.Dense(1, kernel_initializer=start)])


def _draws_anew(answer, reference):
    """Ask for new noise at every call, of the right shape, from the seeds that were given."""
    if is_stub(answer):
        return STUB
    seeds = keras.random.SeedGenerator(7)
    first, second = (np.asarray(answer(500, seeds)) for _ in range(2))
    if first.shape != (500, 64):
        return f"shape {first.shape} instead of (500, 64)"
    if np.array_equal(first, second):
        return "two draws in a row are the same, to the last digit"
    again = np.asarray(answer(500, keras.random.SeedGenerator(7)))
    if not np.array_equal(first, again):
        return "the same seeds give another first draw; a run could not be repeated. Is `seeds` used?"
    if abs(first.mean()) > 0.05 or abs(first.std() - 1) > 0.05:
        return f"mean {first.mean():.2f} and standard deviation {first.std():.2f}; 0 and 1 are asked for"
    return None


def _teaches_the_generator(answer, reference):
    """Compare the weights after one step, from the same start, with those of the reference."""
    if is_stub(answer):
        return STUB
    noise = np.random.default_rng(3).standard_normal((16, 4)).astype(np.float32)
    after = []
    for teach in (answer, reference):
        keras.utils.set_random_seed(5)
        normalised = [layers.Dense(6), layers.BatchNormalization(), layers.Activation("tanh")]
        generator = keras.Sequential([keras.Input((4,)), *normalised])
        discriminator = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(1)])
        start = _weights(generator, discriminator)
        loss = teach(generator, discriminator, keras.optimizers.SGD(0.5), noise)
        if loss is STUB:
            return STUB
        after.append({"loss": loss} | _weights(generator, discriminator))
    yours, expected = after
    if difference(yours["D"], start["D"]) is not None:
        return "the weights of D have moved; in G's turn only `generator.trainable_variables` learn"
    if difference(yours["G"], start["G"]) is None:
        return "the weights of G have not moved; `optimizer.apply(gradients, weights)` moves them"
    if difference(yours["G's moving mean"], start["G's moving mean"]) is None:
        return (
            "G is called as if it had been trained, so its batch normalisation doesn't look at the batch; "
            "call it by `generator(noise, training=True)`"
        )
    if (sentence := difference(yours["loss"], expected["loss"], rtol=1e-4)) is not None:
        return f"the loss: {sentence}"
    if difference(yours["G"], expected["G"], rtol=1e-3, atol=1e-6) is not None:
        return "the loss is right, but the weights of G have moved by other steps than the gradient of that loss"
    return None


def _weights(generator, discriminator):
    learnt = {
        name: [ops.convert_to_numpy(weight) for weight in player.trainable_variables]
        for name, player in (("G", generator), ("D", discriminator))
    }
    return learnt | {"G's moving mean": ops.convert_to_numpy(generator.layers[1].moving_mean)}


BYTES = np.random.default_rng(2).integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
RAW_OUTPUTS = [
    (np.array([[2.0], [-1.0]], np.float32), np.array([[0.5], [-3.0]], np.float32)),
    (np.array([[30.0]], np.float32), np.array([[-30.0]], np.float32)),
]

lesson = Lesson(
    3,
    "Building models",
    exercises=[
        Exercise(
            key="3.1",
            kind="code",
            title="The side after some layers",
            hints=(
                "Go through the steps one by one, and keep the new side for the next step.",
                "Up: `side * stride`. Down: `side / stride`, rounded up; `np.ceil` does that. 33 pixels at stride 2 "
                "need 17 places.",
            ),
            reference=side_after,
            why='With padding="same" neither the kernel nor the number of channels matters, only the stride. Rounding '
            "up is what padding is for: the last, incomplete step still gets its place.",
            compare=on_cases(
                [
                    (32, [("down", 2)]),
                    (32, [("down", 2)] * 3),
                    (4, [("up", 2)] * 3),
                    (33, [("down", 2), ("down", 2)]),
                    (33, [("down", 4)]),
                    (28, [("down", 2), ("up", 2), ("down", 7)]),
                ]
            ),
        ),
        Exercise(
            key="3.2",
            kind="play",
            title="Count the weights",
            hints=(
                "One kernel of 4x4 places for each pair of an incoming and an outgoing channel; and then the biases.",
                "4 · 4 · 128 · 64, and one bias for each of the 64 outgoing channels.",
            ),
            reference=4 * 4 * 128 * 64 + 64,
            why="4 · 4 · 128 · 64 = 131,072 and 64 biases. Neither the side nor the stride is in it: the same kernel "
            "visits every place.",
            compare=within(0),
        ),
        Exercise(
            key="3.3",
            kind="bug",
            title="A generator that can't reach 32",
            hints=(
                'Ask `side_after(7, [("up", 2)] * 2)`. From which start do doublings lead to 32?',
                "4, 8, 16, 32: start with 4x4 and double three times (or with 8x8 and double twice). Dense and Reshape "
                "have to agree on the start.",
            ),
            reference=make_generator,
            why="32 = 4 · 2 · 2 · 2. Seven never gets there: 7, 14, 28, 56. Listings for the 28x28 digits of MNIST "
            "start at 7, and the start was copied along. This bug is a kind one, since it stops the program.",
            compare=on_cases([(64,), (16,)], view=_seen_of_a_generator),
        ),
        Exercise(
            key="3.4",
            kind="bug",
            title="A discriminator that blows up",
            hints=(
                "Which layer enlarges a picture, and which one reduces it?",
                "Strided `layers.Conv2D` halve the side: 32, 16, 8. Two or three of them, then Flatten and Dense.",
            ),
            reference=make_discriminator,
            why="A judge sums up: from 3,072 numbers to one. Strided convolutions halve the side and look at ever "
            "larger regions. Transposed ones spread 32x32 pixels over 128x128, a million weights in the last layer "
            "learn to sum them up again, and each round takes several times as long. It runs, and that is the trouble.",
            compare=_judges,
        ),
        Exercise(
            key="3.5",
            kind="bug",
            title="Divided by 255, but what?",
            hints=(
                "Print the smallest and the largest value of what comes out. In which range does tanh draw?",
                "Bytes / 127.5 run from 0 to 2; subtract 1. A label is a name for a kind: leave it alone.",
            ),
            reference=prepared,
            why="G ends in tanh and draws from -1 to 1. Next to bytes from 0 to 255 its pictures give themselves "
            "away by their size alone: D needs no look at the part, and G gets no hint about it.",
            compare=on_cases([(BYTES, np.array([3, 0, 9])), (BYTES[::-1], np.array([1, 1, 0]))], rtol=1e-4, atol=1e-5),
        ),
        Exercise(
            key="3.6",
            kind="bug",
            title="Raw numbers, taken for probabilities",
            hints=(
                "What does `BinaryCrossentropy` expect if nobody tells it? Look at the flat line in the figure above.",
                "One argument of `BinaryCrossentropy` says that raw outputs (logits) come in.",
            ),
            reference=discriminator_loss,
            why="With `from_logits=True` the loss applies the logistic function itself, in a form that neither "
            "overflows nor goes flat where D is wrong: softplus(-D(x)) for real pictures, softplus(D(G(z))) for made "
            "ones, as in lesson 02.",
            compare=all_of(with_slopes(*RAW_OUTPUTS, rtol=1e-3, atol=1e-4), _right_where_d_is_wrong),
        ),
        Exercise(
            key="3.7",
            kind="bug",
            title="A discriminator that never learns",
            hints=(
                "Keras 3 collects the weights to learn when a model is trained for the first time, not at `compile`. "
                "What is `discriminator.trainable` at that moment?",
                "Set `discriminator.trainable = True` in the loop before D's turn, and `False` again before G's.",
            ),
            reference=play_rounds,
            why="Each of the two models now sees the flag that it needs when it is first trained. It works, and it "
            "hangs on *when* Keras looks. The clean way needs no flag at all: each player has its own optimizer, "
            "which is handed its own weights. That is the `train_step` of the next section.",
            compare=_both_learn,
        ),
        Exercise(
            key="3.8",
            kind="bug",
            title="Noise that repeats itself",
            hints=(
                "Call the function twice and compare. What does a number as `seed` mean to `keras.random.normal`?",
                "Hand on the argument `seeds`: a `SeedGenerator` changes its state with every draw.",
            ),
            reference=latents,
            why="Keras draws without hidden state: the same number, the same noise. A `SeedGenerator` holds a state "
            "that moves on with each draw, and starts the same in each run, so that the run can be repeated. With "
            "the fixed seed, G would have learned 32 pictures by heart and D would have seen no others.",
            compare=_draws_anew,
        ),
        Exercise(
            key="3.9",
            kind="code",
            title="G's half of the round",
            hints=(
                "Follow `teach_discriminator`: what is drawn has to be inside the tape this time, since G's weights "
                "matter. Which label does G wish for?",
                "`output = discriminator(generator(noise, training=True), training=True)`, the loss with "
                "`ops.ones_like(output)` as label, the gradient with respect to `generator.trainable_variables`.",
            ),
            reference=teach_generator,
            why="The gradient runs through D back into G, and D's weights stay where they are, because nobody applies "
            "anything to them. That is all that `trainable = False` was meant to achieve.",
            compare=_teaches_the_generator,
        ),
        Exercise(
            key="3.10",
            kind="think",
            title="Which kernel paints evenly?",
            hints=(
                "In one row, at stride 2: the kernel is laid down at every second pixel. How often is each painted?",
                "Kernel 3: 1, 2, 1, 2, ... In general: when does every pixel get the same number of coats?",
            ),
            options=[
                Option(
                    "A kernel of 3, because the middle of the kernel lies on the pixel",
                    reason="Every second pixel gets two coats and its neighbour one; in two directions 1, 2, 2 and 4.",
                ),
                Option(
                    "A kernel of 4, because 4 can be divided by the stride 2",
                    right=True,
                    reason="Each pixel gets two coats along each direction, four in all. A kernel that the stride "
                    "divides covers evenly; 3 and 5 don't.",
                ),
                Option(
                    "A kernel of 5, because a larger kernel smooths more",
                    reason="It has three coats here and two there: 4, 6, 6 and 9. Softer than 3, but still uneven.",
                ),
            ],
        ),
        Exercise(
            key="3.11",
            kind="code",
            title="The way back",
            hints=(
                "Its body is that of the discriminator. What has to be different at the end?",
                "Three strided `Conv2D` with `LeakyReLU`, `Flatten`, and `Dense(latent_dim)` without activation.",
            ),
            reference=make_encoder,
            why="Body of D, another head: as many numbers as G takes. They have to be free in sign and size, since "
            "noise from a normal law is; so no activation at the end.",
            compare=all_of(on_cases([(64,), (16,)], view=_seen_of_an_encoder), _free_at_the_end),
        ),
    ],
    quiz=[
        Question(
            "A GAN runs for an hour without an error message, and D's loss has not changed. What do you look at first?",
            [
                Option("The learning rate", reason="It may be wrong, but first make sure that anything is learned."),
                Option(
                    "Whether D's weights differ before and after a round",
                    right=True,
                    reason="Two lines of code tell a player that learns slowly from one that doesn't learn at all, "
                    "as after `trainable = False`.",
                ),
                Option("More pictures", reason="No number of pictures teaches a network whose weights don't move."),
            ],
        ),
        Question(
            "From a 4x4 start to a picture of 128x128: how many doublings?",
            [
                Option("4", reason="4, 8, 16, 32, 64: that is one too few."),
                Option("5", right=True, reason="4, 8, 16, 32, 64, 128."),
                Option("32", reason="128 is 32 times 4, and 32 is 2 to the fifth: five doublings."),
            ],
        ),
        Question(
            "Where may a whole number as `seed` be right?",
            [
                Option(
                    "In `train_step`, so that the run can be repeated",
                    reason="Then every round gets the same noise. A `SeedGenerator` repeats the run, not the round.",
                ),
                Option(
                    "Where the same noise is wanted, to compare pictures before and after training",
                    right=True,
                    reason="Same seed, same latent vectors: so one can watch the very same picture improve.",
                ),
                Option("Nowhere", reason="Sometimes the same noise is just what is wanted."),
            ],
        ),
        Question(
            "Why are samples drawn from the moving average of G, and not from G itself?",
            [
                Option(
                    "The two players chase each other, and the average lies nearer to where G circles around",
                    right=True,
                    reason="Each round moves G towards what fools D just now. The average over rounds takes the "
                    "swings out, without any change to the game.",
                ),
                Option("It draws faster", reason="It is a network of the same size; it takes as long."),
                Option("D then learns from better pictures", reason="D learns from what G itself draws."),
            ],
        ),
    ],
)
