"""The written report of a class 2 case: its sections, its draft from the record, who reads it, and its paper."""
