"""Every write on complaints, one verb each."""
