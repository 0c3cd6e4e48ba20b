"""Many runs: sweeps, their index and status, merging, pooling of seeds."""
