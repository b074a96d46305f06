"""What an exercise and a quiz question are made of."""

import inspect
import numbers
import string
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gan_helpers.lesson.comparators import STUB, choice, is_stub, told

KINDS = {"code": "Code", "think": "Think", "play": "Play", "bug": "Find the bug"}


@dataclass(frozen=True)
class Option:
    """One option of a question: its text, whether it is right, and the reason, shown to whoever picks it."""

    text: str
    right: bool = False
    reason: str = ""

    def __post_init__(self):
        if not self.reason:
            raise ValueError(f"The option {self.text!r} has no reason; say why it is right or wrong.")


@dataclass(frozen=True)
class Question:
    """One question of a quiz; exactly one of its options is right."""

    text: str
    options: list

    def __post_init__(self):
        right_letter(lettered(self.options), f"The question {self.text!r}")


@dataclass(kw_only=True)
class Exercise:
    """One exercise: what is asked for, two hints, a comparator and the solution with its reason.

    Parameters
    ----------
    key : str
        Lesson and exercise number, ``"1.2"``.
    kind : {"code", "think", "play", "bug"}
        ``code`` and ``bug`` ask for a function, ``think`` for a letter, ``play`` for a number.
    title : str
        As in the notebook's heading.
    hints : pair of str
        The first says where to look, the second nearly says it.
    reference : function or number
        The answer. A function keeps the name that it has in the notebook; its source is the solution. Not
        given for ``think``, where it is the letter of the right option.
    why : str
        The reason, shown with the solution and a right answer; for ``think`` the right option's by default.
    compare : comparator
        See `gan_helpers.lesson.comparators`; for ``think`` a `choice` between the options by default.
    options : list of Option
        For ``think`` only; lettered a, b, c in their order.
    """

    key: str
    kind: str
    title: str
    hints: tuple[str, str]
    reference: Any = None
    why: str = ""
    compare: Callable | None = None
    options: Any = ()

    def __post_init__(self):
        whose = f"Exercise {self.key}"
        if self.kind not in KINDS:
            raise ValueError(f"{whose} is of kind {self.kind!r}; choose one of {', '.join(KINDS)}.")
        if isinstance(self.hints, str) or len(self.hints) != 2 or not all(self.hints):
            raise ValueError(f"{whose} needs exactly two hints.")
        if self.kind == "think":
            self.options = lettered(self.options)
            self.reference = right_letter(self.options, whose)
            self.why = self.why or self.options[self.reference].reason
            self.compare = self.compare or choice(self.options)
        elif self.kind == "play":
            if not isinstance(self.reference, numbers.Real):
                raise ValueError(f"{whose} is played; its reference is a number.")
        elif not inspect.isfunction(self.reference) or self.reference.__name__ == "<lambda>":
            raise ValueError(f"{whose} asks for code; its reference is a function made by `def`.")
        if not self.why:
            raise ValueError(f"{whose} has no reason; fill in `why`.")
        if self.compare is None:
            raise ValueError(f"{whose} has no comparator; fill in `compare`, for instance by `on_cases`.")

    @property
    def name(self):
        """Return the answer's name in the notebook: the function's own, or ``answer_1_2``."""
        if inspect.isfunction(self.reference):
            return self.reference.__name__
        return f"answer_{self.key.replace('.', '_')}"

    @property
    def solution(self):
        """Return the source that solves the exercise."""
        if inspect.isfunction(self.reference):
            return textwrap.dedent(inspect.getsource(self.reference)).rstrip("\n")
        value = f'"{self.reference}"' if isinstance(self.reference, str) else repr(self.reference)
        return f"{self.name} = {value}"

    def judge(self, answer):
        """Say None for a right answer, ``...`` for a stub, otherwise how far off the answer is."""
        try:
            return self.compare(answer, self.reference)
        except Exception as error:  # a lesson's own comparator may not foresee every answer
            return STUB if is_stub(answer) else told(error, answer)

    def stand_in(self):
        """Return the reference, so marked that checking it again doesn't count as the learner's answer."""
        if inspect.isfunction(self.reference):
            return self.reference
        kind = type(self.reference)
        return type(kind.__name__, (_StandIn, kind), {})(self.reference)

    def stands_in(self, answer):
        """Say whether an answer is the reference that `stand_in` has handed out, not the learner's own."""
        return isinstance(answer, _StandIn) or (inspect.isfunction(answer) and answer is self.reference)


class _StandIn:
    """Mark of a letter or number that `Lesson.check` handed back in place of the learner's."""


def lettered(options):
    """Give options their letters: a, b, c in their order."""
    return dict(zip(string.ascii_lowercase, options, strict=False))


def right_letter(options, whose):
    """Return the letter of the right option; ValueError unless it is exactly one of at least two."""
    right = [letter for letter, option in options.items() if option.right]
    if len(options) < 2 or len(right) != 1:
        raise ValueError(f"{whose} needs two or more options, exactly one of them right; it has {len(right)} right.")
    return right[0]
