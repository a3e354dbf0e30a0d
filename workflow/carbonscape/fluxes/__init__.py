"""The wing of tower fluxes: GPP, and by configuration any flux that the same towers measure."""
