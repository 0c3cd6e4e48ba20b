"""Saving on file systems that know less, and beside other people: permissions, groups, syncing."""

import errno
import os

import pytest

from rsrg.errors import RunFileError
from rsrg.storage.atomic import Disk, previous, save
from rsrg.storage.trial import try_folder


def test_permissions_and_group_stay(tmp_path):
    path = tmp_path / "run.h5"
    save(path, b"one")
    path.chmod(0o640)
    if os.getuid() == 0:
        os.chown(path, -1, 4)
    group = path.stat().st_gid
    save(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o7777 == 0o640
    assert path.stat().st_gid == group
    assert (tmp_path / "run.h5.prev").stat().st_mode & 0o7777 == 0o640


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EBADF])
def test_folders_that_cannot_be_synced(tmp_path, monkeypatch, number):
    """CIFS and vboxsf refuse to sync a folder; the file itself is synced."""
    fsync = os.fsync

    def refuse(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    save(tmp_path / "run.h5", b"content")
    assert (tmp_path / "run.h5").read_bytes() == b"content"


def test_a_disk_that_fails_is_told(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunFileError, match=r"cannot write the run file .*Input/output error"):
        save(tmp_path / "run.h5", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_entered(command, monkeypatch):
    """One line, whatever looks into it first."""
    from pathlib import Path

    def refused(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "is_dir", refused)
    done = command("report", "secret/run.h5")
    assert (done.returncode, done.stderr) == (1, "rsrg: secret/run.h5: Permission denied\n")


def test_previous_where_a_save_failed_after_it_was_kept(tmp_path, monkeypatch):
    """Both names are one file then; the next save leaves no third."""
    path, replace = tmp_path / "run.h5", Disk.replace
    save(path, b"one")

    def fail(self, source, target):
        if target == path:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace(self, source, target)

    monkeypatch.setattr(Disk, "replace", fail)
    with pytest.raises(RunFileError, match="Input/output error"):
        save(path, b"two")
    monkeypatch.undo()
    assert previous(path).samefile(path)
    save(path, b"two")
    assert (path.read_bytes(), previous(path).read_bytes()) == (b"two", b"one")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run.h5", "run.h5.prev"]


def test_a_copy_that_is_kept_is_synced(tmp_path, monkeypatch):
    """Where the file system has no links, a power cut must not leave an empty `.prev`."""

    def refuse(path, link):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    save(tmp_path / "run.h5", b"one")
    synced, fsync = [], os.fsync

    def note(descriptor):
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115
        fsync(descriptor)

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "fsync", note)
    save(tmp_path / "run.h5", b"two")
    assert any(name.endswith(".prev") for name in synced)
    assert previous(tmp_path / "run.h5").read_bytes() == b"one"


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    assert try_folder(tmp_path / "file").refused == "Not a directory"
