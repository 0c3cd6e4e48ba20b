"""The one array type of the project: double precision."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
