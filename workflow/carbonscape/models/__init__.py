"""Models: one module per model, behind one registry. They know nothing of files."""
