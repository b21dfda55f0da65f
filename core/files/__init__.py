"""Files that people send: known by their content, kept under names of ours, and given out so that none can run."""
