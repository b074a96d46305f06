"""Exercises and quiz of lesson 07, Overfitting: what is known by heart, when to stop, and what can be left out."""

import numpy as np

from gan_helpers.lesson import Exercise, Lesson, Option, Question, all_of, on_cases, within


def by_heart(learnt, held_out, made):
    """Return how far D's outputs for held-out pictures have gone from those for learnt towards those for made ones."""
    return (np.mean(learnt) - np.mean(held_out)) / (np.mean(learnt) - np.mean(made))


def stop_at(figures, patience):
    """Return the look to keep: the best so far, once so many looks after it were not better."""
    best = 0
    for look in range(1, len(figures)):
        if figures[look] > figures[best]:
            best = look
        elif look - best >= patience:
            break
    return best


def prune(kernel, share):
    """Return the kernel with the given share of its weights, the smallest in size, set to zero."""
    order = np.argsort(np.abs(kernel), axis=None)
    pruned = kernel.copy()
    pruned.flat[order[: int(share * kernel.size)]] = 0
    return pruned


def _left_as_it_was(answer, reference):
    given = KERNEL.copy()
    answer(given, 0.5)
    return None if np.array_equal(given, KERNEL) else "it changes the kernel that it was given; work on a copy"


_RNG = np.random.default_rng(7)
LEARNT, HELD_OUT, MADE = _RNG.normal(2, 1, 40), _RNG.normal(0.5, 1, 25), _RNG.normal(-1.5, 1, 60)
ROUGH = np.array([0.50, 0.62, 0.60, 0.66, 0.64, 0.65, 0.63, 0.71, 0.70])
EVEN = np.array([0.60, 0.60, 0.60, 0.70])  # as good is not better
FALLING = np.array([0.70, 0.68, 0.69, 0.67, 0.66, 0.65])
KERNEL = _RNG.normal(0, 1, (3, 3, 2, 4))

