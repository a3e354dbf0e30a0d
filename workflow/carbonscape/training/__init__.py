"""Training: folds, seeds, the trainer and cross-validation."""
