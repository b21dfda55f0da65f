"""Short guidance for talks: what helps, what to avoid, sentences to say. Source: DOMAIN.md 3.7."""
