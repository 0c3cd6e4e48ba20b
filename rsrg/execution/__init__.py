"""One run from start to end: engine, workloads, executors, stopping, plan."""
