"""Earth Engine: images screened and brought onto cells by the service, and pixels at towers."""
