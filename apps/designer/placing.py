"""Where nodes stand that nobody has placed: below what they read. Nodes are as documents have them."""

from typing import Any, Final

WIDTH, HEIGHT = 260, 140
"""Of the room for one node, in pixels of the canvas."""

MARGIN: Final = 40


def placed(nodes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return nodes that all say where they stand; those that say it already stay there, and the others come below them."""
    rows = _rows(nodes)
    lowest = max((node["position"][1] for node in nodes.values() if node.get("position")), default=None)
    top = MARGIN if lowest is None else lowest + HEIGHT
    taken: dict[int, int] = {}
    found = {}
    for key, node in nodes.items():
        if node.get("position"):
            found[key] = node
            continue
        row = rows[key]
        found[key] = {**node, "position": [MARGIN + WIDTH * taken.get(row, 0), top + HEIGHT * row]}
        taken[row] = taken.get(row, 0) + 1
    return found


def _rows(nodes: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Return for each node one more than the greatest of those that it reads; 0 for those in a cycle and what reads nothing."""
    reads = {
        key: {given["node"] for given in node.get("inputs", {}).values() if given.get("node") in nodes} - {key}
        for key, node in nodes.items()
    }
    readers: dict[str, list[str]] = {key: [] for key in nodes}
    for key, sources in reads.items():
        for source in sources:
            readers[source].append(key)
    waiting = {key: len(sources) for key, sources in reads.items()}
    rows = dict.fromkeys(nodes, 0)
    ready = [key for key, count in waiting.items() if not count]
    while ready:
        key = ready.pop()
        for reader in readers[key]:
            rows[reader] = max(rows[reader], rows[key] + 1)
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    return rows
