"""The report: pages, tables and captions, for any product."""
