"""Imports run one way only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("warp", "pose", "garment", "flixdrape")
ALLOWED = {
    "warp": set(),
    "pose": set(),
    "garment": {"pose.engine"},
    "flixdrape": {"warp", "pose", "garment"},
}


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_they_may(package):
    for path in (ROOT / package).rglob("*.py"):
        for module in imported_modules(path):
            if module.split(".")[0] not in PACKAGES or module.split(".")[0] == package:
                continue
            allowed = ALLOWED[package]
            assert any(module == name or module.startswith(name + ".") for name in allowed), (
                f"{path.relative_to(ROOT)} imports {module}"
            )


def test_engine_knows_neither_people_nor_garments():
    for path in (ROOT / "pose" / "engine").glob("*.py"):
        for module in imported_modules(path):
            if module.startswith("pose"):
                assert module.startswith("pose.engine"), f"{path.name} imports {module}"
