"""Quality control of tower months and of satellite fluorescence."""
