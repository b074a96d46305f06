"""Defects made to order, and few real ones put to use.

`Forger` draws defects on photographs of good parts, `paste_defects` moves real ones to other parts, `vary` and
`diff_augment` change what must not matter. `arms` turns ten defective parts into training sets, `sort_made` and
`worth_of_made` judge what a generator drew.

>>> forger = Forger(side=64, seed=1)
>>> spoiled, masks = forger.forge(good_images, seed=2)
"""

from gan_helpers.balance.arms import ARMS, TrainingSet, mirror_and_vary, with_made
from gan_helpers.balance.diff_augment import POLICY, diff_augment
from gan_helpers.balance.filtering import MadeParts, sort_made, worth_of_made
from gan_helpers.balance.forging import FILLS, Forger
from gan_helpers.balance.pasting import paste_defects
from gan_helpers.balance.shapes import FAMILIES
from gan_helpers.balance.variation import vary

__all__ = [
    "ARMS",
    "FAMILIES",
    "FILLS",
    "POLICY",
    "Forger",
    "MadeParts",
    "TrainingSet",
    "diff_augment",
    "mirror_and_vary",
    "paste_defects",
    "sort_made",
    "vary",
    "with_made",
    "worth_of_made",
]
