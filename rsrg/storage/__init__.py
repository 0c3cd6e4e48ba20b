"""Run files: their layout, checksum, atomic writes and lock. Knows no config."""
