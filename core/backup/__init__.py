"""One file that holds an installation: its database and its files, with a manifest that proves it is whole."""
