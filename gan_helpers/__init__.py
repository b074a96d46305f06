"""Helper package of the course "GANs for quality control".

One room, one idea; a room imports only rooms before it::

    settings -> parts, decisions, process, losses, generation -> precision, networks -> datasets, measured
             -> balance, autoencoders, gan, tabular, replicas, clinic -> detectors -> classifier, deploy, archive
             -> checkpoints -> explain -> plots, widgets, lesson -> capstone -> machine, exercises

Importing the package imports none of them, so that it costs nothing: ``gan_helpers.parts`` loads on first use,
TensorFlow only with the rooms that train networks.
"""

from importlib import import_module

__version__ = "0.1.0"

_ROOMS = (
    "archive",
    "autoencoders",
    "balance",
    "capstone",
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
    "measured",
    "networks",
    "parts",
    "plots",
    "precision",
    "process",
    "replicas",
    "settings",
    "tabular",
    "widgets",
)


def __getattr__(name):
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"gan_helpers has no room {name!r}; its rooms are {', '.join(_ROOMS)}.")


def __dir__():
    return sorted([*globals(), *_ROOMS])
