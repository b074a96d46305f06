"""Exercises and quiz of lesson 08."""

import numpy as np
from scipy.optimize import brentq

from gan_helpers import parts
from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases, within


def occlusion_map(score, image, baseline, patch):
    """Return how far the score falls where a square of the baseline covers the part; float (h, w)."""
    falls = np.zeros(image.shape[:2])
    whole = score(image[None])[0]
    for y in range(0, image.shape[0], patch):
        for x in range(0, image.shape[1], patch):
            covered = image.copy()
            covered[y : y + patch, x : x + patch] = baseline[y : y + patch, x : x + patch]
            falls[y : y + patch, x : x + patch] = whole - score(covered[None])[0]
    return falls


def deletion_area(score, image, importance, baseline):
    """Return the area under the deletion curve: places give way to the baseline, the most important first."""
    order = np.argsort(-importance.ravel())
    scores = [score(image[None])[0]]
    left = image.copy()
    for place in np.array_split(order, 8):
        y, x = np.unravel_index(place, importance.shape)
        left[y, x] = baseline[y, x]
        scores.append(score(left[None])[0])
    return np.trapezoid(scores, dx=1 / 8)


def shapley_of_two(nothing, first, second, both):
    """Return the shares of two settings, from the value of each set of them that is known."""
    share_of_first = ((first - nothing) + (both - second)) / 2
    share_of_second = ((second - nothing) + (both - first)) / 2
    return share_of_first, share_of_second


def odds_at(wear):
    """Return the odds of a defect at so much tool wear (mm), all else as usual."""
    table = {name: knob.usual for name, knob in parts.SETTINGS.items()} | {"tool_wear": wear}
    good = parts.defect_probabilities(table)[parts.GOOD].iloc[0]
    return (1 - good) / good


_RNG = np.random.default_rng(8)
_WEIGHTS = _RNG.normal(size=(8, 8, 1))
_IMAGE, _OTHER, _BASELINE = _RNG.random((3, 8, 8, 1))


def weighted(images):
    """Score by a weighted sum of the pixels."""
    return (images * _WEIGHTS).sum(axis=(1, 2, 3))


def largest(images):
    """Score by the brightest pixel."""
    return images.max(axis=(1, 2, 3))


_IMPORTANCE = (_WEIGHTS * (_IMAGE - _BASELINE))[..., 0]

