"""Helper package of the course "GANs for quality control".

One room, one idea; a room imports only rooms before it::

    settings -> parts, decisions, losses, generation -> precision, networks -> datasets -> balance, autoencoders, gan
             -> detectors -> classifier, deploy, checkpoints -> explain -> plots, widgets, lesson
             -> machine, exercises

Importing the package imports none of them, so that it costs nothing: ``gan_helpers.parts`` loads on first use,
TensorFlow only with the rooms that train networks.
"""

from importlib import import_module

__version__ = "0.1.0"

_ROOMS = (
    "autoencoders",
    "balance",
    "checkpoints",
    "classifier",
    "clinic",
    "datasets",
    "decisions",
    "deploy",
    "detectors",
    "exercises",
    "explain",
    "gan",
    "generation",
    "lesson",
    "losses",
    "machine",
    "networks",
    "parts",
    "plots",
    "precision",
    "settings",
    "widgets",
)


def __getattr__(name):
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"gan_helpers has no room {name!r}; its rooms are {', '.join(_ROOMS)}.")


def __dir__():
    return sorted([*globals(), *_ROOMS])
