"""The config's materials: glasses of the paper's Table I by name, or others by their numbers."""

import difflib
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rsrg.config.base import ConfigModel, Finite, quantity
from rsrg.config.on_resume import OnResume
from rsrg.config.quantities import si_value
from rsrg.physics.materials import GLASSES, Material

GlassName = Literal[tuple(GLASSES)]  # type: ignore[valid-type]


class MaterialSpec(ConfigModel):
    """A glass of the paper's Table I by name, or another one by c_l and c_t, or by alpha."""

    name: str | None = Field(
        None,
        title="the name of the glass; one of Table I alone gives its sound velocities",
        description="a name",
    )
    alpha: Finite | None = Field(
        None,
        gt=0.25,
        lt=1.0,
        title="α itself, all that the flow depends on",
        description="a number between 0.25 and 1 (1 − c_t²/c_l²)",
    )
    c_l: Annotated[str, quantity("meter/second")] | None = Field(
        None,
        title="longitudinal sound velocity",
        description="a velocity with its unit, such as '5.9 km/s'",
    )
    c_t: Annotated[str, quantity("meter/second")] | None = Field(
        None,
        title="transverse sound velocity",
        description="a velocity with its unit, such as '3.7 km/s'",
    )
    density: Annotated[str, quantity("kilogram/meter**3")] | None = Field(
        None,
        title="mass density ρ; with c_t it gives the unit of χ, ρc_t², in GPa below the table",
        description="a density with its unit, such as '2.2 g/cm3'",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = {k for k in ("alpha", "c_l", "c_t") if getattr(self, k) is not None}
        if given == {"c_l", "c_t"} or given == {"alpha"}:
            if given != {"alpha"}:
                _check_velocities(self.c_l, self.c_t)
        elif given:
            raise ValueError("must give either `alpha`, or both `c_l` and `c_t`")
        elif self.name not in GLASSES:
            known = {name.lower(): name for name in GLASSES}
            close = difflib.get_close_matches((self.name or "").lower(), known, n=1)
            others = f"they are {', '.join(GLASSES)}"
            hint = f"did you mean {known[close[0]]}?" if close else others
            raise ValueError(
                f"must name a glass of Table I ({hint}), or give `c_l` and `c_t`, or `alpha`"
            )
        elif self.density is not None:
            raise ValueError("must give `c_l` and `c_t`, or `alpha`, where `density` is given")
        return self

    def material(self) -> Material:
        """The glass with its numbers in SI units."""
        density = si_value(self.density, "kilogram/meter**3") if self.density else None
        if self.alpha is not None:
            return Material(self.name or f"alpha={self.alpha:g}", self.alpha, density=density)
        if self.c_l is None or self.c_t is None:
            return GLASSES[str(self.name)]
        c_l, c_t = (si_value(c, "meter/second") for c in (self.c_l, self.c_t))
        name = self.name or f"c_l={self.c_l} c_t={self.c_t}"
        return Material.from_velocities(name, c_l, c_t, density)


def _check_velocities(c_l: str | None, c_t: str | None) -> None:
    alpha = 1.0 - (si_value(c_t, "meter/second") / si_value(c_l, "meter/second")) ** 2
    if not 0.25 < alpha < 1.0:
        raise ValueError(f"must have 0.25 < 1 − c_t²/c_l² < 1, a stable medium; it is {alpha:.4g}")


MaterialsInput = Literal["all"] | list[GlassName | MaterialSpec]  # type: ignore[valid-type]


def as_specs(value: Any) -> Any:
    """`all`, or a list of names and mappings, as a list of mappings."""
    if value == "all":
        value = list(GLASSES)
    if isinstance(value, list):
        return tuple({"name": v} if isinstance(v, str) else v for v in value)
    return value


Materials = Annotated[
    tuple[MaterialSpec, ...],
    BeforeValidator(as_specs, json_schema_input_type=MaterialsInput),
    Field(min_length=1, max_length=1000),
    OnResume("can only gain", show=lambda spec: str(spec.material().name)),
]


def require_distinct(materials: tuple[MaterialSpec, ...]) -> None:
    """Raise ValueError where two glasses have one name."""
    names = [m.material().name for m in materials]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"`materials` must have distinct names; {name!r} stands twice")
