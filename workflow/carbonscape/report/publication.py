"""What a person says of a published run: title, creators, licence, and how it is cited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from carbonscape.core.errors import ConfigError


@dataclass(frozen=True)
class Publication:
    """What a person says of what is published.

    Attributes:
        title: of the data set.
        description: what it holds.
        creators: persons, each ``name`` ("Family, Given") and perhaps ``orcid`` and
            ``affiliation``.
        license: identifier of SPDX, for the data.
        version: of carbonscape.
        doi: of the data set, without the address before it; none for none.
    """

    title: str
    description: str
    creators: Sequence[Mapping[str, str]]
    license: str
    version: str
    doi: str | None = None

    def __post_init__(self) -> None:
        if not self.creators:
            raise ConfigError(
                "config key 'publish.creators' is empty: a published data set names who made it; "
                'add at least one, such as [{name: "Family, Given"}], and run again.'
            )


def publication_of(
    run: str,
    labels: Sequence[str],
    *,
    simulated: bool,
    version: str,
    creators: Sequence[Mapping[str, str]],
    license: str,
    doi: str | None = None,
) -> Publication:
    """Return what is said of a published run.

    Args:
        run: its name.
        labels: what it maps, in words.
        simulated: whether the Earth of the run is a simulated one.
        version: of carbonscape.
        creators, license, doi: of the section ``publish`` of the configuration.

    Raises:
        ConfigError: nobody is named.
    """
    made = " and ".join(labels)
    title = f"Monthly {made}: run '{run}' of carbonscape"
    described = (
        f"Maps of {made} with the cross-validation, figures, tables and report of the run, the "
        "workflow that made them, and checksums of what it read."
    )
    if simulated:
        title += " (SIMULATED Earth: not an estimate of the real one)"
        described += " The Earth of this run is simulated: no number is about the real one."
    return Publication(title, described, creators, license, version, doi)


def citation(publication: Publication) -> str:
    """Return how the data set is to be cited, in the Citation File Format 1.2.0."""
    authors = []
    for creator in publication.creators:
        family, _, given = creator["name"].partition(",")
        author = {"family-names": family.strip()}
        if given.strip():
            author["given-names"] = given.strip()
        authors.append(
            author | {key: creator[key] for key in ("orcid", "affiliation") if creator.get(key)}
        )
    content = {
        "cff-version": "1.2.0",
        "message": "Cite this as below, with the papers and data sets that the report names.",
        "type": "dataset",
        "title": publication.title,
        "abstract": publication.description,
        "authors": authors,
        "license": publication.license,
        **({"doi": publication.doi} if publication.doi else {}),
        "references": [
            {
                "type": "software",
                "title": "carbonscape",
                "version": publication.version,
                "authors": [{"name": "carbonscape developers"}],
            }
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
