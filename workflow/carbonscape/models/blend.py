"""Blend: the mean of other models, made from what each of them predicted; nothing is trained."""

from __future__ import annotations

from carbonscape.models.entry import Entry

ENTRY = Entry(kind="blend", label="Blend", role="beyond", yearly=True)
