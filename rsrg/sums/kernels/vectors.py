"""Whole vectors of doubles inside a kernel, written for LLVM itself."""

from typing import Any, Self

from llvmlite import ir

from rsrg.sums.compiler import cgutils
from rsrg.sums.kernels.quartics import LANES

TINY_X = 1e-100  # instead of x = 0: nothing beside y and z, and 1/x⁴ does not overflow

VECTOR = ir.VectorType(ir.DoubleType(), LANES)
INDEX = ir.IntType(64)


class Vector:
    """LANES doubles in a register. a + b · c is fused; nothing else is reordered."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder, self.value = builder, value

    @classmethod
    def from_number(cls, builder: Any, number: Any) -> Self:
        """The same double in every lane."""
        one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), number, INDEX(0))
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return cls(builder, builder.shuffle_vector(one, one, lanes))

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.builder, self.builder.fadd(self.value, other.value, flags=("contract",)))

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.builder, self.builder.fsub(self.value, other.value, flags=("contract",)))

    def __mul__(self, other: "Vector") -> "Vector":
        return Vector(self.builder, self.builder.fmul(self.value, other.value, flags=("contract",)))

    def __truediv__(self, other: "Vector") -> "Vector":
        return Vector(self.builder, self.builder.fdiv(self.value, other.value))

    def inverse(self) -> "Vector":
        """1/a of each lane."""
        one = ir.Constant(VECTOR, [1.0] * LANES)
        return Vector(self.builder, self.builder.fdiv(one, self.value))

    def sqrt(self) -> "Vector":
        """√ of each lane."""
        form = ir.FunctionType(VECTOR, [VECTOR])
        root = cgutils.get_or_insert_function(self.builder.module, form, f"llvm.sqrt.v{LANES}f64")
        return Vector(self.builder, self.builder.call(root, [self.value]))

    def or_tiny(self) -> "Vector":
        """TINY_X where a lane is zero, or smaller than it."""
        least, tiny = (ir.Constant(VECTOR, [x] * LANES) for x in (TINY_X**2, TINY_X))
        nothing = self.builder.fcmp_ordered("<", (self * self).value, least)
        return Vector(self.builder, self.builder.select(nothing, tiny, self.value))


class Vectors:
    """Memory as vectors, from an address on."""

    def __init__(self, builder: Any, pointer: Any) -> None:
        self.builder, self.pointer = builder, pointer

    @classmethod
    def from_array(cls, context: Any, builder: Any, kind: Any, array: Any) -> Self:
        """The vectors of a numba array."""
        data = context.make_array(kind)(context, builder, array).data
        return cls(builder, builder.bitcast(data, VECTOR.as_pointer()))

    def at(self, i: Any, size: int) -> "Vectors":
        """The i-th of blocks of so many vectors; i a number in the kernel."""
        return Vectors(self.builder, self._address(self.builder.mul(i, INDEX(size))))

    def _address(self, i: Any) -> Any:
        return self.builder.gep(self.pointer, [i])

    def __getitem__(self, i: int) -> Vector:
        return Vector(self.builder, self.builder.load(self._address(INDEX(i)), align=8))

    def __setitem__(self, i: int, vector: Vector) -> None:
        self.builder.store(vector.value, self._address(INDEX(i)), align=8)


class Registers:
    """Sums in registers, zero to begin with, through the loops that add to them."""

    def __init__(self, builder: Any, count: int) -> None:
        self.builder = builder
        self.places = [cgutils.alloca_once(builder, VECTOR) for _ in range(count)]
        for place in self.places:
            builder.store(ir.Constant(VECTOR, [0.0] * LANES), place)

    def __getitem__(self, i: int) -> Vector:
        return Vector(self.builder, self.builder.load(self.places[i]))

    def __setitem__(self, i: int, vector: Vector) -> None:
        self.builder.store(vector.value, self.places[i])
