"""A fictional house to try the product in: the data is TOML, and all of it goes through the actions."""
