"""The arms against imbalance, over seeds: means, ranges, and gains within a seed."""

import pandas as pd

ARM_TITLES = {  # as the benchmark calls them -> as a table does
    "nothing": "nothing",
    "class_weight": "class weights",
    "oversampling": "oversampling",
    "smote": "SMOTE on pixels",
    "classic": "classic augmentation",
    "strong": "DiffAugment with cutout",
    "pasted": "pasted defects",
    "forged": "forged defects, no real one",
    "forged_and_real": "forged and real defects",
    "gan": "defects from the GAN",
    "gan_filter": "GAN plus filter",
    "poor_gan": "defects from a poor GAN",
    "gan_once": "GAN, real ones not repeated",
    "poor_gan_once": "poor GAN, real ones not repeated",
    "pasted_gan": "pasted ones, half from the GAN",
    "pasted_poor_gan": "pasted ones, half from a poor GAN",
    "pasted_repeats": "pasted ones, half repeats of the ten",
    "many_repeats": "200 real ones, repeated",
    "many_pasted": "200 real ones, half pasted",
    "many_gan": "200 real ones, half drawings",
    "many_poor_gan": "200 real ones, half a poor GAN's",
    "many_blind_gan": "200 real ones, half a blind GAN's",
    "many_good": "200 real ones, half good parts",
}


def summed_up(rows, figure="average_precision"):
    """Sum rows of arms up: mean, least and largest of a figure over the seeds.

    Parameters
    ----------
    rows : pandas.DataFrame
        With the columns ``arm``, ``seed`` and the figure's.
    figure : str

    Returns
    -------
    pandas.DataFrame
        Indexed by the arms' names in words, in the order of `ARM_TITLES`: ``mean``, ``least``, ``largest``, ``seeds``.
    """
    groups = rows.groupby("arm")[figure]
    table = pd.DataFrame(
        {"mean": groups.mean(), "least": groups.min(), "largest": groups.max(), "seeds": groups.count()}
    )
    table = table.reindex([arm for arm in ARM_TITLES if arm in table.index])
    return table.rename(index=ARM_TITLES).rename_axis("arm")


def paired_gain(rows, figure="average_precision", against="classic"):
    """Compare every arm with one, seed by seed, since some tens of defective parts teach more than others.

    Parameters
    ----------
    rows : pandas.DataFrame
        As for `summed_up`.
    figure : str
    against : str
        The arm to compare with.

    Returns
    -------
    pandas.DataFrame
        Indexed by the arms' names in words: ``mean`` gain, ``least``, ``largest``, and ``better``, the share of seeds
        in which the arm was ahead.
    """
    wide = rows.pivot_table(index="seed", columns="arm", values=figure)
    gain = wide.sub(wide[against], axis=0).drop(columns=against)
    table = pd.DataFrame(
        {"mean": gain.mean(), "least": gain.min(), "largest": gain.max(), "better": (gain > 0).sum() / gain.count()}
    )
    return table.reindex([arm for arm in ARM_TITLES if arm in table.index]).rename(index=ARM_TITLES).rename_axis("arm")
