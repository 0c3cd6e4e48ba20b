"""Workers in SLURM jobs for `rsrg run|resume|sweep … --scheduler cluster.json`.

    pip install "rsrg[cluster]" dask-jobqueue
    python scripts/slurm_cluster.py cluster.json &      # on the login node, or in a small long job
    rsrg sweep study.yaml --scheduler cluster.json

Adjust the values below to your cluster. `--job-script` prints what would be submitted, and ends.
See docs/howto/clusters.md for why they are what they are.
"""

import argparse
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dask_jobqueue import SLURMCluster

WALLTIME = "04:00:00"  # of each job
LIFETIME, STAGGER = "225m", "10m"  # a worker ends by itself after 215 to 235 minutes
CORES, MEMORY = 32, "64GB"  # of each job
MOST_JOBS = 10

PROLOGUE = [
    # Nodes with different processors: name one that all have, here and where rsrg runs.
    # "export NUMBA_CPU_NAME=x86-64-v3 NUMBA_CPU_FEATURES=+avx2,+bmi,+bmi2,+fma,+lzcnt",
]


def slurm_cluster(scheduler_file: str) -> "SLURMCluster":
    """A scheduler in this process, and one-thread workers, as many as cores, in each job."""
    import dask
    from dask_jobqueue import SLURMCluster

    for page in ("status", "tasks"):  # what the scheduler remembers of tasks, else 10⁵ of them
        dask.config.set({f"distributed.scheduler.dashboard.{page}.task-stream-length": 1000})
    return SLURMCluster(
        cores=CORES,
        processes=CORES,
        memory=MEMORY,
        walltime=WALLTIME,
        job_script_prologue=PROLOGUE,
        worker_extra_args=["--lifetime", LIFETIME, "--lifetime-stagger", STAGGER],
        scheduler_options={"port": 0, "dashboard_address": ":0", "scheduler_file": scheduler_file},
    )


def arguments() -> argparse.Namespace:
    """What the command line asks for; an option that is unknown, or `--help`, submits nothing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scheduler_file", help="file to write for --scheduler: cluster.json")
    parser.add_argument("--job-script", action="store_true", help="print the job, submit none")
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    cluster = slurm_cluster(asked.scheduler_file)
    if asked.job_script:
        print(cluster.job_script())
    else:
        cluster.adapt(minimum_jobs=1, maximum_jobs=MOST_JOBS)  # new jobs for those that end
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    cluster.close()
