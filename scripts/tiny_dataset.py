"""A dataset on which a trial is over in a moment."""

import os


def write(folder):
    """Writes `tiny` into the folder `data` of a folder: 40 users with 8 of 20 items each."""
    os.makedirs(f"{folder}/data/tiny")
    with open(f"{folder}/data/tiny/tiny.inter", "w") as file:
        file.write("user_id:token\titem_id:token\ttimestamp:float\n")
        for user in range(40):
            for moment in range(8):
                file.write(f"u{user}\ti{(user * 7 + moment * 3) % 20}\t{moment}\n")
