"""Sources: one record a data source, with its files, licence, account and simulated twin."""
