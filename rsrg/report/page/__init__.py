"""The HTML page of a run or a study: whether to trust it, and what it says."""
