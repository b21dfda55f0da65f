"""Complaints from files of other systems: what a mapping says, how a file is read, and the run over it."""
