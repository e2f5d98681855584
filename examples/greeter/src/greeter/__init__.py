"""Greets people in several languages."""

import importlib.resources
import json
import os
import pkgutil

__version__ = "1.0"


def greetings() -> dict[str, str]:
    """Read beside this file, as most packages do."""
    path = os.path.join(os.path.dirname(__file__), "data", "greetings.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def banner() -> str:
    """Read through pkgutil, the old way that always worked for zip files."""
    data = pkgutil.get_data(__name__, "data/banner.txt")
    assert data is not None
    return data.decode("utf-8").rstrip("\n")


def languages() -> list[str]:
    """Listed through importlib.resources."""
    folder = importlib.resources.files(__name__) / "data"
    return sorted(entry.name for entry in folder.iterdir())
