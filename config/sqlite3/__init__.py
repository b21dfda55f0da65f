"""Django's SQLite, with a patience that does not stop other threads."""
