"""From accounts to native files: the only room that talks to other machines."""
