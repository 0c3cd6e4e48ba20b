"""Pair sums Q_abcd = Σ n_a n_b n_c n_d / r³: the only floor with compiled code."""
