"""A trained GAN on disk: a folder with two networks and a description, no executable code."""

import json
from pathlib import Path

FORMAT = 1
DESCRIPTION, GENERATOR, DISCRIMINATOR = "gan.json", "generator.keras", "discriminator.keras"


def save(gan, folder):
    """Write the moving average of G, D and the description; see `GAN.save`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    gan.average.save(folder / GENERATOR)
    gan.discriminator.save(folder / DISCRIMINATOR)
    description = {"format": FORMAT, "settings": gan.describe(), "steps": int(gan.step)}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def load(folder):
    """Read a GAN that `GAN.save` wrote: to sample from, or to train on with new optimizers.

    Returns
    -------
    GAN or ConditionalGAN

    Raises
    ------
    FileNotFoundError, ValueError
        If the folder holds none, or one that is damaged or of a later version.
    """
    import keras

    from gan_helpers.gan.conditional import ConditionalGAN
    from gan_helpers.gan.model import GAN

    folder = Path(folder)
    if not (folder / DESCRIPTION).is_file():
        raise FileNotFoundError(f"{folder} holds no GAN ({DESCRIPTION} is missing); write one with gan.save(folder).")
    try:
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        version, settings, steps = description["format"], description["settings"], description["steps"]
    except (json.JSONDecodeError, KeyError, TypeError) as problem:
        raise ValueError(f"{folder / DESCRIPTION} is damaged ({problem}); save the GAN again.") from problem
    if version > FORMAT:
        raise ValueError(f"{folder} was written by a later version of the course; update gan_helpers.")
    networks = [
        keras.saving.load_model(folder / name, compile=False, safe_mode=True) for name in (GENERATOR, DISCRIMINATOR)
    ]
    networks[0].trainable = True  # the moving average stands still while another G learns; here it is G
    gan = (ConditionalGAN if "kind_names" in settings else GAN)(*networks, **settings)
    gan.step.assign(steps)
    return gan
