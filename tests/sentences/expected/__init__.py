"""What each sentence of the page should say, computed from the record alone and by other means than the page's."""

from . import headline, inspector, lanes, stage, views
from .registry import EXPECTED
from .seen import Seen

__all__ = ["EXPECTED", "Seen", "headline", "inspector", "lanes", "stage", "views"]
