"""Unusual rows of a table: a GAN beside four plain methods, on process data and on any other table.

`process_rows` makes a table of production, `unusual_rows` spoils rows in four ways, `breast_tissue` loads a real
medical table. `RowEncoder` turns mixed columns into numbers of one kind, `TableGAN` learns from usual rows, `rivals`
are isolation forest, PCA, nearest neighbours and Mahalanobis distance on the very same numbers, `ranked` lets them all
rank the same rows.

>>> table = tabular.process_rows(2000, seed=1)
>>> encoder = tabular.RowEncoder().fit(table)
>>> gan = tabular.TableGAN(seed=1).fit(encoder.transform(table))
>>> gan.score(encoder.transform(tabular.unusual_rows(table, "dependency", seed=2)))
"""

from gan_helpers.tabular.encoding import RowEncoder
from gan_helpers.tabular.rows import KINDS, SIGNALS, breast_tissue, process_rows, unusual_rows

__all__ = [
    "KINDS",
    "SIGNALS",
    "RowEncoder",
    "TableGAN",
    "breast_tissue",
    "process_rows",
    "ranked",
    "rivals",
    "scorers",
    "unusual_rows",
]


def __getattr__(name):
    if name == "TableGAN":  # needs TensorFlow, which takes seconds to import
        from gan_helpers.tabular.table_gan import TableGAN

        return TableGAN
    if name in ("ranked", "rivals", "scorers"):
        from gan_helpers.tabular import rivalry

        return getattr(rivalry, name)
    raise AttributeError(f"gan_helpers.tabular has no {name!r}; it offers {', '.join(__all__)}.")
