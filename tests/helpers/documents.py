"""The documents of the project, and the code and tables in their Markdown."""

from __future__ import annotations

import re

from helpers.source_tree import PROJECT


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str = "") -> list[str]:
    """Return the fenced blocks of a Markdown text, of one language or of all."""
    return re.findall(rf"^```{language or '[a-z]*'}\n(.*?)^```$", text, re.M | re.S)


def fragments(text: str) -> list[str]:
    """Return what a Markdown text sets as code: lines of blocks, and code within a line."""
    lines = [line.strip() for block in blocks(text) for line in block.splitlines()]
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    lines += [line.strip() for line in re.findall(r"^ {4}(.+)$", rest, re.M)]
    return [*lines, *re.findall(r"`([^`]+)`", rest)]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every Markdown table."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
