"""How much memory a process may use: the least of machine, control group and shell."""

import resource

import pytest

from rsrg.physics.errors import PhysicsError
from rsrg.sums import control_group, limits
from rsrg.sums.limits import memory_limit, refuse_beyond_memory

GIB = 2**30


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """groups(own, files): the control groups of this process, and files in their folders."""
    monkeypatch.setattr(control_group, "ROOT", tmp_path)
    monkeypatch.setattr(control_group, "SELF", tmp_path / "own")
    monkeypatch.setattr(limits.resource, "getrlimit", lambda what: (resource.RLIM_INFINITY,) * 2)
    monkeypatch.setattr(limits.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**22}.get)

    def make(own, files):
        (tmp_path / "own").write_text(own)
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)

    return make


@pytest.mark.parametrize(
    ("own", "files", "least", "words"),
    [
        ("", {}, 16 * GIB, "this machine has"),
        ("0::/job\n", {"job/memory.max": "max\n"}, 16 * GIB, "this machine has"),
        ("0::/job\n", {"job/memory.max": f"{GIB}\n"}, GIB, "the job's control group allows"),
        # a limit of a group above counts too
        (
            "0::/a/b\n", {"a/memory.max": f"{GIB}\n", "a/b/memory.max": "max\n"}, GIB,
            "the job's control group allows",
        ),
        (
            "5:cpu:/x\n4:memory:/slurm/job_1\n",
            {"memory/slurm/job_1/memory.limit_in_bytes": f"{2 * GIB}"}, 2 * GIB,
            "the job's control group allows",
        ),
        # version 1 without a limit says a number beyond all memory
        (
            "4:memory:/\n", {"memory/memory.limit_in_bytes": "9223372036854771712"}, 16 * GIB,
            "this machine has",
        ),
    ],
)  # fmt: skip
def test_least(groups, own, files, least, words):
    groups(own, files)
    limit = memory_limit()
    assert (limit.bytes, limit.words) == (least, words)


def test_address_space(groups, monkeypatch):
    groups("", {})
    monkeypatch.setattr(limits.resource, "getrlimit", lambda what: (GIB, GIB))
    assert str(memory_limit()) == "`ulimit -v` allows 1.07 GB"


def test_refusal_names_what_limits(groups):
    groups("0::/job\n", {"job/memory.max": f"{GIB}\n"})
    refuse_beyond_memory("a sum", 0.5 * GIB, 1.0)
    with pytest.raises(PhysicsError, match=r"need 2.15 GB of memory, and the job's control group"):
        refuse_beyond_memory("a sum", 2 * GIB, 1.0)


def test_of_this_machine():
    """What the system says here is positive, and no more than its physical memory."""
    limit = memory_limit()
    assert limit is not None
    assert limit.bytes > 0
