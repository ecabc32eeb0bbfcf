"""What each sentence of the page should say, computed from the record alone and by other means than the page's."""

from . import fold, headline, inspector, lanes, spread, stage, uses, views, watched
from .registry import EXPECTED
from .seen import Seen

__all__ = ["EXPECTED", "Seen", "fold", "headline", "inspector", "lanes", "spread", "stage", "uses", "views", "watched"]
