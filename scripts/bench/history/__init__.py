"""What asv measures of every commit: times of rsrg over those of a yardstick measured in turn."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # for the peers; asv finds this package alone