lesson = Lesson(
    8,
    "Explanations",
    exercises=[
        Exercise(
            key="8.1",
            kind="code",
            title="Cover and look",
            hints=(
                "Copy the image in every round, or the squares that you covered before stay covered.",
                "Inside the two loops: `covered = image.copy()`, put the baseline's square into it, and keep "
                "`whole - score(covered[None])[0]` at that square.",
            ),
            reference=occlusion_map,
            why="The fall of the score is what the square contributed, compared with the baseline. A positive fall "
            "says: what stands here raised the score.",
            compare=on_cases(
                [
                    (weighted, _IMAGE, _BASELINE, 4),
                    (weighted, _OTHER, np.zeros_like(_OTHER), 2),
                    (largest, _IMAGE, np.zeros_like(_IMAGE), 4),
                ]
            ),
        ),
        Exercise(
            key="8.2",
            kind="think",
            title="A grey square on a good part",
            hints=(
                "What has the detector learnt to look for?",
                "Has any good part a flat grey square with sharp edges?",
            ),
            options=[
                Option(
                    "It stays: grey is neutral and says nothing",
                    reason="Grey is neutral for the eye. For the detector it is a place that looks like no good part.",
                ),
                Option(
                    "It falls: less of the part is left to be suspicious",
                    reason="That would hold if the detector added up suspicion over the part and grey had none.",
                ),
                Option(
                    "It rises: the square is a defect itself",
                    right=True,
                    reason="The detector compares with good parts, and none has such a square. So covering a *good* "
                    "place makes the score rise, and an explanation by grey mixes up two things.",
                ),
            ],
        ),
        Exercise(
            key="8.3",
            kind="bug",
            title="A deletion curve that flatters bad maps",
            hints=(
                "Print `importance.ravel()[order[:3]]` for a map that you know. Which places go first?",
                "`np.argsort` sorts from the smallest on. Sort the negative importance.",
            ),
            reference=deletion_area,
            why="Deletion takes the most important places first, so a good map has a *small* area. In the wrong order "
            "a good map gets the area that a bad one deserves, and the two figures still look plausible.",
            compare=on_cases(
                [
                    (weighted, _IMAGE, _IMPORTANCE, _BASELINE),
                    (weighted, _IMAGE, -_IMPORTANCE, _BASELINE),
                    (largest, _IMAGE, _IMAGE[..., 0], np.zeros_like(_IMAGE)),
                ]
            ),
        ),
        Exercise(
            key="8.4",
            kind="think",
            title="A map that survives",
            hints=(
                "The random network has learnt nothing. What can its explanation know?",
                "What do both networks have in common, if not what was learnt? The picture.",
            ),
            options=[
                Option(
                    "The explanation is robust: it doesn't depend on details of the training",
                    reason="Here nothing of the training is left. What doesn't depend on it can't tell about it.",
                ),
                Option(
                    "The map shows the picture, not what the network has learnt",
                    right=True,
                    reason="Two networks, one of them ignorant, and one map: it can only come from the picture. An "
                    "edge filter does the same, and nobody would call that an explanation.",
                ),
                Option(
                    "The network has learnt nothing",
                    reason="That one can tell from its score on test parts. The check is about the explanation.",
                ),
            ],
        ),
        Exercise(
            key="8.5",
            kind="code",
            title="Shapley by hand",
            hints=(
                "There are two orders: first then second, or second then first. What does each setting add in each?",
                "The first adds `first - nothing` if it comes first and `both - second` if it comes last; average.",
            ),
            reference=shapley_of_two,
            why="Each share is the mean over the two orders, and together they are `both - nothing`, always. When the "
            "two act together, so that both is more than the sum, each gets half of what they do together.",
            compare=on_cases([(0.0, 1.0, 3.0, 4.0), (0.0, 0.0, 0.0, 1.0), (-3.5, -3.0, -3.4, -1.0)]),
        ),
        Exercise(
            key="8.6",
            kind="play",
            title="When to change the tool",
            hints=(
                "Try a few values of the wear: the odds rise slowly at first and fast towards the end.",
                "It lies between 0.25 and 0.35 mm.",
            ),
            reference=round(float(brentq(lambda wear: odds_at(wear) - 2 * odds_at(0.2), 0.2, 0.4)), 3),
            why="The log-odds of five kinds of defect rise with the wear, and faster the more the tool is worn: a tool "
            "changed there costs less than the parts that it would spoil. Lesson 09 finds the price of both.",
            compare=within(0.006),
        ),
    ],
    quiz=[
        Question(
            "A map finds the defect in 95 % of the parts, better than SHAP. What does that show?",
            [
                Option(
                    "It explains the model better than SHAP",
                    reason="Finding defects and telling what the model looked at are two things. A map could find "
                    "every defect without looking at the model at all.",
                ),
                Option(
                    "It tells the operator better where to look",
                    right=True,
                    reason="That is what a true mask can judge. Whether the map is true to the model is for deletion, "
                    "insertion and the sanity check to say.",
                ),
                Option(
                    "SHAP computes wrong values",
                    reason="SHAP may be right about a model that looks elsewhere, or at many places a little.",
                ),
            ],
        ),
        Question(
            "In the data of a year, pressure never moved. What will SHAP say about it?",
            [
                Option(
                    "That pressure doesn't matter for the defect rate",
                    reason="Pressure explains nothing *in these data*. Whether it matters was never tried.",
                ),
                Option(
                    "Next to nothing, and that is no statement about the line",
                    right=True,
                    reason="What was never moved can't show its effect. A designed experiment moves it.",
                ),
                Option(
                    "Its true effect, since the model knows the line",
                    reason="The model knows the data, and in them there is only one pressure.",
                ),
            ],
        ),
        Question(
            "Why is each figure of a map shown beside random, centre and edge?",
            [
                Option(
                    "They are the state of the art",
                    reason="They look at no model at all, which is why they are there.",
                ),
                Option(
                    "A map that does no better than they do has explained nothing",
                    right=True,
                    reason="Defects are often in the middle, and edges are often defects. That much is free.",
                ),
            ],
        ),
    ],
)
