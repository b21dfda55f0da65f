"""Full-text search in Chinese and English: words are made here, both databases only index them."""

from core.search.operations import CreateSearchTable
from core.search.query import Query, parse_query, similar_query
from core.search.table import Matches, SearchTable
from core.search.words import fold, found_words, tokens

__all__ = [
    "CreateSearchTable",
    "Matches",
    "Query",
    "SearchTable",
    "fold",
    "found_words",
    "parse_query",
    "similar_query",
    "tokens",
]
