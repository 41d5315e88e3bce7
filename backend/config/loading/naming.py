"""What a grid is called: 石迳村委会 → 石迳村第1网格."""

# longest first: 社区居委会 ends in 居委会 too
_SHORT = (
    ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("居民委员会", "社区"), ("居委会", "社区"), ("社区", "社区"),
    ("村民委员会", "村"), ("村委会", "村"), ("村", "村"),
)  # fmt: skip


def grid_name(village: str, sequence: int) -> str:
    for ending, short in _SHORT:
        if village.endswith(ending):
            return f"{village.removesuffix(ending).removesuffix(short)}{short}第{sequence}网格"
    return f"{village} {sequence}"
