"""Run files: their layout, seal, atomic writes and lock. Knows no config."""
