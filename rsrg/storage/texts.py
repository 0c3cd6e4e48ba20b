"""Texts in run files: strings in UTF-8, all of a dataset of one length.

Strings of fixed length lie in the dataset itself, as numbers do; those of ASCII letters alone say
so, as Octave reads no others. A table of names that an axis lists is stored as numbers with flags,
as Octave reads no tables of texts. Run files of schema version 1 have
strings of variable length, which lie in heaps elsewhere in the file; they can still be read
(see `string_heap` for what is checked before).
"""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

NO_FLAG = -1  # the number of no name at all
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
    letters = "ascii" if all(text.isascii() for text in encoded) else "utf-8"
    return np.array(encoded, dtype=h5py.string_dtype(letters, length)).reshape(array.shape)


def has_flags(values: np.ndarray) -> bool:
    """Whether values are a table of texts, stored as numbers with flags: none of several words."""
    return values.dtype.kind in "UO" and values.ndim > 1 and not any(" " in t for t in values.flat)


def flags(texts: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """The numbers of texts, NO_FLAG for "", and the attributes of CF that say what they mean."""
    names = sorted({*texts.flat} - {""})
    numbers = {"": NO_FLAG, **{name: i for i, name in enumerate(names)}}
    values = np.array([numbers[text] for text in texts.flat], dtype=np.int32).reshape(texts.shape)
    known = np.arange(NO_FLAG, len(names), dtype=np.int32)
    return values, {"flag_values": known, "flag_meanings": " ".join(("none", *names))}


def flag_texts(values: np.ndarray, attributes: Mapping[str, Any]) -> np.ndarray:
    """The texts that numbers with flags mean; "" where there is none."""
    meanings = dict(
        zip(attributes["flag_values"].tolist(), attributes["flag_meanings"].split(), strict=True)
    )
    meanings[NO_FLAG] = ""
    texts = [meanings[value] for value in values.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(values.shape)


def is_text(dtype: np.dtype) -> bool:
    """Whether a dataset of this type holds texts, of fixed or variable length."""
    return h5py.check_string_dtype(dtype) is not None


def has_variable_length(dtype: np.dtype) -> bool:
    """Whether a dataset of this type holds texts that lie in heaps elsewhere in the file."""
    info = h5py.check_string_dtype(dtype)
    return info is not None and info.length is None
