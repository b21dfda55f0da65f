"""Which columns of this app tell of a person."""
