"""The config: read from YAML, checked against its schema, and what a resume may change of it."""
