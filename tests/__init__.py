"""Tests; ``tests/project.py`` has the fictional project."""
