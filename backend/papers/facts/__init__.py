"""The facts of each kind of paper, out of the rows: fields as in fields.py. What the data does not hold stays empty."""
