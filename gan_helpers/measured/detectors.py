"""Detectors, over seeds: a row a method, mean and range."""

import pandas as pd

from gan_helpers.datasets.solar import REFERENCE_CUT
from gan_helpers.measured.rows import shipped_rows

DATA_SETS = ("parts", "solar", "solar_poly")
METHODS = {  # as the benchmark calls them -> as a table does
    "mean_brightness": "mean brightness",
    "pca": "PCA",
    "pca_max": "PCA, local maximum",
    "nearest_neighbour": "nearest neighbour",
    "autoencoder_l2": "autoencoder",
    "autoencoder_ssim": "autoencoder, SSIM",
    "vae": "VAE",
    "patch_random": "patch k-NN, random features",
    "patch_discriminator": "patch k-NN, features of D",
    "patch_imagenet": "patch k-NN, ImageNet features",
    "anogan": "AnoGAN",
    "f_anogan": "f-AnoGAN",
    "ganomaly": "GANomaly",
    "repair_gan": "repair GAN",
    "repair_reversed": "repair GAN, good parts reversed",
    "repair_pair": "pair of repair GANs, both orders",
    "repair_as_they_are": "repair GAN, learnt without mirror",
    "repair_longer": "repair GAN, learnt without mirror, 3 x as long",
    "repair_no_mirror": "repair GAN, one look",
    "repair_no_forging": "repair GAN, one look, without forged defects",
    "repair_no_opponent": "repair GAN, one look, without opponent",
    "repair_no_average": "repair GAN, one look, without moving average",
    "repair_no_cross_fit": "repair GAN, one look, all parts for both networks",
}
SAME = ["method", "size", "budget"]  # runs that differ in the seed only


def detector_rows(name):
    """Read the rows of a data set, a row a run: method, seed, figures with intervals, minutes, milliseconds.

    Parameters
    ----------
    name : {"parts", "solar", "solar_poly"}
        The second holds monocrystalline cells, the third polycrystalline ones. Of solar cells only the runs on the
        course's own cut.

    Returns
    -------
    pandas.DataFrame
        With the benchmark's own columns.

    Raises
    ------
    FileNotFoundError
        If they aren't there; the message names the command that makes them.
    ValueError
        If there is no such data set, or the file holds no row.
    """
    if name not in DATA_SETS:
        raise ValueError(f"There is no benchmark of {name!r}; choose one of {', '.join(DATA_SETS)}.")
    rows = shipped_rows(name)
    if "cut" in rows:
        rows = rows[rows["cut"].isna() | (rows["cut"] == REFERENCE_CUT)]
    return rows.reset_index(drop=True)


def detector_table(rows, methods=METHODS):
    """Sum rows up: one row for each method, size and budget, in the order of `METHODS`.

    Parameters
    ----------
    rows : pandas.DataFrame
        As `detector_rows` gives them.
    methods : iterable of str
        Which of them.

    Returns
    -------
    pandas.DataFrame
        Indexed by the method's name in words, with its side and its budget where these are not the usual ones (the
        least side of all rows, and ``full``): ``side``, ``budget``, ``seeds``, ``AUROC`` (mean over seeds), ``least``
        and ``largest`` over seeds, ``low`` and ``high`` (ends of the 95 % bootstrap interval over test parts, averaged
        over seeds), ``TPR at 5 %``, ``AUPRO`` (NaN where no masks are known), ``chosen on test`` (AUROC of the best of
        about twenty looks at the test set; NaN where there are none), ``minutes`` of training, ``ms`` for one part.
    """
    lines, usual = [], rows["size"].min()
    known = [method for method in METHODS if method in set(methods)]
    for method in known:
        for (_, size, budget), same in rows[rows["method"] == method].groupby(SAME):
            mean = same.reindex(columns=_AVERAGED).mean()
            title = METHODS[method] + (f", {size} pixels" if size != usual else "")
            title += f", budget {budget}" if budget != "full" else ""
            lines.append(
                {"method": title, "side": size, "budget": budget, "seeds": len(same)}
                | {heading: mean[column] for column, heading in _AVERAGED.items()}
                | {"least": same["auroc"].min(), "largest": same["auroc"].max()}
            )
    columns = ["side", "budget", "seeds", "AUROC", "least", "largest", "low", "high"]
    columns += [heading for heading in _AVERAGED.values() if heading not in columns]
    return pd.DataFrame(lines, columns=["method", *columns]).set_index("method")


_AVERAGED = {
    "auroc": "AUROC",
    "auroc_low": "low",
    "auroc_high": "high",
    "tpr_at_5_fpr": "TPR at 5 %",
    "aupro": "AUPRO",
    "auroc_chosen_on_test": "chosen on test",
    "minutes": "minutes",
    "one_ms": "ms",
}
