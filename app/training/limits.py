"""Every limit of what may be asked for, each once: configuration, commands and files take them from here."""

from ..engine import MOST_LAYERS
from ..tasks import MAX_LENGTH as MAX_LENGTH  # timesteps
from ..tasks import MAX_NAMES as MAX_NAMES  # inputs, outputs, classes or columns
from ..tensorheader import MAX_TENSORS as MAX_TENSORS  # of a file

# A configuration.
MAX_UNITS = 256
MAX_LAYERS = MOST_LAYERS
MAX_EMBEDDING = 64
MAX_BATCH = 256
MAX_LAG = MAX_LENGTH - 1
MAX_GAIN = 1e20
MAX_STD = 1e6
MAX_FORGET_BIAS = 100
MAX_SEED = 2**32 - 1

# What is asked of a run.
MAX_EDIT = 1e6  # of a weight or an input, either sign
MAX_EDITS = 5000  # entries of the shown sequence
MAX_PROBE = 2**31 - 1
MAX_SAMPLES = 100  # compared entries of a parameter

# Files.
MAX_UNPACKED_BYTES = 2**25  # arrays of an archive
MAX_MISSING = 100  # cells that may be said to stand for gaps
MAX_REMOVED = 1000  # characters that may be left out of a file
MAX_FILE_NAME = 100  # characters of it that are kept
MAX_COUNT = 2**52  # as many updates again stay whole numbers wherever JSON is read, that is, up to 2^53
MAX_WORDS_BYTES = 2**20  # what is said about how a series was read,
MAX_SAID = 4 * MAX_NAMES  # and of each kind so many
