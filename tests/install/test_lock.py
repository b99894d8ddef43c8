"""The lock is complete: what it names is installed, whatever an index offers later."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pip
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.install.local_index import NEWER, Index, locked, make_index, make_venv, run_pip

ROOT = Path(__file__).parents[2]
LOCKS = {  # with the extras that each has
    "requirements.txt": [],
    "requirements-postgres.txt": ["postgres"],
    "requirements-pictures.txt": ["pictures"],
    "requirements-dev.txt": ["postgres", "pictures"],
}
# The pip of Debian 12, and the newest on the day of the test. The one of this machine needs no download.
PIPS = ["own", *(pytest.param(each, marks=pytest.mark.registry) for each in ("pip==23.0", "pip"))]


@pytest.fixture(scope="module", params=LOCKS)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return make_index(tmp_path_factory.mktemp("index"), ROOT / str(request.param))


@pytest.fixture(scope="module", params=PIPS)
def pip_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pip of this version, apart from all other packages."""
    folder = tmp_path_factory.mktemp("pip")
    if request.param == "own":
        shutil.copytree(pip.__path__[0], folder / "pip")
    else:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            folder,
            request.param,
        ]
        subprocess.run([*command, "--target", folder], check=True)  # noqa: S603 - a fixed command
    return folder / "pip"


def flags_of_make() -> list[str]:
    """The flags of `pip install` in the Makefile."""
    found = re.search(r"pip install (--.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert found
    return found[1].split()


def installed(pip_folder: Path, python: Path) -> dict[str, str]:
    site = next((python.parents[1] / "lib").glob("python3*/site-packages"))
    listed = json.loads(run_pip(pip_folder, python, "list", "--format=json", "--path", site).stdout)
    return {canonicalize_name(each["name"]): each["version"] for each in listed}


def named(index: Index) -> dict[str, str]:
    """What the lock names for this platform."""
    return {canonicalize_name(each.name): each.version for each in locked(index.lock) if each.is_for_here}


def test_what_the_lock_names_is_installed(index: Index, pip_folder: Path, tmp_path: Path) -> None:
    """With newer releases in the index, pip installs the locked ones."""
    python = make_venv(tmp_path / "venv")

    ran = run_pip(pip_folder, python, "install", *flags_of_make(), "--index-url", index.url, "-r", index.lock)

    assert ran.returncode == 0, ran.stderr
    assert installed(pip_folder, python) == named(index)


@pytest.mark.parametrize("index", ["requirements.txt"], indirect=True)
def test_a_host_without_the_flags_installs_the_same(index: Index, pip_folder: Path, tmp_path: Path) -> None:
    """`pip install -r requirements.txt`, as hosts with a Procfile do it, installs the locked releases too."""
    python = make_venv(tmp_path / "venv")

    ran = run_pip(pip_folder, python, "install", "--index-url", index.url, "-r", index.lock)

    assert ran.returncode == 0, ran.stderr
    assert installed(pip_folder, python) == named(index)


def test_the_lock_is_complete(index: Index, pip_folder: Path, tmp_path: Path) -> None:
    """Every requirement of an installed package is installed, without a look-up in an index."""
    python = make_venv(tmp_path / "venv")
    run_pip(pip_folder, python, "install", *flags_of_make(), "--index-url", index.url, "-r", index.lock)

    checked = run_pip(pip_folder, python, "check")

    assert (checked.returncode, checked.stdout.strip()) == (0, "No broken requirements found.")


def test_the_index_offers_newer_ones(index: Index, pip_folder: Path, tmp_path: Path) -> None:
    """Without the lock pip takes the newer release, so the tests above prove something."""
    python = make_venv(tmp_path / "venv")

    ran = run_pip(pip_folder, python, "install", "--no-deps", "--index-url", index.url, "httpx")

    assert f"httpx-{NEWER}" in ran.stdout


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_follows_the_project(lock: str) -> None:
    """Each dependency in pyproject.toml is in the lock, at a version that it admits."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"]]
    for extra in LOCKS[lock]:
        asked += project["project"]["optional-dependencies"][extra]
    if lock == "requirements-dev.txt":
        asked += project["dependency-groups"]["dev"]
    versions = {canonicalize_name(each.name): each.version for each in locked(ROOT / lock)}

    assert [
        each
        for each in map(Requirement, asked)
        if not each.specifier.contains(versions.get(canonicalize_name(each.name), "0"))
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_url(lock: str) -> None:
    """The person who installs a package chooses its index."""
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")
