"""Papers of the house as PDF: laid out from plain text and figures, in one embedded font, with nothing from outside.

`paper.Paper` takes headings, texts, facts and tables, and gives the same bytes for the same content. There is no HTML
anywhere, nothing is fetched, and a character that the font lacks becomes a visible sign instead of an error.
"""
