"""Which of many numbers lie in an interval, a whole vector at a time, by a table.

What the comparison of LANES numbers makes, a bit for each, is the row of a table that lists those
lanes, one after another. All of it is stored, and the next vector overwrites what lies behind.
Nothing is checked here.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from rsrg.physics.arrays import Array
from rsrg.sums.compiler import cgutils, intrinsic, types
from rsrg.sums.jit import inlined
from rsrg.sums.kernels.quartics import LANES
from rsrg.sums.kernels.vectors import INDEX, Vector, Vectors

INDICES = ir.VectorType(ir.IntType(32), LANES)


def lane_table() -> NDArray[np.uint32]:
    """The lanes whose bits are set in 0, 1, … 2^LANES − 1, and zeros behind, flat."""
    table = np.zeros((2**LANES, LANES), np.uint32)
    for bits, row in enumerate(table):
        lanes = [lane for lane in range(LANES) if bits >> lane & 1]
        row[: len(lanes)] = lanes
    return table.ravel()


TABLE = lane_table()


def bits_between(vector: Vector, low: Vector, high: Vector) -> Any:
    """A number whose bits say which lanes are > low and ≤ high."""
    builder = vector.builder
    above = builder.fcmp_ordered(">", vector.value, low.value)
    within = builder.fcmp_ordered("<=", vector.value, high.value)
    bits = builder.bitcast(builder.and_(above, within), ir.IntType(LANES))
    return builder.zext(bits, INDEX)


def count_bits(builder: Any, number: Any) -> Any:
    """How many bits of a number are set."""
    form = ir.FunctionType(INDEX, [INDEX])
    return builder.call(
        cgutils.get_or_insert_function(builder.module, form, "llvm.ctpop.i64"), [number]
    )


def index_vectors(context: Any, builder: Any, kind: Any, array: Any, first: Any) -> Any:
    """The address of vectors of indices in a numba array, from one element on."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [first]), INDICES.as_pointer())


@intrinsic
def append_between(
    typing: Any, numbers: Any, size: Any, low: Any, high: Any, table: Any, out: Any, start: Any
) -> Any:
    """`select_between` with the table as an argument."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        vectors = Vectors.from_array(context, builder, kinds[0], arguments[0])
        ends = [Vector.from_number(builder, arguments[i]) for i in (2, 3)]
        rows = index_vectors(context, builder, kinds[4], arguments[4], INDEX(0))
        count = cgutils.alloca_once_value(builder, arguments[6])
        zeros = ir.Constant(INDICES, [0] * LANES)
        steps = builder.udiv(arguments[1], INDEX(LANES))
        with cgutils.for_range(builder, steps, intp=INDEX) as loop:
            bits = bits_between(vectors.at(loop.index, 1)[0], *ends)
            lanes = builder.load(builder.gep(rows, [bits]), align=4)
            first = builder.trunc(builder.mul(loop.index, INDEX(LANES)), ir.IntType(32))
            one = builder.insert_element(ir.Constant(INDICES, ir.Undefined), first, INDEX(0))
            indices = builder.add(lanes, builder.shuffle_vector(one, one, zeros))
            done = builder.load(count)
            place = index_vectors(context, builder, kinds[5], arguments[5], done)
            builder.store(indices, place, align=4)
            builder.store(builder.add(done, count_bits(builder, bits)), count)
        return builder.load(count)

    integer, number = types.int64, types.float64
    return integer(numbers, integer, number, number, table, out, integer), emit


@inlined
def select_between(
    numbers: Array, size: int, low: float, high: float, out: NDArray[np.uint32], start: int
) -> int:
    """Write the indices of the first numbers that are > low and ≤ high to out[start:], rising.

    Returns where they end. size: how many numbers, whole vectors. out reaches LANES farther than
    the last index.
    """
    return append_between(numbers, size, low, high, TABLE, out, start)
