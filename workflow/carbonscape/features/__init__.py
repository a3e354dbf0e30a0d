"""Features: from dated predictor series to the windows that a model reads."""
