"""Texts in run files: strings in UTF-8, all of a dataset of one length.

Strings of fixed length lie in the dataset itself, as numbers do. Run files of schema version 1 have
strings of variable length, which lie in heaps elsewhere in the file; they can still be read
(see `string_heap` for what is checked before).
"""

from typing import Any

import h5py
import numpy as np

MIN_BYTES = 2  # xarray takes strings of one byte for the single characters of longer texts
ATTRIBUTES = {"_Encoding": "utf-8"}  # by which xarray knows that these bytes are texts


def fixed_length_texts(texts: Any) -> np.ndarray:
    """An array of texts as strings of fixed length, as long as the longest one in UTF-8.

    texts: an array or list of str. HDF5 fills strings up with the character NUL, so one at the end
    of a text would be lost: each NUL is stored as its symbol ␀. A byte of a file name that is no
    UTF-8 is stored as its escape sequence.
    """
    array = np.asarray(texts, dtype=object)
    encoded = [
        str(text).replace("\0", "␀").encode("utf-8", errors="backslashreplace")
        for text in array.ravel()
    ]
    length = max([MIN_BYTES, *map(len, encoded)])
    return np.array(encoded, dtype=h5py.string_dtype("utf-8", length)).reshape(array.shape)


def is_text(dtype: np.dtype) -> bool:
    """Whether a dataset of this type holds texts, of fixed or variable length."""
    return h5py.check_string_dtype(dtype) is not None


def has_variable_length(dtype: np.dtype) -> bool:
    """Whether a dataset of this type holds texts that lie in heaps elsewhere in the file."""
    info = h5py.check_string_dtype(dtype)
    return info is not None and info.length is None
