"""How sure a choice of lines is, by what the line model itself says of them."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def expected_f1(words: npt.NDArray[np.int64], likely: Floats, kept: npt.NDArray[np.bool_]) -> float:
    """The F1 by words (0 to 1) that lines of `words` words, main text with the likelihood `likely`, come to where those
    `kept` are chosen."""
    right = float((words * likely)[kept].sum())
    chosen, wanted = float(words[kept].sum()), float((words * likely).sum())
    return round(2 * right / (chosen + wanted), 3) if chosen + wanted else 0.0
