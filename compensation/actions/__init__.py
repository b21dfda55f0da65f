"""Every write on proposals, one verb each."""
