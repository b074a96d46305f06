"""What all interactive pieces share in the browser: the box, its colours by day and by night, small helpers."""

from pathlib import Path

FOLDER = Path(__file__).parent


def styled(name):
    """Return the style sheet of a widget, with the common one before it."""
    return _joined("theme.css", f"{name}.css")


def scripted(name):
    """Return the script of a widget, with the common helpers before it."""
    return _joined("common.js", f"{name}.js")


def _joined(*names):
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
