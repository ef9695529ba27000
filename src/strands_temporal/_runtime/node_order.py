"""Makes the sets of graphs and swarms give their nodes in the same order in every process.

Strands keeps nodes and edges in sets, by hashes of their ids, which Python draws anew for each process. The order
decides which node starts first and which result stands first in a prompt, so a replay on another worker would give the
answer to one node's model call to another node. The two `__hash__` methods are replaced, once per process: any hash is
as good for Strands, and that of an edge is made of its nodes' ids, which it hashes as text.
"""

from __future__ import annotations

import zlib
from typing import Any


def install() -> None:
    """Replace the methods; calling it again changes nothing."""
    from strands.multiagent.graph import GraphEdge, GraphNode  # not at import, for most agents are alone
    from strands.multiagent.swarm import SwarmNode

    for kind in (GraphNode, SwarmNode):
        setattr(kind, "__hash__", _of_node)  # noqa: B010, for a type checker knows the method as it was
    setattr(GraphEdge, "__hash__", _of_edge)  # noqa: B010


def _of_node(self: Any) -> int:
    return zlib.crc32(self.node_id.encode("utf-8", "surrogatepass"))


def _of_edge(self: Any) -> int:
    return hash((_of_node(self.from_node), _of_node(self.to_node)))