lesson = Lesson(
    7,
    "Overfitting",
    exercises=[
        Exercise(
            key="7.1",
            kind="think",
            title="Two curves that part",
            hints=(
                "Held-out pictures are as real as the learnt ones. What can D know about the one kind only?",
                "Think of a pupil who has seen the exam's questions before.",
            ),
            options=[
                Option(
                    "The held-out pictures are of poorer quality",
                    reason="They come from the same line. With many pictures to learn from, the same held-out ones are "
                    "judged like the others.",
                ),
                Option(
                    "D recognises the pictures that it was shown, instead of what makes a picture real",
                    right=True,
                    reason="Whatever makes a picture real is the same in both. What D knows about the learnt ones "
                    "only is that it has seen them. From there on it teaches G these very pictures.",
                ),
                Option(
                    "G has become better",
                    reason="That would bring the outputs for made ones nearer to the learnt ones. It says nothing "
                    "about held-out ones.",
                ),
            ],
        ),
        Exercise(
            key="7.2",
            kind="code",
            title="How much is known by heart",
            hints=(
                "Three means. How far is it from learnt to made, and how much of that way have the held-out ones gone?",
                "`(learnt - held_out) / (learnt - made)`, each of them a mean.",
            ),
            reference=by_heart,
            why="0 says that D treats a picture it never saw as one that it learns from; 1 says that it takes it for a "
            "forgery. The sizes of D's outputs cancel, so runs with other losses can be compared.",
            compare=on_cases(
                [
                    (LEARNT, HELD_OUT, MADE),
                    (LEARNT, LEARNT, MADE),
                    (LEARNT, MADE, MADE),
                    (10 * LEARNT, 10 * HELD_OUT, 10 * MADE),
                    (LEARNT, MADE, HELD_OUT),  # above 1
                    (HELD_OUT, LEARNT, MADE),  # below 0
                ]
            ),
        ),
        Exercise(
            key="7.3",
            kind="think",
            title="A change that blinds",
            hints=(
                "What is changed at random on good parts is no sign of anything any more.",
                "A stain is a region that is darker than it should be.",
            ),
            options=[
                Option(
                    "Translation: a part that lies elsewhere could be taken for good",
                    reason="On this line parts do lie a little elsewhere, and are good. Moving them by as much as they "
                    "really move tells the truth; farther is another matter, as the next table shows.",
                ),
                Option(
                    "Cutout: grey regions become part of what a good plate looks like",
                    right=True,
                    reason="A region of another grey *is* a stain. A detector that is shown such regions on good parts "
                    "learns to accept them. Change at random only what may change on a good part.",
                ),
                Option(
                    "None: the change is random, so nothing can be learnt from it",
                    reason="That is the trouble. That nothing can be learnt from it is what the detector learns.",
                ),
            ],
        ),
        Exercise(
            key="7.4",
            kind="bug",
            title="A stop that stops in the wrong place",
            hints=(
                "Follow it over 0.50, 0.62, 0.60, 0.66, 0.64, 0.65. Which look is its best one, and which should be?",
                "Compare with `figures[best]`, not with the look before; and return `best`, whose weights were kept, "
                "not the look at which patience ran out.",
            ),
            reference=stop_at,
            why="An exam is noisy: a look that beats the one before it is not yet the best. When patience has run "
            "out the weights of *now* are those that were not good enough; those of the best look are to be kept.",
            compare=on_cases([(ROUGH, 3), (ROUGH, 5), (FALLING, 2), (ROUGH[:1], 3), (ROUGH[::-1], 4), (EVEN, 2)]),
        ),
        Exercise(
            key="7.5",
            kind="code",
            title="The smallest go",
            hints=(
                "How many weights go? `int(share * kernel.size)`. Which? Those whose *absolute* value is smallest.",
                "`np.argsort(np.abs(kernel), axis=None)` gives places in the flat array; a copy's `.flat` takes them.",
            ),
            reference=prune,
            why="A small weight changes its output little. That is no proof that it isn't needed, so a network is "
            "pruned step by step and learns on in between.",
            compare=all_of(
                on_cases([(KERNEL, 0.5), (KERNEL, 0.9), (KERNEL, 0.0), (KERNEL[0, 0], 0.3)]), _left_as_it_was
            ),
        ),
        Exercise(
            key="7.6",
            kind="play",
            title="Half of the zeros",
            hints=(
                "Move the slider until the zeros stand at half of where they end, and read the share of the steps.",
                "One minus the cube root of one half.",
            ),
            reference=1 - 0.5 ** (1 / 3),
            why="The schedule takes away fast while there is much to spare, and slowly towards the end, where "
            "each further weight hurts. Half of the zeros are there after a fifth of the steps.",
            compare=within(0.03),
        ),
    ],
    quiz=[
        Question(
            "A detector was stopped at its best look at the test set. What is wrong with its figure?",
            [
                Option("Nothing, the weights exist", reason="Nobody could have chosen them without the answers."),
                Option(
                    "It counts the luck of that look on these very parts",
                    right=True,
                    reason="Choose by held-out parts with forged defects, and look at the test once.",
                ),
                Option("It is too low", reason="The best of many looks is never below a typical one."),
            ],
        ),
        Question(
            "You set 80 % of the weights to zero. The file is as large as before. Why?",
            [
                Option(
                    "A zero is stored like any other number",
                    right=True,
                    reason="Packed, the file shrinks; a runtime that skips zeros may gain. Taking out whole channels "
                    "makes the network itself smaller.",
                ),
                Option("The pruning has failed", reason="Count the zeros with `deploy.sparsity`: they are there."),
                Option("Biases are not pruned", reason="They are a tiny share of the numbers."),
            ],
        ),
        Question(
            "`model.quantize('int8')` ran without an error. Is your convolutional detector in int8 now?",
            [
                Option(
                    "Yes, or it would have stopped", reason="It skips what it doesn't know; a warning is all you get."
                ),
                Option(
                    "Look: Keras converts dense layers only; the LiteRT export converts convolutions",
                    right=True,
                    reason="`deploy.quantised_layers` lists what a network holds, `deploy.stored_weights` what a file "
                    "holds. What was asked for counts for nothing.",
                ),
                Option("Yes, but slower", reason="Nothing has changed, so nothing has become slower either."),
            ],
        ),
    ],
)
