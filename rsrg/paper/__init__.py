"""What the paper shows, computed again: tables, curves, claims. Numbers only, no drawing."""
