"""From the raw chunk means of a run to M, χ and critical strains; run files opened for reading."""
