"""Defects made to order, where real ones are few: `Forger` draws them on photographs of good parts.

>>> forger = Forger(side=64, seed=1)
>>> spoiled, masks = forger.forge(good_images, seed=2)
"""

from gan_helpers.balance.forging import FILLS, Forger
from gan_helpers.balance.shapes import FAMILIES
from gan_helpers.balance.variation import vary

__all__ = ["FAMILIES", "FILLS", "Forger", "vary"]
