"""Exercises and quiz of lesson 00."""

import numpy as np

from gan_helpers.lesson import Exercise, Lesson, Option, Question, on_cases


def rejected(scores, threshold):
    """Say which parts are rejected: those whose score is above the threshold."""
    return scores > threshold


lesson = Lesson(
    0,
    "Start here",
    exercises=[
        Exercise(
            key="0.1",
            kind="code",
            title="A verdict",
            hints=(
                "NumPy compares a whole array with one number in one go.",
                "A part exactly at the threshold is still accepted: is that `>` or `>=`?",
            ),
            reference=rejected,
            why="A score exactly at the threshold is accepted. The threshold is the strangest score that we still "
            "tolerate, so only what lies above it is rejected.",
            compare=on_cases(
                [
                    (np.array([0.1, 0.9, 0.4]), 0.5),
                    (np.array([0.2, 0.5, 0.7]), 0.5),
                    (np.array([1.0, 2.0]), 3.0),
                ]
            ),
        ),
        Exercise(
            key="0.2",
            kind="think",
            title="What a p-value says",
            hints=(
                "Which parts is the score compared with when the p-value is computed?",
                "No defective part took part in the comparison, so nothing can be said about how likely a defect is.",
            ),
            options=[
                Option(
                    "The cell is good with a probability of 2 %",
                    reason="That depends on how many cells are defective at all, which the p-value doesn't know.",
                ),
                Option(
                    "Of 100 good cells, about 2 look at least as strange as this one",
                    right=True,
                    reason="The p-value compares this cell with good cells that the detector had never seen. It is the "
                    "share of them that look at least as strange, the cell itself counted in.",
                ),
                Option(
                    "The detector is wrong about 2 % of all cells",
                    reason="That would be an error rate over all parts, good and bad. It can't be read off one cell.",
                ),
            ],
        ),
    ],
    quiz=[
        Question(
            "The GAN has never seen a broken solar cell. How can it find one?",
            [
                Option(
                    "It has learned what good cells look like, and can't redraw what it has never seen",
                    right=True,
                    reason="What it can't redraw stays as a residue, and the residue is the suspicion.",
                ),
                Option(
                    "Broken cells were mixed into its training without labels",
                    reason="It was trained on good cells only. That is the point: in a good plant bad ones are rare.",
                ),
                Option(
                    "It compares every cell with a list of known defects",
                    reason="A list of defects finds only the defects on the list. This detector has no list.",
                ),
            ],
        ),
        Question(
            "A detector has an AUROC of 0.5. What is it worth?",
            [
                Option("It finds half of the defects", reason="AUROC is no share of defects; it judges a ranking."),
                Option(
                    "As much as a coin",
                    right=True,
                    reason="AUROC is the chance that a defective part scores higher than a good one. A coin has 0.5.",
                ),
                Option("It rejects half of the good parts", reason="It rejects nothing yet: no threshold was set."),
            ],
        ),
        Question(
            "In the figure, a plain method has a higher AUROC than the GAN. What do you do with it?",
            [
                Option(
                    "Leave it out, because this course is about GANs",
                    reason="Then you would install the worse inspector, and not even know it.",
                ),
                Option(
                    "Keep it in the figure, with its interval",
                    right=True,
                    reason="A clever method has to beat the plain one on the same parts. Where it doesn't, take the "
                    "plain one, and ask why.",
                ),
                Option("Train the GAN until it wins here", reason="That is choosing on test parts: it flatters."),
            ],
        ),
    ],
)
