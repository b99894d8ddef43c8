"""The project's own rules, where no other tool holds them."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "bot").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_module_fits_on_a_few_screens() -> None:
    """No module is longer than 300 lines."""
    assert [path.name for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []


def test_every_function_fits_on_one_screen() -> None:
    """No function is longer than 40 lines."""
    assert [
        f"{path.name}:{node.name}" for path in MODULES for node in functions(path) if lines(node) > 40
    ] == []


def test_ruff_sees_every_file_that_git_tracks() -> None:
    """No folder has a name that ruff skips by default, as `build/` had."""
    tracked = subprocess.run(  # noqa: S603 - a fixed command
        [shutil.which("git") or "git", "ls-files", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seen = subprocess.run(  # noqa: S603 - a fixed command
        [Path(sys.executable).with_name("ruff"), "check", "--show-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    linted = {str(Path(line).relative_to(ROOT)) for line in seen.stdout.splitlines()}
    assert set(tracked.stdout.split()) - linted == set()


@pytest.mark.parametrize("name", ["accounts.py", "orders.py", "watches.py"])
def test_listeners_are_thin(name: str) -> None:
    """A listener reads, records and acks: at most 15 lines, and no `try`."""
    path = ROOT / "bot" / "slack" / "listeners" / name

    assert [node.name for node in functions(path) if lines(node) > 15] == []
    assert not any(
        isinstance(node, ast.Try) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.name))
def test_every_test_states_its_behaviour(path: Path) -> None:
    """Each test has a docstring with its behaviour."""
    tests = [node for node in functions(path) if node.name.startswith("test_")]

    assert [node.name for node in tests if not ast.get_docstring(node)] == []


def test_no_field_is_changed_by_a_name_in_quotes() -> None:
    """`model_copy(update={"…"})` takes any name, but mypy checks `dataclasses.replace`."""
    copies = re.compile(r"\.model_copy\(\s*update=")

    assert [path.name for path in MODULES if copies.search(path.read_text(encoding="utf-8"))] == []


def test_a_misspelt_field_fails_make_check(tmp_path: Path) -> None:
    """mypy, as it is set up here, refuses a change of a field that a watch does not have, and no other."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        "from dataclasses import replace\n"
        "from bot.watches.models import Watch\n"
        "def told(watch: Watch) -> Watch:\n"
        "    return replace(watch, told_stuck=True)\n"
        "def misspelt(watch: Watch) -> Watch:\n"
        "    return replace(watch, told_stukc=True)\n",
        encoding="utf-8",
    )
    options = ["--config-file", "pyproject.toml", "--cache-dir", str(tmp_path / "cache")]
    said = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-m", "mypy", *options, str(snippet)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 1
    assert "snippet.py:6: error: Unexpected keyword argument" in said.stdout
    assert "Found 1 error" in said.stdout


def test_what_people_read_is_in_the_texts() -> None:
    """No label and no sentence is written where a card is drawn. They are in `bot/slack/text`."""
    drawn = sorted((ROOT / "bot" / "slack" / "render").glob("*.py"))

    assert [f"{path.name}: {text}" for path in drawn for text in _literals(path) if _WORDS.match(text)] == []


_WORDS = re.compile(r"[A-Z][a-z]+(-[a-z]+)?( |$)")  # a label or a sentence begins so


def _literals(path: Path) -> Iterator[str]:
    """The module's strings and parts of strings, without the docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value
