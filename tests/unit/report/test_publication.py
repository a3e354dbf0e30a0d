"""What a person says of a published run."""

from __future__ import annotations

import pytest
import yaml

from carbonscape.core.errors import ConfigError
from carbonscape.report.publication import Publication, citation, publication_of

CREATOR = {"name": "Doe, Jo", "orcid": "https://orcid.org/0000-0002-1825-0097"}


def publication(**changed) -> Publication:
    words = {"creators": [CREATOR], "license": "CC-BY-4.0", "simulated": True, "version": "0.1.0"}
    return publication_of("demo", ["gross primary productivity"], **(words | changed))


def test_nobody_is_no_creator() -> None:
    with pytest.raises(ConfigError, match=r"'publish\.creators' is empty"):
        publication(creators=[])


def test_a_citation_names_the_doi_if_one_is_reserved() -> None:
    found = yaml.safe_load(citation(publication(doi="10.5281/zenodo.1")))
    assert found["doi"] == "10.5281/zenodo.1"
    assert "doi" not in yaml.safe_load(citation(publication()))


def test_a_citation_names_family_and_given_names() -> None:
    found = yaml.safe_load(citation(publication(simulated=False)))
    assert found["authors"] == [
        {"family-names": "Doe", "given-names": "Jo", "orcid": CREATOR["orcid"]}
    ]
    assert found["type"] == "dataset"
    assert "SIMULATED" not in found["title"]
