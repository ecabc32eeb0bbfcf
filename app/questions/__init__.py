"""Questions as people ask them, each answered on a network that computes the numbers of the answer.

A file of this package holds `QUESTIONS`, the questions about one subject. Adding one is one entry in its list.
"""

from typing import Any

from . import cells, gradient, layers, practice, time
from .base import Question

__all__ = ["QUESTIONS", "Question", "questions_as_json"]

QUESTIONS: dict[str, Question] = {
    question.id: question for subject in (gradient, time, cells, layers, practice) for question in subject.QUESTIONS
}


def questions_as_json() -> list[dict[str, Any]]:
    """All questions, as the page reads them."""
    return [question.as_json() for question in QUESTIONS.values()]
