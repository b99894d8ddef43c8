"""A package index in a folder (PEP 503), with a small wheel for each package that a lock names.

The wheels hold only the metadata of the packages that are installed here, so pip resolves as it does with
the real ones. The index also offers a newer release of each package, as a real index does soon after the lock
was made.
"""

import base64
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.version import Version

NEWER = "9999"
_WHEEL = ["Wheel-Version: 1.0", "Generator: tests", "Root-Is-Purelib: true", "Tag: py3-none-any", ""]
_LOCKED = re.compile(
    r"^(?P<name>[\w.-]+)(?P<extras>\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?: ; (?P<marker>.*?))? \\$"
)


@dataclass(frozen=True)
class Locked:
    """A line of a lock."""

    name: str
    extras: str
    version: str
    marker: str

    @property
    def is_for_here(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def locked(lock: Path) -> list[Locked]:
    found = map(_LOCKED.match, lock.read_text(encoding="utf-8").splitlines())
    return [Locked(**{key: text or "" for key, text in each.groupdict().items()}) for each in found if each]


@dataclass(frozen=True)
class Index:
    """`lock` is the project's lock with the hashes of these wheels."""

    url: str
    lock: Path


def make_index(folder: Path, lock: Path) -> Index:
    lines = []
    for each in locked(lock):
        digest = _wheel(folder, each.name, each.version)
        _wheel(folder, each.name, NEWER)
        condition = f" ; {each.marker}" if each.marker else ""
        lines += [f"{each.name}{each.extras}=={each.version}{condition} \\", f"    --hash=sha256:{digest}"]
    copy = folder / lock.name
    copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Index((folder / "simple").as_uri(), copy)


def make_venv(folder: Path) -> Path:
    """A virtual environment without pip. Returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)  # noqa: S603 - a fixed command
    return folder / "bin" / "python"


def run_pip(pip: Path, python: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs pip for this interpreter, without the settings of this machine."""
    return subprocess.run(  # noqa: S603 - a fixed command
        [python, pip, *arguments],
        env={"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def _wheel(folder: Path, name: str, version: str) -> str:
    """Writes a wheel and returns its hash."""
    page = folder / "simple" / re.sub(r"[-_.]+", "-", name).lower()
    page.mkdir(parents=True, exist_ok=True)
    stem = f"{re.sub(r'[-_.]+', '_', name).lower()}-{Version(version)}"
    files = {
        f"{stem}.dist-info/METADATA": _metadata(name, version),
        f"{stem}.dist-info/WHEEL": "\n".join(_WHEEL),
    }
    record = f"{stem}.dist-info/RECORD"
    rows = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in files.items()]
    wheel = page / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in (files | {record: "\n".join([*rows, f"{record},,\n"])}).items():
            archive.writestr(path, text)
    links = "".join(f'<a href="{each.name}">{each.name}</a>\n' for each in sorted(page.glob("*.whl")))
    (page / "index.html").write_text(
        f"<!DOCTYPE html><html><body>\n{links}</body></html>\n", encoding="utf-8"
    )
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _metadata(name: str, version: str) -> str:
    """The requirements of the installed package. None of those for another platform."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    try:
        real = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return "\n".join([*lines, ""])
    extras = [f"Provides-Extra: {extra}" for extra in real.get_all("Provides-Extra") or ()]
    needs = [f"Requires-Dist: {need}" for need in real.get_all("Requires-Dist") or ()]
    return "\n".join([*lines, *extras, *needs, ""])


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
