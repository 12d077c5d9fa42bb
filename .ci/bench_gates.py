"""Fails where a table of benchmarks, read from a file, has a ratio that misses its goal, and says which. The second argument
is how many ratios with goals there must be: one that was not measured must not pass for one that was met.

A goal without a unit is one for the ratio of its row. A goal with a unit is for what was measured, which depends on the machine:
it is reported, and gates nothing."""

import pathlib
import re
import sys

MEETS = {"≥": lambda ratio, goal: ratio >= goal, "≤": lambda ratio, goal: ratio <= goal, "<": lambda ratio, goal: ratio < goal}


def missed(page):
    """The rows that miss their goals, and how many there are with a goal for the ratio."""
    gated, misses = 0, []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        goal = re.fullmatch(r"([≥≤<]) ([\d.]+)", cells[-1])
        if len(cells) != 5 or not goal:
            continue
        gated += 1
        ratio = re.match(r"[\d.]+", cells[3])
        if not ratio or not MEETS[goal[1]](float(ratio[0]), float(goal[2])):
            misses.append(f"{cells[0]}: {cells[3] or 'no ratio'}, goal {cells[4]}")
    return misses, gated


def main():
    misses, gated = missed(pathlib.Path(sys.argv[1]).read_text())
    if gated != int(sys.argv[2]):
        sys.exit(f"{gated} rows have a goal for their ratio, where {sys.argv[2]} are to be measured: what is left out?")
    for miss in misses:
        print(f"misses its goal: {miss}", file=sys.stderr)
    print(f"{gated - len(misses)} of {gated} ratios meet their goals", file=sys.stderr)
    sys.exit(1 if misses else 0)


main()
