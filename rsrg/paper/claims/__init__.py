"""Every quantitative claim of the paper, with the numbers that decide it."""
