"""carbonscape: from sparse carbon-cycle observations to global maps.

The package holds all science and all engineering of the workflow and knows nothing of
Snakemake. Its rooms, in the order in which data flow through them:

archives, simulate -> quality -> features -> models, training -> evaluation -> figures.
"""

__version__ = "0.1.0"
